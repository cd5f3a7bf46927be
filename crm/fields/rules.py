"""What a field and a relation are: one definition for forms, lists, filters, import and API."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

# text, long, email, phone, url: words. number: Decimal; money: minor units. on: a day; at: an
# instant. select and multi: option values; user: a person; reference: a record of `target`.
KINDS = (
    "text", "long", "email", "phone", "url", "number", "money", "on", "at", "bool", "select",
    "multi", "user", "reference",
)  # fmt: skip
# The first four have pages of their own, the others are asked for by way of them.
RECORDS = ("contact", "company", "deal", "task", "entry", "enrolment", "attempt")


@dataclass(frozen=True)
class Option:
    """One value of a select: what is stored, its word, and whether it may still be chosen."""

    value: str
    label: Any
    is_active: bool = True


def choices(words: Mapping[str, Any]) -> Callable[[], list[Option]]:
    """The options of a list that is written down in code: value to word."""
    return lambda: [Option(value, word) for value, word in words.items()]


@dataclass(frozen=True)
class Through:
    """Where a value stands in rows of another table: `link` names their record, `where` which."""

    link: Any
    where: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Field:
    """One thing known of a record.

    `column` is the SQLAlchemy attribute that holds it, of the record's own table or, with
    `through`, of rows that belong to the record (any of them counts). `read` gives the value of
    one loaded record (a list with `through` and for "multi"). `options` is asked each time, so
    that people's own lists stay true; where `column` holds numbers, an option's value is such a
    number as text. `sort_column` is what lists are ordered by where that is not `column` (a
    folded name, an option's place), reached the same way. `custom_id` is the number of a custom
    field; its key is "cf_<number>".
    """

    record: str
    key: str
    label: Any
    kind: str
    column: Any = None
    read: Callable[[Any], Any] | None = None
    through: Through | None = None
    sort_column: Any = None
    options: Callable[[], Sequence[Option]] | None = None
    target: str = ""
    help: Any = ""
    is_required: bool = False
    is_unique: bool = False
    is_sortable: bool = False
    is_filterable: bool = True
    is_listed: bool = True
    is_editable: bool = False
    is_importable: bool = False
    custom_id: int | None = None


@dataclass(frozen=True)
class Relation:
    """Records that belong to a record, as conditions may ask for them ("has an open deal in …").

    `link` is the condition that joins a row of the target's table to the record's row; `rows`
    gives the related records of one loaded record.
    """

    record: str
    key: str
    label: Any
    target: str
    link: Callable[[], Any]
    rows: Callable[[Any], Sequence[Any]]


@dataclass
class Catalogue:
    """All that the features declare: fields and relations by record and key, models by record."""

    fields: dict[str, dict[str, Field]] = field(default_factory=dict)
    relations: dict[str, dict[str, Relation]] = field(default_factory=dict)
    models: dict[str, type] = field(default_factory=dict)

    def add(self, *offered: Field | Relation) -> None:
        """Take in what a feature offers; a key twice is a programming error (ValueError)."""
        for one in offered:
            place: dict[str, Any] = (
                self.fields if isinstance(one, Field) else self.relations
            ).setdefault(one.record, {})  # type: ignore[assignment]
            if one.key in place:
                raise ValueError(f"{one.record}.{one.key} is declared twice")
            place[one.key] = one

    def with_custom(self, record: str, custom: Sequence[Field]) -> dict[str, Field]:
        """The fields of a record with the house's own behind the built-in ones."""
        return {**self.fields.get(record, {}), **{one.key: replace(one) for one in custom}}
