"""Teams, their working hours and holidays; hours of a single person too."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.actions.events import note, note_changes
from crm.accounts.models import Holiday, Team, User, WorkingHours
from crm.accounts.rules import USUAL_HOURS, openings_problem, written
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused

Weekly = dict[int, list[tuple[int, int]]]


def create_team(name: str, *, timezone: str, is_own_only: bool = False, by: User) -> Team:
    """A new team that works Monday to Friday, 9 to 17, until somebody says otherwise."""
    _check_name(name)
    team = Team(name=name, timezone=timezone, is_own_only=is_own_only, created_at=clock.now())
    db.session.add(team)
    _put_hours(team, USUAL_HOURS)
    note("team_created", by=by, team=name)
    db.session.flush()
    return team


def update_team(team: Team, by: User, *, name: str, timezone: str, is_own_only: bool) -> None:
    """Rename a team, move its clock, or say whether its people see each other's records."""
    _check_name(name, team)
    old = {"name": team.name, "timezone": team.timezone, "is_own_only": team.is_own_only}
    new = {"name": name, "timezone": timezone, "is_own_only": is_own_only}
    note_team(team, by, old, new)
    team.name, team.timezone, team.is_own_only = name, timezone, is_own_only


def note_team(team: Team, by: User, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Note which settings and which days' openings (`day_0`) of a team differ."""
    called = str(old.get("name", team.name))
    for kind, is_of_day in (("team_changed", False), ("hours_changed", True)):
        was, now = (
            {
                name.removeprefix("is_"): value
                for name, value in one.items()
                if name.startswith("day_") == is_of_day
            }
            for one in (old, new)
        )
        note_changes(kind, by=by, old=was, new=now, team=called)


def _check_name(name: str, team: Team | None = None) -> None:
    other = db.session.scalar(select(Team.id).where(Team.name == name))
    if other is not None and (team is None or other != team.id):
        raise Refused(_("There is a team of this name already."), field="name")


def set_hours(whose: Team | User, weekly: Weekly, by: User | None = None) -> None:
    """Replace all openings of a team or person; `weekly` maps weekday (0 Monday) to minutes.

    A person with an empty `weekly` works as the team does. Raises Refused at the day's field.
    What each day was and is now is noted, and that `by` said so.
    """
    old: Weekly = {}
    for one in whose.hours:
        old.setdefault(one.weekday, []).append((one.opens, one.closes))
    _put_hours(whose, weekly)
    person = whose if isinstance(whose, User) else None
    about = {} if person else {"team": whose.name}
    note_changes("hours_changed", person, by=by, old=_written(old), new=_written(weekly), **about)


def _written(weekly: Weekly) -> dict[str, str]:
    """Openings of each weekday as they are typed."""
    return {f"day_{day}": written(weekly.get(day, ())) for day in range(7)}


def _put_hours(whose: Team | User, weekly: Weekly) -> None:
    for day, openings in weekly.items():
        problem = openings_problem(openings)
        if problem:
            raise Refused(_(problem), field=f"day_{day}")  # whose label is the day
    if isinstance(whose, User):
        whose.has_own_hours = any(weekly.values())
    elif not any(weekly.values()):
        raise Refused(_("A team needs at least one opening in the week."))
    whose.hours = [
        WorkingHours(weekday=day, opens=opens, closes=closes)
        for day, openings in sorted(weekly.items())
        for opens, closes in sorted(openings)
    ]


def add_holiday(team: Team, on: date, name: str, by: User | None = None) -> Holiday:
    """A day on which the team does not work."""
    if any(holiday.on == on for holiday in team.holidays):
        raise Refused(_("This day is in the list already."), field="on")
    holiday = Holiday(on=on, name=name)
    team.holidays.append(holiday)
    db.session.flush()
    note_holiday(team, holiday, by)
    return holiday


def note_holiday(team: Team, holiday: Holiday, by: User | None) -> None:
    """Note that a day came on the list."""
    day, name = [None, holiday.on.isoformat()], [None, holiday.name]
    note("holiday_added", by=by, team=team.name, day=day, name=name)


def remove_holiday(team: Team, holiday_id: int, by: User | None = None) -> None:
    """Take a holiday off the list; one that is gone already is no error."""
    for one in team.holidays:
        if one.id == holiday_id:
            day, name = [one.on.isoformat(), None], [one.name, None]
            note("holiday_removed", by=by, team=team.name, day=day, name=name)
    team.holidays = [holiday for holiday in team.holidays if holiday.id != holiday_id]
