"""What the rows of a file before one make of the records: a dry run follows them row by row."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select

from crm.batches.models import BatchItem
from crm.core.db import db
from crm.transfer.drafts import Draft, Reader
from crm.transfer.models import ImportKey
from crm.transfer.writers.base import Writer
from crm.transfer.writers.held import Held, mark_of, mark_of_record
from crm.transfer.writers.notes import known_notes, leave_known

MOST_JOINED = 50  # earlier rows about the same record that a dry run reads along
CHANGING = ("creates", "updates")


class Piece:
    """Rows that are tried one after the other.

    Keys are what records are found by ("=" in front) and what only one of them may have; those that
    earlier rows gave or took away are known from the file, all others from the records.
    """

    def __init__(
        self, items: Sequence[BatchItem], drafts: Mapping[int, Draft], read: Reader, writer: Writer,
        match: str,
    ) -> None:  # fmt: skip
        self.writer, self.match, self.by = writer, match, read.by
        self.batch_id, self.begins = items[0].batch_id, items[0].position
        self.items = {item.position: item for item in items}
        self.places = {id(draft): position for position, draft in drafts.items()}
        self.last = max(drafts, default=0)
        rows = list(drafts.values())
        writer.link(rows, read.by)
        self.numbers = writer.numbers(rows, match, read.by)
        found = [key for draft in rows for key in writer.keys_of(draft, match)]
        claims = {key for draft in rows for key in writer.claims(writer.begun(draft, read.by))}
        self.takers = writer.takers(claims)
        self.is_linked = "parent" in {column.key for column in read.columns}
        named = rows if self.is_linked else ()
        names = {key for draft in named for key in writer.names(draft)}
        self.looked = {*(f"={key}" for key in found), *claims, *names}
        self.stored = self._stored(self.looked)
        self.changed: dict[str, Held] = {}
        numbers = {one.record_id for one in self.stored.values() if one.record_id}
        self.rows = writer.rows({*self.numbers.values(), *numbers}, read.by)
        self.notes = known_notes(writer.record, drafts.values(), self.rows)
        self.before = self._before(read)

    def _stored(self, keys: Iterable[str]) -> dict[str, Held]:
        hashes = {mark_of([key]): key for key in keys}
        rows = select(ImportKey.key, ImportKey.mark, ImportKey.record_id).where(
            ImportKey.batch_id == self.batch_id, ImportKey.key.in_(hashes)
        )
        found = db.session.execute(rows) if hashes else ()
        return {hashes[key]: Held(mark, number) for key, mark, number in found}

    def _before(self, read: Reader) -> dict[str, list[Draft]]:
        """The rows before the piece that change records of it, by mark."""
        marks = {one.mark for one in self.stored.values()} | {mark_of_record(n) for n in self.rows}
        place = func.row_number().over(partition_by=BatchItem.mark, order_by=BatchItem.position)
        rows = (
            select(BatchItem.mark, BatchItem.position, BatchItem.payload, place.label("place"))
            .where(
                BatchItem.batch_id == self.batch_id,
                BatchItem.position < self.begins,
                BatchItem.mark.in_(marks - {""}),
                BatchItem.state.in_(CHANGING),
            )
            .subquery()
        )
        asked = select(rows).where(rows.c.place <= MOST_JOINED + 1).order_by(rows.c.position)
        found: dict[str, list[Draft]] = {}
        for mark, _position, said, _n in db.session.execute(asked) if self.begins > 1 else ():
            draft = read.draft(said["line"], said["cells"], said["problem"])
            found.setdefault(mark, []).append(draft)
        return found

    def holder(self, key: str) -> Held | None:
        """Who was given a key by an earlier row; None where no row moved it."""
        return self.changed.get(key) or self.stored.get(key)

    def held(self, key: str) -> Held | None:
        """As `holder`, for a key that no row of the piece has."""
        if key not in self.looked:
            self.looked.add(key)
            self.stored |= self._stored([key])
        return self.holder(key)

    def place(self, draft: Draft) -> None:
        """Find the record of a row among those there are, as the rows before it left them."""
        keys = self.writer.keys_of(draft, self.match)
        draft.mark = mark_of(keys) or ""
        for key in keys:
            held = self.holder(f"={key}")
            if held is not None and held.mark:
                self._join(draft, held)
                return
            if held is None and key in self.numbers:
                number = self.numbers[key]
                if number not in self.rows:
                    draft.faults.append(self.writer.unseen)
                self._join(draft, Held(mark_of_record(number), number))
                return

    def _join(self, draft: Draft, held: Held) -> None:
        draft.mark = held.mark
        draft.found = self.rows.get(held.record_id) if held.record_id else None
        before = self.before.get(held.mark, [])
        draft.before, draft.is_far = before[:MOST_JOINED], len(before) > MOST_JOINED
        draft.is_twin = bool(before)
        leave_known(self.writer.record, draft, self.notes)

    def refuse_taken(self, draft: Draft, now: Mapping[str, Any], then: Mapping[str, Any]) -> None:
        """Raises Refused where a row gives its record what another one has by then."""
        had = self.writer.claims(now)
        for key in [one for one in self.writer.claims(then) if one not in had]:
            held = self.holder(key)
            if held is not None:
                is_taken = held.mark not in {"", draft.mark or self._own_mark(draft)}
            else:
                number = draft.found.id if draft.found is not None else None
                is_taken = self.takers.get(key, number) != number
            if is_taken:
                raise self.writer.taken(key)

    def take(self, draft: Draft, now: Mapping[str, Any], then: Mapping[str, Any]) -> None:
        """Keep in mind what a row makes of its record."""
        mark = draft.mark or self._own_mark(draft)
        number = draft.found.id if draft.found is not None else None
        had, has = ([*self.writer.claims(one), *self._found_by(draft, one)] for one in (now, then))
        self.changed |= dict.fromkeys(set(had) - set(has), Held(""))
        self.changed |= dict.fromkeys(set(has) - set(had), Held(mark, number))
        left = self.writer.leaves(draft, then, mark) if self.is_linked else {}
        for key, held in left.items():
            known = self.held(key)
            if known is None or not known.mark or key.startswith("^"):
                self.changed[key] = held
        self.before.setdefault(mark, []).append(draft)
        if draft.mark:
            self.items[self.places[id(draft)]].mark = draft.mark

    def _found_by(self, draft: Draft, values: Mapping[str, Any]) -> list[str]:
        return [f"={key}" for key in self.writer.keys_held(draft, values, self.match)]

    def _own_mark(self, draft: Draft) -> str:
        return f"+{self.places[id(draft)]}"

    def end(self, draft: Draft) -> None:
        """Behind the last row: keep for the next piece whose the keys are."""
        if self.places[id(draft)] != self.last or not self.changed:
            return
        rows = [
            {"batch_id": self.batch_id, "key": mark_of([key]), "mark": held.mark,
             "record_id": held.record_id}
            for key, held in self.changed.items()
        ]  # fmt: skip
        before = ImportKey.key.in_([row["key"] for row in rows])
        db.session.execute(delete(ImportKey).where(ImportKey.batch_id == self.batch_id, before))
        db.session.execute(insert(ImportKey), rows)
