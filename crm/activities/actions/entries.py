"""What happened: the one way into the timeline, and what people log by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, select, update

from crm.accounts.models import User
from crm.activities.actions.touching import TOUCHES, touch
from crm.activities.models import Entry
from crm.activities.rules import MEETING_OUTCOMES, OUTCOMES
from crm.core import clock
from crm.core.db import db, numbered
from crm.core.inserts import insert_once, insert_only, insert_row, insert_whole, new
from crm.core.queue import ring
from crm.core.refusal import Refused

SETTLE = "crm.leads.jobs.settle"


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
    is_new: bool = False,
    moves_touch: bool = True,
    private_to_id: int | None = None,
    parent_id: int | None = None,
) -> Entry:
    """One entry in the timeline; with a `dedupe_key` that exists, the entry that is there.

    `at` is when it happened (default: now); talks also move the contact's last touch, unless the
    caller does. `is_new`: the caller knows that its key is not taken. A private entry moves
    nothing: others would see by it that there is something.
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
        "private_to_id": private_to_id,
        "parent_id": parent_id,
    }
    entry = _insert_once(values) if dedupe_key and not is_new else _insert(values)
    if contact_id and moves_touch and kind in TOUCHES and not private_to_id:
        touch(contact_id, entry)
    return entry


def note_rule(
    kind: str, *, contact_id: int, title: str = "", body: str = "", details: dict[str, Any]
) -> None:
    """A new entry about what a rule did with a contact, as `record` writes it; nobody reads it."""
    now = clock.now()
    said = {"title": title, "body": body, "details": details, "contact_id": contact_id}
    insert_only(Entry, {"kind": kind, "at": now, "created_at": now, "actor": "rule", **said})


def record_all(said: Sequence[Mapping[str, Any]]) -> None:
    """Many new entries in one statement, each as `record` takes it; `dedupe_key`s are not taken.

    None moves a last touch: files tell what was written down elsewhere, at a time nobody knows.
    """
    now = clock.now()
    # Rows that leave out different columns would be written by statements of their own.
    common: dict[str, Any] = {
        "at": now,
        "created_at": now,
        "actor": "user",
        "title": "",
        "body": "",
    }
    rows = [Entry(**{**common, "details": {}, **one}) for one in said]
    db.session.flush()  # numbers follow those of entries that are written
    numbered(rows)
    db.session.add_all(rows)


def log_call(
    *,
    contact_id: int | None = None,
    by: User,
    outcome: str,
    direction: str = "out",
    minutes: int | None = None,
    note: str = "",
    occurred_at: datetime | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
) -> Entry:
    """A call with a contact, or with a company or about a deal alone; `outcome` is one of OUTCOMES.

    `occurred_at` may lie in the past. With a contact it rings settle, which meets the answer
    clock. Raises Refused for an unknown outcome or a call that is still to come.
    """
    if outcome not in OUTCOMES:
        raise Refused(_("Say how the call ended."), field="outcome")
    _refuse_future(occurred_at)
    entry = record(
        "call",
        contact_id=contact_id,
        company_id=company_id,
        deal_id=deal_id,
        at=occurred_at,
        user_id=by.id,
        body=note,
        direction=direction,
        outcome=outcome,
        minutes=minutes,
    )
    if contact_id:
        ring(SETTLE, contact_id)
    return entry


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
    contact_id: int | None = None,
    by: User,
    note: str = "",
    minutes: int | None = None,
    occurred_at: datetime | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    outcome: str = "held",
) -> Entry:
    """A meeting with a contact, company or about a deal; `outcome` is one of MEETING_OUTCOMES.

    One they did not come to is an entry of its own kind: it meets no answer clock.
    """
    if outcome not in MEETING_OUTCOMES:
        raise Refused(_("Say whether the meeting was held."), field="outcome")
    _refuse_future(occurred_at)
    entry = record(
        "meeting" if outcome == "held" else "no_show",
        contact_id=contact_id,
        company_id=company_id,
        deal_id=deal_id,
        at=occurred_at,
        user_id=by.id,
        body=note,
        minutes=minutes,
        outcome=outcome,
    )
    if contact_id:
        ring(SETTLE, contact_id)
    return entry


def leave_with(contact_id: int, company_id: int | None) -> None:
    """Let what was said with a contact so far stay with the company that it now leaves.

    A statement of its own, to be run while changes are written.
    """
    _linked(contact_id, None, company_id or 0)


def come_back(contact_id: int, company_id: int | None) -> None:
    """What a contact left behind at a company to which it belongs again is its own once more."""
    _linked(contact_id, company_id or 0, None)


def _linked(contact_id: int, old: int | None, new: int | None) -> None:
    entry = Entry.__table__
    said = and_(entry.c.contact_id == contact_id, entry.c.left_company_id == old)
    db.session.connection().execute(update(entry).where(said).values(left_company_id=new))


def _refuse_future(at: datetime | None) -> None:
    if at is not None and at > clock.now():
        raise Refused(_("This time is still to come."), field="at")


def _insert(values: dict[str, Any]) -> Entry:
    if values["actor"] == "user":
        return insert_whole(new(Entry, **values))
    return insert_row(Entry, values)  # no change that the history keeps: nobody listens for it


def _insert_once(values: dict[str, Any]) -> Entry:
    found = insert_once(Entry, values, "dedupe_key")
    if found is not None:
        return found
    return db.session.scalars(select(Entry).where(Entry.dedupe_key == values["dedupe_key"])).one()
