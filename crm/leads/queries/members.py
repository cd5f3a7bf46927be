"""Who of a pool can take a lead now, and who is on this turn or the next."""

from collections.abc import Collection
from datetime import datetime, time

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.accounts.rules import may
from crm.core import business_time
from crm.leads.models import Pool, PoolMember
from crm.leads.queries.rulebook import given_since
from crm.leads.rules import Candidate


def candidates_of(pool: Pool, at: datetime, avoid: Collection[int] = ()) -> list[Candidate]:
    """The members of a pool in order, each with the reason why they cannot take a lead now."""
    had = given_since([m.user_id for m in pool.members if m.daily_cap], _midnight(pool, at))
    return [
        Candidate(
            member.user_id, member.user.name, member.position, _skip(pool, member, at, avoid, had)
        )
        for member in pool.members
    ]


def _skip(
    pool: Pool, member: PoolMember, at: datetime, avoid: Collection[int], had: dict[int, int]
) -> str:
    user = member.user
    if not user.is_active:
        return "no longer works here"
    if not may(user, "edit_records"):
        return "may only read"
    if user.id in avoid:
        return "had this one before"
    if member.daily_cap and had.get(user.id, 0) >= member.daily_cap:
        return f"has had {member.daily_cap} today, the most for a day"
    return _absence(pool.availability, user, at)


def _absence(availability: str, user: User, at: datetime) -> str:
    """Why somebody is not there: on leave always counts, hours only where the pool says so."""
    day = at.astimezone(user.zone).date()
    leave = people.is_away(user, day)
    if leave is not None:
        return f"on leave until {leave.ends_on.day} {leave.ends_on:%b}"
    if availability == "ignore":
        return ""
    calendar = people.calendar_of(user)
    if not business_time.is_working_day(day, calendar):
        return "does not work today"
    if availability == "now" and not business_time.is_open(at, calendar):
        return "not in at this hour"
    return ""


def _midnight(pool: Pool, at: datetime) -> datetime:
    team = people.team_by_id(pool.team_id)
    house = people.workspace()
    zone = team.zone if team else (house.zone if house else at.tzinfo)
    return datetime.combine(at.astimezone(zone).date(), time(), tzinfo=zone)
