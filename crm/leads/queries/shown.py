"""An answer clock as a page shows it, and whose working time it counts in."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, exists, func, select

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.contacts.models import Consent, Contact
from crm.core import business_time, clock, reading
from crm.core.business_time import Calendar
from crm.core.ready import ready
from crm.deals.models import Deal
from crm.leads.models import AnswerClock, Assignment
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
    has_deals: bool
    has_consents: bool
    has_enrolments: bool
    promise: Promise | None


@ready
def _standing() -> Select:
    """Built once: every record page asks for it."""
    newest = select(func.max(AnswerClock.id)).where(
        AnswerClock.contact_id == bindparam("of_contact")
    )
    return (
        select(
            exists().where(Assignment.contact_id == Contact.id),
            exists().where(Deal.contact_id == Contact.id, Deal.deleted_at.is_(None)),
            exists().where(Consent.contact_id == Contact.id),
            exists().where(Enrolment.contact_id == Contact.id),
            *reading.columns(AnswerClock),
        )
        .select_from(Contact)
        .outerjoin(AnswerClock, AnswerClock.id == newest.scalar_subquery())
        .where(Contact.id == bindparam("of_contact"))
    )


def standing(contact: Contact) -> Standing:
    """What there is about a contact, in one statement; a promise taken back is none."""
    [row] = reading.rows(_standing(), {"of_contact": contact.id})
    newest = reading.entity(AnswerClock, row[4:]) if any(row[4:]) else None
    is_kept = newest is not None and (newest.is_running or newest.met_at is not None)
    return Standing(
        is_assigned=bool(row[0]),
        has_deals=bool(row[1]),
        has_consents=bool(row[2]),
        has_enrolments=bool(row[3]),
        promise=shown(newest, contact) if newest is not None and is_kept else None,
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
