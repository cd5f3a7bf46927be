"""The list of tasks as asked for by query string and saved view."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select, true

from crm.accounts.models import User
from crm.accounts.queries import away_for, visible
from crm.activities import rules
from crm.activities.models import Task
from crm.core import clock
from crm.core.db import db

Spans = dict[str, ColumnElement[bool]]
WHENS = ("open", "late", "today", "week", "later")


def spans_of(user: User, team: bool = False, standing: Iterable[User] = ()) -> Spans:
    """The spans of the list by name, as conditions on tasks.

    What is today or this week is so where the owner of the task is: the team's list may hold
    people of several zones, as may one's own with those of people in whose place one stands.
    """
    here = _spans(user.zone)
    zones = db.session.scalars(select(User.timezone).distinct()) if team else ()
    others = {*zones, *(one.timezone for one in standing)} - {user.timezone}
    if not others:
        return here
    there = {zone: _spans(ZoneInfo(zone)) for zone in sorted(others)}
    elsewhere = select(User.id).where(User.timezone.in_(others))
    return {
        when: here[when]
        if when in ("open", "late")  # an instant is past everywhere at once
        else or_(
            and_(Task.owner_id.not_in(elsewhere), here[when]),
            *(and_(_lives_in(zone), spans[when]) for zone, spans in there.items()),
        )
        for when in WHENS
    }


def _lives_in(zone: str) -> ColumnElement[bool]:
    return Task.owner_id.in_(select(User.id).where(User.timezone == zone))


def _spans(zone: ZoneInfo) -> Spans:
    now, today = clock.now(), clock.today(zone)
    tonight = rules.end_of(today, zone)
    sunday = rules.end_of(today + timedelta(days=6 - today.weekday()), zone)
    return {
        "open": true(),
        "late": Task.due_by <= now,
        "today": and_(Task.due_by > now, Task.due_by <= tonight),
        "week": and_(Task.due_by > tonight, Task.due_by <= sunday),
        "later": Task.due_by > sunday,
    }


def when_of(asked: Any) -> str:
    """Which span a list (filters.queries.Asked) asks for, or "done"."""
    when = asked.get("when")
    return when if when == "done" or when in WHENS else "open"


def conditions(asked: Any) -> list[Any]:
    """What each task of a list fulfils; that its reader may see it is among it."""
    return [visible(asked.user, Task), asked.condition, *in_scope(asked)]


def standing_for(asked: Any) -> dict[int, User]:
    """Who is away and in whose place the reader stands, by number; read once.

    Their open tasks stand among the reader's own, as far as the reader may see them.
    """
    if "standing" not in asked.held:
        is_asked = asked.get("who") != "team" and when_of(asked) != "done"
        away = away_for(asked.user) if is_asked else []
        asked.held["standing"] = {person.id: person for person in away}
    found: dict[int, User] = asked.held["standing"]
    return found


def spans_for(asked: Any) -> Spans:
    """The spans of a list, worked out once."""
    if "spans" not in asked.held:
        is_team, standing = asked.get("who") == "team", standing_for(asked).values()
        asked.held["spans"] = spans_of(asked.user, is_team, standing)
    found: Spans = asked.held["spans"]
    return found


def owned(asked: Any) -> list[Any]:
    """Whose tasks a list holds, as conditions."""
    if asked.get("who") == "team":
        return []
    return [Task.owner_id.in_([asked.user.id, *standing_for(asked)])]


def in_scope(asked: Any) -> list[Any]:
    """The conditions that the parameters of the page stand for."""
    if when_of(asked) == "done":
        return [*owned(asked), Task.closed_at.is_not(None)]
    return [*owned(asked), Task.closed_at.is_(None), spans_for(asked)[when_of(asked)]]
