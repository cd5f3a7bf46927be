"""When the mails of an enrolment are due: intent on the wall clock, kept as UTC instants."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crm.core.business_time import Calendar, is_working_day, next_opening, next_working_day

# Two mails of one enrolment are never closer than this.
GAP = timedelta(hours=20)


def window_calendar(
    spec: dict[str, Any], zone: ZoneInfo, holidays: frozenset[date] = frozenset()
) -> Calendar:
    """The times at which a spec's mails may leave, on the wall clock of `zone`."""
    window = spec["window"]
    hours = (_minutes(window["from"]), _minutes(window["to"]))
    return Calendar(zone, {day: [hours] for day in window["weekdays"]}, holidays)


def due_times(spec: dict[str, Any], anchor: datetime, calendar: Calendar) -> list[datetime]:
    """The due instant of each step, counted from `anchor` (aware).

    Minutes are real time, moved to the next opening of the window. Days are calendar days on
    the wall clock of the calendar's zone, at the step's `at` (default: the anchor's time of
    day); a day without window moves to the next that has one. A time that a clock change skips
    is taken as its standard-time reading (PEP 495, fold 0). Each step is at least 20 h after
    the one before.
    """
    due: list[datetime] = []
    for step in spec["steps"]:
        at = _step_due(step, anchor, calendar)
        if due and at < due[-1] + GAP:
            at = next_slot(due[-1] + GAP, step.get("at"), calendar)
        due.append(at)
    return due


def next_slot(earliest: datetime, at: str | None, calendar: Calendar) -> datetime:
    """The first allowed instant from `earliest` on, at the wall-clock time `at` where given."""
    if at is None:
        return next_opening(earliest, calendar)
    day = earliest.astimezone(calendar.zone).date()
    if not is_working_day(day, calendar) or _at(day, at, calendar) < earliest:
        day = next_working_day(day, calendar)
    return next_opening(_at(day, at, calendar), calendar)


def _step_due(step: dict[str, Any], anchor: datetime, calendar: Calendar) -> datetime:
    delay = step["delay"]
    if delay["unit"] == "minutes":
        return next_opening(anchor + timedelta(minutes=delay["amount"]), calendar)
    local = anchor.astimezone(calendar.zone)
    day = local.date() + timedelta(days=delay["amount"])
    if not is_working_day(day, calendar):
        day = next_working_day(day, calendar)
    at = _at(day, step.get("at") or f"{local:%H:%M}", calendar)
    if at < anchor:
        return next_slot(anchor, step.get("at"), calendar)
    return next_opening(at, calendar)


def _at(day: date, at: str, calendar: Calendar) -> datetime:
    minutes = _minutes(at)
    local = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=calendar.zone)
    return local.astimezone(UTC)


def _minutes(at: str) -> int:
    hours, _, minutes = at.partition(":")
    return int(hours) * 60 + int(minutes)
