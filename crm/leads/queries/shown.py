"""An answer clock as a page shows it, and whose working time it counts in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, exists, func, select

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.contacts.models import Contact
from crm.core import business_time, clock, reading
from crm.core.business_time import Calendar
from crm.core.ready import ready
from crm.leads.models import AnswerClock, Assignment, Touch
from crm.leads.queries.promises import user_of
from crm.sequences.models import Enrolment

NEARLY = 0.8


@dataclass(frozen=True)
class Promise:
    """How a promise stands: minutes used of `target`, on its own calendar.

    `level`: "" with time left, hot when most is gone, bad when it is late, met. `is_always`: its
    minutes run day and night, not in working hours alone.
    """

    is_running: bool
    used: int
    target: int
    level: str
    due_at: datetime
    met_at: datetime | None
    is_late_logged: bool
    calls_only: bool
    is_always: bool

    @property
    def left(self) -> int:
        return self.target - self.used


@dataclass(frozen=True)
class Standing:
    """What there is about a contact, so that a page asks for no more; `promise` is the newest."""

    is_assigned: bool
    has_enrolments: bool
    promise: Promise | None
    first_touch: Touch | None


def standing_part() -> Select:
    """`standing` of the contact `of_contact`, to be asked for beside others."""
    newest = select(func.max(AnswerClock.id)).where(
        AnswerClock.contact_id == bindparam("of_contact")
    )
    return (
        select(
            exists().where(Assignment.contact_id == Contact.id),
            exists().where(Enrolment.contact_id == Contact.id),
            *reading.columns(AnswerClock),
            *reading.columns(Touch),
        )
        .select_from(Contact)
        .outerjoin(Touch, Touch.id == Contact.first_touch_id)
        .outerjoin(AnswerClock, AnswerClock.id == newest.scalar_subquery())
        .where(Contact.id == bindparam("of_contact"))
    )


_standing = ready(standing_part)  # built once: every record page asks for it


def standing(contact: Contact) -> Standing:
    """What there is about a contact, in one statement; a promise taken back is none."""
    [row] = reading.rows(_standing(), {"of_contact": contact.id})
    return standing_from(contact, row)


def standing_from(contact: Contact, row: Sequence[Any]) -> Standing:
    """What such a row comes to."""
    clock_ends = 2 + len(reading.columns(AnswerClock))
    of_clock, of_touch = row[2:clock_ends], row[clock_ends:]
    newest = reading.entity(AnswerClock, of_clock) if any(of_clock) else None
    is_kept = newest is not None and (newest.is_running or newest.met_at is not None)
    return Standing(
        is_assigned=bool(row[0]),
        has_enrolments=bool(row[1]),
        promise=shown(newest, contact) if newest is not None and is_kept else None,
        first_touch=reading.entity(Touch, of_touch) if any(of_touch) else None,
    )


def shown(promise: AnswerClock, contact: Contact) -> Promise:
    """A promise as it stands now."""
    target = int(promise.policy["minutes"])
    used = (promise.met_minutes or 0) if promise.met_at else _used(promise, contact)
    now = clock.now()
    level = "met" if promise.met_at else "bad" if now >= promise.due_at else ""
    if not level and used >= target * NEARLY:
        level = "hot"
    return Promise(
        promise.is_running,
        used,
        target,
        level,
        promise.due_at,
        promise.met_at,
        promise.is_late_logged,
        promise.policy.get("counts") == "calls",
        promise.policy.get("calendar") == "always",
    )


def _used(promise: AnswerClock, contact: Contact) -> int:
    now = clock.now()
    if promise.policy.get("calendar") == "always":
        return int((now - promise.started_at).total_seconds() // 60)
    calendar = calendar_for(user_of(promise), contact)
    return business_time.minutes_between(promise.started_at, now, calendar)


def calendar_for(owner: User | None, contact: Contact) -> Calendar:
    """When the owner works; without one their team's hours, without a team always."""
    if owner is not None:
        return people.calendar_of(owner)
    house = people.workspace()
    team = people.team_by_id(contact.team_id or (house.default_team_id if house else None))
    if team is not None:
        return people.calendar_of_team(team)
    return Calendar(house.zone if house else ZoneInfo("UTC"), {})
