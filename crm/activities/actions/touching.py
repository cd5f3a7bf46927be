"""When a contact was last spoken with: moved forward by each talk, counted anew where one goes."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    column,
    func,
    or_,
    select,
    table,
    update,
)

from crm.activities.models import Entry
from crm.activities.rules import IMPORTED
from crm.core.db import Instant, connection, db
from crm.core.prepared import Prepared

OUT = {"call", "mail_out", "meeting"}
IN = {"mail_in", "quiz_result", "intake"}
TOUCHES = {"call", "mail_out", "mail_in", "meeting", "note", "quiz_result", "intake"}
# The feature that owns this table stands below; the table is named by text, as foreign keys are.
contact = table(
    "contact",
    column("id"),
    column("last_touch_at", Instant),
    column("last_in_at", Instant),
    column("last_out_at", Instant),
)


def _later(*names: str) -> Prepared:
    at = bindparam("touched_at", type_=Instant)
    stale = {name: or_(contact.c[name].is_(None), contact.c[name] < at) for name in names}
    moved = {name: case((old, at), else_=contact.c[name]) for name, old in stale.items()}
    is_it = contact.c.id == bindparam("touched_id")
    return Prepared(update(contact).where(is_it, or_(*stale.values())).values(moved))


# Written once: building such a statement costs more than running it.
TOUCH = _later("last_touch_at")
TOUCH_IN = _later("last_touch_at", "last_in_at")
TOUCH_OUT = _later("last_touch_at", "last_out_at")


def touch(contact_id: int, entry: Entry) -> None:
    """Move the contact's last word in and out forward, never back."""
    is_in = entry.direction == "in" or entry.kind in IN
    statement = TOUCH_IN if is_in else TOUCH_OUT if entry.kind in OUT else TOUCH
    values = {"touched_id": contact_id, "touched_at": entry.at}
    statement.run(connection(), values)


def recount(entry: Entry) -> None:
    """The last words as the timeline has them, after an entry was taken away, put back or changed.

    A statement of its own: what a loaded contact says is read again in the next transaction.
    """
    if entry.kind not in TOUCHES or not entry.contact_id or entry.private_to_id:
        return
    db.session.flush()
    said = or_(Entry.direction == "in", Entry.kind.in_(IN))
    heard = {
        "last_touch_at": Entry.kind.in_(TOUCHES),
        "last_in_at": and_(Entry.kind.in_(TOUCHES), said),
        "last_out_at": and_(Entry.kind.in_(OUT), Entry.direction.is_distinct_from("in")),
    }
    values = {name: _latest(entry.contact_id, which) for name, which in heard.items()}
    its = contact.c.id == entry.contact_id
    # First the row: who waits for it in the update itself would count without what it waited for.
    db.session.execute(select(contact.c.id).where(its).with_for_update())
    db.session.execute(update(contact).where(its).values(values))


def _latest(contact_id: int, which: ColumnElement[bool]) -> Any:
    there = and_(Entry.removed_at.is_(None), Entry.private_to_id.is_(None))
    # A file's notes tell of a time nobody knows.
    is_known = or_(Entry.dedupe_key.is_(None), Entry.dedupe_key.not_like(f"{IMPORTED}%"))
    mine = Entry.contact_id == contact_id
    return select(func.max(Entry.at)).where(mine, which, there, is_known).scalar_subquery()
