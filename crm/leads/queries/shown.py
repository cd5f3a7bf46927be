"""An answer clock as a page shows it, and whose working time it counts in."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.contacts.models import Contact
from crm.core import business_time, clock
from crm.core.business_time import Calendar
from crm.leads.models import AnswerClock
from crm.leads.queries.promises import last_clock, user_of

NEARLY = 0.8


@dataclass(frozen=True)
class Promise:
    """How a promise stands: minutes used of `target`, on its own calendar.

    `level`: "" with time left, hot when most is gone, bad when it is late, met.
    """

    is_running: bool
    used: int
    target: int
    level: str
    due_at: datetime
    met_at: datetime | None
    is_late_logged: bool
    calls_only: bool

    @property
    def left(self) -> int:
        return self.target - self.used


def promise_of(contact: Contact) -> Promise | None:
    """The newest promise to a contact; None without one, or when it was taken back."""
    promise = last_clock(contact.id)
    if promise is None or (not promise.is_running and promise.met_at is None):
        return None
    return shown(promise, contact)


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
        promise.policy["counts"] == "calls",
    )


def _used(promise: AnswerClock, contact: Contact) -> int:
    now = clock.now()
    if promise.policy["calendar"] == "always":
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
