"""Words of the house's own fields, written anew when a field leaves, returns or is worded anew.

The field is a row until all records that have it are through: a few at once, in the transaction
that changed it, the others by the worker in small pieces.
"""

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from crm.core.db import db
from crm.core.queue import ring
from crm.fields.models import CustomField, FieldOption, FieldValue
from crm.search.actions import index
from crm.search.models import SearchField

AT_ONCE, PIECE = 50, 500
BOOK = "tend_worded_fields"
# What of a definition changes the words of records.
WORDED = {CustomField: "archived_at", FieldOption: "label"}


def listen() -> None:
    """Let the session tell which definitions changed; asking twice is asking once."""
    for moment, act in (
        ("after_flush", _note),
        ("before_commit", _write),
        ("after_rollback", _forget),
    ):
        if not event.contains(Session, moment, act):
            event.listen(Session, moment, act)


def go_on(most: int = PIECE) -> int:
    """Write the words of some more records anew: how far it came, 0 where all are through."""
    row = db.session.scalars(
        select(SearchField)
        .order_by(SearchField.field_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return 0
    number, place = row.field_id, _step(row, most)
    if place:
        return place
    others = select(SearchField.field_id).where(SearchField.field_id != number)
    return db.session.scalar(others.limit(1)) or 0


def _step(row: SearchField, most: int) -> int:
    field = db.session.get(CustomField, row.field_id)
    assert field is not None
    numbers = list(
        db.session.scalars(
            select(FieldValue.record_id)
            .where(FieldValue.field_id == row.field_id, FieldValue.record_id > row.after)
            .distinct()
            .order_by(FieldValue.record_id)
            .limit(most + 1)
        )
    )
    index((field.record, number) for number in numbers[:most])
    if len(numbers) > most:
        row.after = numbers[most - 1]
        return row.after
    db.session.delete(row)
    return 0


def _note(session: Session, _context) -> None:
    book: set[int] = session.info.setdefault(BOOK, set())
    for row in session.dirty:
        column = WORDED.get(type(row))
        if column and inspect(row).attrs[column].history.has_changes():  # type: ignore[union-attr]
            book.add(row.id if isinstance(row, CustomField) else row.field_id)


def _write(session: Session) -> None:
    if not session.info.get("tend_open") or session.in_nested_transaction():
        return
    session.flush()
    book: set[int] = session.info.setdefault(BOOK, set())
    fields, place = sorted(book), 0
    book.clear()
    for number in fields:
        row = session.get(SearchField, number)
        if row is None:
            row = SearchField(field_id=number, after=0)
            session.add(row)
        row.after = 0
        session.flush()
        place = _step(row, AT_ONCE) or place
    if place:
        ring("crm.search.jobs.word_fields", place)


def _forget(session: Session) -> None:
    session.info.setdefault(BOOK, set()).clear()
