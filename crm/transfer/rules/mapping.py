"""How the columns of a file become values of a record."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

# fill: only where nothing is known; overwrite: the file wins; append: added to a list.
POLICIES = ("fill", "overwrite", "append")
NOTHING, ADDED = "-", "+"  # an unknown word means nothing, or becomes a choice
LISTS = frozenset({"email", "phone", "tags", "domain"})


@dataclass(frozen=True)
class Column:
    """A column of the file: its name there, the field it goes to (None: left out), and how.

    `values`: what words mean that nothing is called, by folded word: a value of the field, ADDED
    and the word (it becomes one), or an empty text (nothing).
    """

    name: str
    key: str | None = None
    policy: str = "fill"
    values: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Column":
        policy, values = plain.get("policy") or "fill", plain.get("values") or {}
        return cls(plain["name"], plain.get("key"), policy, values)

    @property
    def plain(self) -> dict[str, Any]:
        return asdict(self)


def usual_policy(key: str | None, is_list: bool = False) -> str:
    """Lists grow, everything else only fills what is empty: the careful choice."""
    return "append" if key in LISTS or is_list else "fill"


def cells_of(columns: Sequence[Column], cells: Sequence[str]) -> dict[str, list[str]]:
    """The filled cells of a row by field; several columns may go to one field."""
    found: dict[str, list[str]] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column.key and cell.strip():
            found.setdefault(column.key, []).append(cell.strip())
    return found


def blended(policy: str, now: Any, new: Any) -> Any:
    """The value after an import under `policy`, from what is there and what the file says."""
    if new in (None, "", []):
        return now
    if isinstance(now, list) or isinstance(new, list):
        now, new = list(now or []), list(new)
        if policy == "overwrite":
            return new
        if policy == "fill":
            return now or new
        return now + [one for one in new if one not in now]
    return new if policy == "overwrite" or now in (None, "") else now
