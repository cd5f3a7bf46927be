"""Working time as interval arithmetic on UTC instants built from local windows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
# A calendar that opens on no day for so long never opens; then plain time counts.
HORIZON_DAYS = 400
Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class Calendar:
    """When somebody works: per weekday (0 Monday) windows in minutes after local midnight."""

    zone: ZoneInfo
    weekly: dict[int, list[tuple[int, int]]]
    holidays: frozenset[date] = field(default_factory=frozenset)

    @property
    def is_never_open(self) -> bool:
        return not any(closes > opens for day in self.weekly.values() for opens, closes in day)


def add_minutes(start: datetime, minutes: int, calendar: Calendar) -> datetime:
    """The instant at which `minutes` of working time have passed since `start` (aware), in UTC.

    A window's end still belongs to it: 16:55 plus 5 is 17:00. With no working time at all,
    plain minutes are added.
    """
    left = timedelta(minutes=minutes)
    for opens, closes in _windows_from(start, calendar):
        begin = max(opens, start)
        if closes - begin >= left:
            return begin + left
        left -= closes - begin
    return start.astimezone(UTC) + timedelta(minutes=minutes)


def minutes_between(a: datetime, b: datetime, calendar: Calendar) -> int:
    """Whole working minutes from `a` to `b` (both aware); negative when `b` is earlier."""
    if b < a:
        return -minutes_between(b, a, calendar)
    if calendar.is_never_open:
        return int((b - a).total_seconds() // 60)
    total = timedelta()
    for opens, closes in _windows_from(a, calendar):
        if opens >= b:
            break
        total += min(closes, b) - max(opens, a)
    return int(total.total_seconds() // 60)


def next_opening(at: datetime, calendar: Calendar) -> datetime:
    """`at` itself inside a window, else the next instant at which one opens, in UTC."""
    for opens, _closes in _windows_from(at, calendar):
        return max(opens, at.astimezone(UTC))
    return at.astimezone(UTC)


def is_open(at: datetime, calendar: Calendar) -> bool:
    """Whether somebody works at `at`; the end of a window is already outside."""
    return any(opens <= at < closes for opens, closes in windows(_day(at, calendar), calendar))


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Whether `day` has a window and is no holiday."""
    return bool(windows(day, calendar))


def closing(day: date, calendar: Calendar) -> datetime | None:
    """The end of the last window of `day` in UTC, None when nobody works on it."""
    found = windows(day, calendar)
    return found[-1][1] if found else None


def next_working_day(day: date, calendar: Calendar) -> date:
    """The first working day strictly after `day`; the next day if there is none at all."""
    for ahead in range(1, HORIZON_DAYS):
        later = day + timedelta(days=ahead)
        if is_working_day(later, calendar):
            return later
    return day + timedelta(days=1)


def windows(day: date, calendar: Calendar) -> list[Window]:
    """The windows of a local `day` as UTC instants, in order; none on a holiday."""
    if day in calendar.holidays:
        return []
    found = [
        (_instant(day, opens, calendar.zone), _instant(day, closes, calendar.zone))
        for opens, closes in sorted(calendar.weekly.get(day.weekday(), ()))
    ]
    return [(opens, closes) for opens, closes in found if closes > opens]


def _windows_from(at: datetime, calendar: Calendar) -> Iterator[Window]:
    """Windows that end after `at`, in order, as far as the horizon."""
    if calendar.is_never_open:
        return
    first = _day(at, calendar)
    quiet = 0
    day = first
    while quiet < HORIZON_DAYS:
        found = [window for window in windows(day, calendar) if window[1] > at]
        quiet = 0 if found else quiet + 1
        yield from found
        day += timedelta(days=1)


def _day(at: datetime, calendar: Calendar) -> date:
    return at.astimezone(calendar.zone).date()


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    if minutes >= DAY_MINUTES:
        day, minutes = day + timedelta(days=1), minutes - DAY_MINUTES
    local = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone)
    return local.astimezone(UTC)
