"""What happened: the one way into the timeline, and what people log by hand."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, column, literal, or_, select, table, update
from sqlalchemy.dialects import postgresql, sqlite

from crm.accounts.models import User
from crm.activities.models import Entry
from crm.activities.rules import OUTCOMES
from crm.core import clock
from crm.core.db import Instant, db
from crm.core.queue import ring
from crm.core.refusal import Refused

SETTLE = "crm.leads.jobs.settle"
OUT = {"call", "mail_out", "meeting"}
TOUCHES = {"call", "mail_out", "mail_in", "meeting", "note", "quiz_result", "intake"}
# The feature that owns this table stands below; the table is named by text, as foreign keys are.
contact = table(
    "contact",
    column("id"),
    column("last_touch_at", Instant),
    column("last_in_at", Instant),
    column("last_out_at", Instant),
)


def record(
    kind: str,
    *,
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    at: datetime | None = None,
    actor: str = "user",
    user_id: int | None = None,
    title: str = "",
    body: str = "",
    direction: str | None = None,
    outcome: str | None = None,
    minutes: int | None = None,
    details: dict[str, Any] | None = None,
    dedupe_key: str | None = None,
) -> Entry:
    """One entry in the timeline; with a `dedupe_key` that exists, the entry that is there.

    `at` is when it happened (default: now); talks also move the contact's last touch.
    """
    now = clock.now()
    values = {
        "kind": kind,
        "at": at or now,
        "created_at": now,
        "contact_id": contact_id,
        "company_id": company_id,
        "deal_id": deal_id,
        "actor": actor,
        "user_id": user_id,
        "title": title,
        "body": body,
        "direction": direction,
        "outcome": outcome,
        "minutes": minutes,
        "details": details or {},
        "dedupe_key": dedupe_key,
    }
    entry = _insert_once(values) if dedupe_key else _insert(values)
    if contact_id and kind in TOUCHES:
        _touch(contact_id, entry)
    return entry


def log_call(
    *,
    contact_id: int,
    by: User,
    outcome: str,
    direction: str = "out",
    minutes: int | None = None,
    note: str = "",
    occurred_at: datetime | None = None,
    deal_id: int | None = None,
) -> Entry:
    """A call with a contact; `outcome` is one of OUTCOMES, `occurred_at` may lie in the past.

    Rings settle, which meets the answer clock. Raises Refused for an unknown outcome or a call
    that is still to come.
    """
    if outcome not in OUTCOMES:
        raise Refused("Say how the call ended.", field="outcome")
    _refuse_future(occurred_at)
    entry = record(
        "call",
        contact_id=contact_id,
        deal_id=deal_id,
        at=occurred_at,
        user_id=by.id,
        body=note,
        direction=direction,
        outcome=outcome,
        minutes=minutes,
    )
    ring(SETTLE, contact_id)
    return entry


def write_note(
    *,
    by: User,
    body: str,
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
) -> Entry:
    """A note in Markdown on a record. Raises Refused when it is empty."""
    if not body.strip():
        raise Refused("Write something first.", field="body")
    return record(
        "note",
        contact_id=contact_id,
        company_id=company_id,
        deal_id=deal_id,
        user_id=by.id,
        body=body,
    )


def log_mail(
    *,
    contact_id: int,
    by: User,
    subject: str,
    body: str = "",
    occurred_at: datetime | None = None,
    deal_id: int | None = None,
) -> Entry:
    """A mail a person wrote to a contact outside of Tend."""
    _refuse_future(occurred_at)
    entry = record(
        "mail_out",
        contact_id=contact_id,
        deal_id=deal_id,
        at=occurred_at,
        user_id=by.id,
        title=subject,
        body=body,
        direction="out",
    )
    ring(SETTLE, contact_id)
    return entry


def log_meeting(
    *,
    contact_id: int,
    by: User,
    note: str = "",
    minutes: int | None = None,
    occurred_at: datetime | None = None,
    deal_id: int | None = None,
) -> Entry:
    """A meeting that was held with a contact."""
    _refuse_future(occurred_at)
    entry = record(
        "meeting",
        contact_id=contact_id,
        deal_id=deal_id,
        at=occurred_at,
        user_id=by.id,
        body=note,
        minutes=minutes,
        outcome="held",
    )
    ring(SETTLE, contact_id)
    return entry


def _refuse_future(at: datetime | None) -> None:
    if at is not None and at > clock.now():
        raise Refused("This time is still to come.", field="at")


def _insert(values: dict[str, Any]) -> Entry:
    entry = Entry(**values)
    db.session.add(entry)
    db.session.flush()
    return entry


def _insert_once(values: dict[str, Any]) -> Entry:
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    db.session.execute(
        dialect.insert(Entry).values(**values).on_conflict_do_nothing(index_elements=["dedupe_key"])
    )
    return db.session.scalars(select(Entry).where(Entry.dedupe_key == values["dedupe_key"])).one()


def _touch(contact_id: int, entry: Entry) -> None:
    """Move the contact's last word in and out forward, never back."""
    later = {"last_touch_at": entry.at}
    is_in = entry.direction == "in" or entry.kind in {"mail_in", "quiz_result", "intake"}
    if is_in:
        later["last_in_at"] = entry.at
    elif entry.kind in OUT:
        later["last_out_at"] = entry.at
    stale = [or_(contact.c[name].is_(None), contact.c[name] < at) for name, at in later.items()]
    db.session.execute(
        update(contact)
        .where(contact.c.id == contact_id, or_(*stale))
        .values(
            {
                name: case((condition, literal(at, Instant)), else_=contact.c[name])
                for (name, at), condition in zip(later.items(), stale, strict=True)
            }
        )
    )
