"""Who of a pool can take a lead now, and why the others cannot."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.accounts.models import Leave, User
from crm.accounts.rules import may
from crm.core import business_time
from crm.leads.models import Pool, PoolMember
from crm.leads.queries.rulebook import given_since
from crm.leads.rules import Candidate


@dataclass(frozen=True)
class Hour:
    """What is known at an instant: who had how many that day, who is on leave, who had this one."""

    at: datetime
    had: dict[int, int]
    leaves: list[Leave]
    avoid: Collection[int] = ()


def candidates_of(
    pool: Pool, at: datetime, avoid: Collection[int] = (), leaves: list[Leave] | None = None
) -> list[Candidate]:
    """The members of a pool in order, each with the reason why they cannot take a lead now.

    `leaves` (of `leaves_at`) may be given where several pools are asked at once.
    """
    capped = [member.user_id for member in pool.members if member.daily_cap]
    had = given_since(capped, _midnight(pool, at)) if capped else {}
    hour = Hour(at, had, leaves_at(at) if leaves is None else leaves, avoid)
    return [_candidate(pool, member, hour) for member in pool.members]


def leaves_at(at: datetime) -> list[Leave]:
    """Leaves that may hold at an instant, in whatever zone."""
    return people.leaves_from((at - timedelta(days=1)).date())


def _candidate(pool: Pool, member: PoolMember, hour: Hour) -> Candidate:
    user, skip = member.user, _skip(pool, member, hour)
    found = Candidate(user.id, user.name, member.position, skip)
    leave = _leave(user, hour)
    if leave is None or leave.delegate_id is None or skip != _leave_words(leave):
        return found
    delegate = people.delegate_of(user, hour.at.astimezone(user.zone).date())
    if delegate is None or delegate.id in hour.avoid or not may(delegate, "edit_records"):
        return found
    if _absence(pool.availability, delegate, hour):
        return found
    words = _("%(away)s, %(name)s stands in", away=skip, name=delegate.name)
    return replace(found, skip="", stand_in_id=delegate.id, stand_in=words)


def _skip(pool: Pool, member: PoolMember, hour: Hour) -> str:
    user = member.user
    if not user.is_active:
        return _("no longer works here")
    if not may(user, "edit_records"):
        return _("may only read")
    if user.id in hour.avoid:
        return _("had this one before")
    if member.daily_cap and hour.had.get(user.id, 0) >= member.daily_cap:
        return _("has had %(most)s today, the most for a day", most=member.daily_cap)
    return _absence(pool.availability, user, hour)


def _absence(availability: str, user: User, hour: Hour) -> str:
    """Why somebody is not there: leave always counts, hours only where the pool says so."""
    day = hour.at.astimezone(user.zone).date()
    leave = _leave(user, hour)
    if leave is not None:
        return _leave_words(leave)
    if availability == "ignore":
        return ""
    calendar = people.calendar_of(user)
    if not business_time.is_working_day(day, calendar):
        return _("does not work today")
    if availability == "now" and not business_time.is_open(hour.at, calendar):
        return _("not in at this hour")
    return ""


def _leave(user: User, hour: Hour) -> Leave | None:
    day = hour.at.astimezone(user.zone).date()
    return next(
        (
            one
            for one in hour.leaves
            if one.user_id == user.id and one.starts_on <= day <= one.ends_on
        ),
        None,
    )


def _leave_words(leave: Leave) -> str:
    day = f"{leave.ends_on.day} {leave.ends_on:%b}"
    return _("on leave until %(day)s", day=day)


def _midnight(pool: Pool, at: datetime) -> datetime:
    team = people.team_by_id(pool.team_id)
    house = people.workspace()
    zone = team.zone if team else (house.zone if house else at.tzinfo)
    return datetime.combine(at.astimezone(zone).date(), time(), tzinfo=zone)
