"""When people work, when they are away, and who stands in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import aliased, joinedload

from crm.accounts.models import Leave, Team, User, WorkingHours
from crm.accounts.rules import USUAL_HOURS
from crm.core import clock
from crm.core.business_time import Calendar
from crm.core.db import db

MOST_DELEGATES = 8


def calendar_of(user: User) -> Calendar:
    """When a person works: their own hours, else those of their first team, in their own zone.

    Holidays are those of the first team.
    """
    team = user.teams[0] if user.teams else None
    hours = user.hours if user.has_own_hours else (team.hours if team else None)
    return Calendar(user.zone, _weekly(hours), _holidays(team))


def days_there(user: User) -> Calendar:
    """As `calendar_of`, without the days of the person's leave: when they work themselves."""
    calendar = calendar_of(user)
    away = {
        leave.starts_on + timedelta(days=ahead)
        for leave in user.leaves
        for ahead in range((leave.ends_on - leave.starts_on).days + 1)
    }
    return replace(calendar, holidays=calendar.holidays | away)


def calendar_of_team(team: Team) -> Calendar:
    """When a team works, in its zone."""
    return Calendar(team.zone, _weekly(team.hours), _holidays(team))


def _weekly(hours: list[WorkingHours] | None) -> dict[int, list[tuple[int, int]]]:
    if hours is None:
        return USUAL_HOURS
    weekly: dict[int, list[tuple[int, int]]] = {}
    for opening in sorted(hours, key=lambda one: (one.weekday, one.opens)):
        weekly.setdefault(opening.weekday, []).append((opening.opens, opening.closes))
    return weekly


def _holidays(team: Team | None) -> frozenset[date]:
    return frozenset(holiday.on for holiday in team.holidays) if team else frozenset()


def is_away(user: User, on_date: date) -> Leave | None:
    """The leave a person is on that day, if any."""
    return db.session.scalars(
        select(Leave)
        .options(joinedload(Leave.delegate))
        .where(Leave.user_id == user.id, Leave.starts_on <= on_date, Leave.ends_on >= on_date)
        .order_by(Leave.ends_on.desc())
        .limit(1)
    ).first()


def delegate_of(user: User, on_date: date) -> User | None:
    """Who stands in for `user` that day: the first in the chain of delegates who is there.

    None when `user` is there, or nobody in the chain is.
    """
    seen, person = {user.id}, user
    for _turn in range(MOST_DELEGATES):
        leave = is_away(person, on_date)
        if leave is None:
            return person if person is not user and person.is_active else None
        if leave.delegate is None or leave.delegate_id in seen:
            return None
        person = leave.delegate
        seen.add(person.id)
    return None


def away_for(user: User) -> list[User]:
    """The people who are away now and in whose place `user` stands, by name: one statement."""
    today, day = clock.today(user.zone), timedelta(days=1)
    asked = {"latest": today + day, "first": today - day}  # who is away may live in another zone
    found: dict[int, list[tuple[Leave, User, User | None]]] = {}
    for leave, person, other in db.session.execute(_absences(), asked):
        found.setdefault(leave.user_id, []).append((leave, person, other))
    people = [rows[0][1] for number, rows in found.items() if number != user.id]
    last = {one.id: _last(found, one, clock.today(one.zone)) for one in people}
    mine = [one for one in people if (there := last[one.id]) and there.id == user.id]
    return sorted(mine, key=lambda one: one.name)


@cache
def _absences() -> Select:
    """Written once: such a statement takes longer to build than to run."""
    away, delegate = aliased(User), aliased(User)
    return (
        select(Leave, away, delegate)
        .join(away, away.id == Leave.user_id)
        .outerjoin(delegate, delegate.id == Leave.delegate_id)
        .where(Leave.starts_on <= bindparam("latest"), Leave.ends_on >= bindparam("first"))
        .order_by(Leave.ends_on.desc())
    )


def _last(
    found: Mapping[int, Sequence[tuple[Leave, User, User | None]]], away: User, on_date: date
) -> User | None:
    """As `delegate_of`, of absences that were read."""
    seen, person = {away.id}, away
    for _turn in range(MOST_DELEGATES):
        others = [
            other
            for leave, _person, other in found.get(person.id, ())
            if leave.starts_on <= on_date <= leave.ends_on
        ]
        if not others:
            return person if person is not away and person.is_active else None
        if others[0] is None or others[0].id in seen:
            return None
        person = others[0]
        seen.add(person.id)
    return None


def leaves_from(on_date: date) -> list[Leave]:
    """Absences that have not ended before a day, of everybody, soonest first."""
    return list(
        db.session.scalars(
            select(Leave)
            .options(joinedload(Leave.delegate))
            .where(Leave.ends_on >= on_date)
            .order_by(Leave.starts_on, Leave.id)
        )
    )
