"""What a row of a file would make of its record, field by field: what changes and what stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.core.folding import fold
from crm.filters.queries.cells import Cell
from crm.transfer.drafts import Draft
from crm.transfer.rules.mapping import Column, blended
from crm.transfer.words import cell_of, label_of
from crm.transfer.writers import Writer
from crm.transfer.writers.base import bare

LONGEST_NOTE = 200


@dataclass(frozen=True)
class Step:
    """A row against its record; `tags` are those of the whole import."""

    writer: Writer
    draft: Draft
    columns: Sequence[Column]
    tags: Sequence[str]
    by: User

    @cached_property
    def now(self) -> dict[str, Any]:
        """What the record says before this row: with what earlier rows of the file make of it."""
        writer, draft = self.writer, self.draft
        before = draft.before
        if draft.found is not None:
            now = writer.snapshot(draft.found, self.by)
        else:
            now = writer.begun(before[0], self.by) if before else writer.blank(self.by)
            before = before[1:]
        for one in before:
            now |= {key: pair[1] for key, pair in writer.changes(one, self.columns, now).items()}
        if draft.before and "tags" in now:
            now["tags"] = [*now["tags"], *missing_tags(self.tags, now, {})]
        return now

    @cached_property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        """What would change: field to (now, then), the tags of the whole import among it."""
        found = self.writer.changes(self.draft, self.columns, self.now)
        added = missing_tags(self.tags, self.now, found)
        if added:
            then = found["tags"][1] if "tags" in found else self.now["tags"]
            found["tags"] = self.now["tags"], [*then, *added]
        return found

    @cached_property
    def named(self) -> dict[str, tuple[Any, Any]]:
        """What would change, with tags as they are written, and what goes along with it."""
        named = {key: self._named(key, pair) for key, pair in self.changes.items()}
        return named | self.writer.along(self.draft, self.changes)

    @property
    def lines(self) -> list[list[Any]]:
        """What changes, and what stays although the row says something else (BatchKind)."""
        found = [self._line(key, pair) for key, pair in self.named.items()]
        if self.draft["note"]:
            found.append([_("Note"), None, ["text", [self.draft["note"][:LONGEST_NOTE]]], ""])
        if self.draft.found is None and not self.draft.before:
            named = {key: row.id for key, row in self.draft.links.items() if row is not None}
            found += [self._line(key, (None, number)) for key, number in named.items()]
        policies = {column.key: column.policy for column in self.columns}
        for key, pair in self._left.items():
            if key in self.named:
                continue
            why = _why(policies.get(key), key in self.now)
            found.append(self._line(key, self._named(key, pair), why))
        return found

    @property
    def _left(self) -> dict[str, tuple[Any, Any]]:
        """What the row says and is not taken: field to (what stays, what the row says)."""
        found = {
            key: (self.now[key], value)
            for key, value in self.writer.plain(self.draft).items()
            if key in self.now and key not in self.changes and _differs(self.now[key], value)
        }
        return found | (self.writer.left(self.draft) if self.draft.found is not None else {})

    def _line(self, key: str, pair: tuple[Any, Any], why: str = "") -> list[Any]:
        record = self.writer.record
        now, then = (plain_cell(cell_of(record, key, one, self.by)) for one in pair)
        return [label_of(record, key), now, then, why]

    def _named(self, key: str, pair: tuple[Any, Any]) -> tuple[Any, Any]:
        if key != "tags":
            return pair
        now, then = ([self._tag_names.get(one, one) for one in value or ()] for value in pair)
        return now, then

    @cached_property
    def _tag_names(self) -> dict[str, str]:
        """Tags as they are written: those of the record go before those of the file."""
        worn = [tag.name for tag in getattr(self.draft.found, "tags", ())]
        rows = [name for one in (self.draft, *self.draft.before) for name in one["tags"] or ()]
        return {fold(name): name for name in (*self.tags, *rows, *worn)}


def missing_tags(
    tags: Sequence[str], now: Mapping[str, Any], changes: Mapping[str, Any]
) -> list[str]:
    """Those of the tags for all rows that the record would not wear yet, folded."""
    if "tags" not in now:
        return []
    worn = changes["tags"][1] if "tags" in changes else now["tags"]
    return [key for key in dict.fromkeys(map(fold, tags)) if key not in (worn or [])]


def plain_cell(cell: Cell | None) -> list[Any] | None:
    """A cell as JSON can hold it."""
    if cell is None:
        return None
    values = [one.isoformat() if isinstance(one, date) else one for one in cell.values]
    return [cell.kind, values, list(cell.words), cell.currency, cell.target]


def _differs(now: Any, said: Any) -> bool:
    """Whether a row says something that the record does not say."""
    if said in (None, "", []) or bare(blended("overwrite", now, said)) == bare(now):
        return False
    return not (isinstance(said, list) and set(map(str, said)) <= set(map(str, now or ())))


def _why(policy: str | None, is_changeable: bool) -> str:
    if not is_changeable:
        return _("an import sets this on new records only")
    if policy == "append":
        return _("only lists are added to")
    return _("something is known already, and the column is on “Keep it”")
