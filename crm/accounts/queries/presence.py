"""When people work, when they are away, and who stands in."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

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
    """The people who are away now and in whose place `user` stands, by name."""
    today, day = clock.today(user.zone), timedelta(days=1)
    leaves = db.session.scalars(
        select(Leave).where(
            Leave.starts_on <= today + day,  # whoever is away may live in another zone
            Leave.ends_on >= today - day,
            Leave.delegate_id.is_not(None),
        )
    ).all()
    reached = {user.id}
    for _turn in range(MOST_DELEGATES):
        reached |= {leave.user_id for leave in leaves if leave.delegate_id in reached}
    away = [db.session.get_one(User, number) for number in reached - {user.id}]
    return sorted(
        (one for one in away if _stands_in(user, one, clock.today(one.zone))),
        key=lambda one: one.name,
    )


def _stands_in(user: User, away: User, on_date: date) -> bool:
    delegate = delegate_of(away, on_date)
    return delegate is not None and delegate.id == user.id


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
