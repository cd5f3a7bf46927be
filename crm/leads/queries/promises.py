"""Reading answer clocks: which run, which owe an alert, what nothing has followed from."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, union
from sqlalchemy.orm import joinedload

from crm.accounts.models import User
from crm.activities.models import Entry
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.deals.models import Deal, Stage
from crm.leads.models import (
    AnswerClock,
    ClockAlert,
)
from crm.leads.rules import BEFORE_CONTACT, TALK
from crm.sequences.models import Enrolment


def running_clock(contact_id: int) -> AnswerClock | None:
    """The promise that runs for a contact, the newest if there are several."""
    return db.session.scalars(
        _running().where(AnswerClock.contact_id == contact_id).order_by(AnswerClock.id.desc())
    ).first()


def running_clocks(contact_id: int) -> list[AnswerClock]:
    """All promises that run for a contact, the oldest first."""
    return list(
        db.session.scalars(
            _running().where(AnswerClock.contact_id == contact_id).order_by(AnswerClock.id)
        )
    )


def clocks_for(user: User, limit: int = 100) -> list[tuple[AnswerClock, Contact]]:
    """Promises that run and wait for `user`, with their contacts, the most urgent first."""
    rows = db.session.execute(_waiting(limit), {"mine": user.id})
    return [(clock_, contact) for clock_, contact in rows]


@cache
def _waiting(limit: int) -> Select:
    """Written once: the day's list asks for it each minute."""
    return (
        _running()
        .add_columns(Contact)
        .join(Contact, Contact.id == AnswerClock.contact_id)
        .options(joinedload(Contact.company))
        .where(AnswerClock.owner_id == bindparam("mine"), Contact.deleted_at.is_(None))
        .order_by(AnswerClock.due_at, AnswerClock.id)
        .limit(limit)
    )


def user_of(promise: AnswerClock) -> User | None:
    """Whose promise it is, those who left included."""
    return db.session.get(User, promise.owner_id) if promise.owner_id else None


def own_mails_since(promise: AnswerClock) -> list[Entry]:
    """Mails that a person wrote to the contact since the promise began."""
    return list(
        db.session.scalars(
            select(Entry)
            .where(
                Entry.contact_id == promise.contact_id,
                Entry.kind == "mail_out",
                Entry.actor == "user",
                Entry.at >= promise.started_at,
            )
            .order_by(Entry.at)
            .limit(3)
        )
    )


def due_clock_ids(at: datetime, limit: int = 200) -> list[int]:
    """Clocks whose next alert is due, the longest waiting first."""
    return list(
        db.session.scalars(
            _running(AnswerClock.id)
            .where(AnswerClock.next_alert_at <= at)
            .order_by(AnswerClock.next_alert_at, AnswerClock.id)
            .limit(limit)
        )
    )


def clock_for_update(clock_id: int) -> AnswerClock | None:
    """A clock that still runs, locked and read afresh; None if another process has it."""
    return db.session.scalars(
        _running()
        .where(AnswerClock.id == clock_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).first()


def clock_chain(promise: AnswerClock) -> list[AnswerClock]:
    """The clocks of one promise from its first owner on: each was handed on to the next."""
    older = db.session.scalars(
        select(AnswerClock)
        .where(AnswerClock.contact_id == promise.contact_id, AnswerClock.id <= promise.id)
        .order_by(AnswerClock.id.desc())
    )
    chain: list[AnswerClock] = []
    for one in older:
        if chain and one.ended_as != "reassigned":
            break
        chain.append(one)
    return chain[::-1]


def came_before(promises: Iterable[AnswerClock]) -> dict[int, datetime]:
    """When they came in whose promise was handed on, by the clock that runs now.

    A clock of its own is left out: it began with the arrival.
    """
    later = [one for one in promises if one.intake_id is None]
    if not later:
        return {}
    rows = db.session.scalars(
        select(AnswerClock)
        .where(AnswerClock.contact_id.in_({one.contact_id for one in later}))
        .order_by(AnswerClock.id.desc())
    ).all()
    firsts = {one.id: _first(one, rows) for one in later}
    return {number: one.started_at for number, one in firsts.items() if one.id != number}


def _first(promise: AnswerClock, newest_first: Sequence[AnswerClock]) -> AnswerClock:
    """The clock with which a promise began, before it was handed on."""
    first = promise
    for one in newest_first:
        if one.contact_id == promise.contact_id and one.id < promise.id:
            if one.ended_as != "reassigned":
                break
            first = one
    return first


def unsettled_contacts(limit: int = 200) -> list[int]:
    """Contacts on which something happened that nothing has followed from yet."""
    kept = (
        select(AnswerClock.contact_id)
        .join(Entry, Entry.contact_id == AnswerClock.contact_id)
        .where(
            AnswerClock.met_at.is_(None),
            AnswerClock.ended_at.is_(None),
            Entry.at >= AnswerClock.started_at,
            Entry.removed_at.is_(None),
            Entry.kind.in_(TALK),
        )
    )
    talked = (
        select(Contact.id)
        .join(Entry, Entry.contact_id == Contact.id)
        .where(
            Contact.lifecycle.in_(BEFORE_CONTACT),
            Contact.deleted_at.is_(None),
            Entry.removed_at.is_(None),
            Entry.kind.in_(TALK),
            Entry.at > clock.now() - timedelta(days=2),
            Entry.created_at > Contact.lifecycle_at,
        )
    )
    with_deal = (
        select(Contact.id)
        .join(Deal, Deal.contact_id == Contact.id)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(
            Contact.lifecycle.not_in(["opportunity", "customer", "incomplete", "spam"]),
            Contact.lifecycle != "disqualified",
            Contact.deleted_at.is_(None),
            Deal.deleted_at.is_(None),
            Stage.kind == "open",
        )
    )
    found = union(kept, talked, with_deal, _back_from_trash()).limit(limit)
    return list(db.session.scalars(found))


def _back_from_trash() -> Select[Any]:
    """Whose mails ended while they were in the trash, where they are not any more."""
    ended = (Enrolment.state == "stopped") & (Enrolment.stop_reason == "deleted")
    found = select(Contact.id).join(Enrolment, Enrolment.contact_id == Contact.id)
    return found.where(ended, Contact.deleted_at.is_(None))


def alerts_of(clock_id: int) -> dict[str, ClockAlert]:
    """The alerts a clock has given, by step."""
    rows = db.session.scalars(select(ClockAlert).where(ClockAlert.clock_id == clock_id))
    return {alert.step: alert for alert in rows}


def _running(*what):
    wanted = select(*what) if what else select(AnswerClock)
    return wanted.where(AnswerClock.met_at.is_(None), AnswerClock.ended_at.is_(None))
