"""What a comparison wants of a value, once the viewer and the moment are known.

SQL and the judge of one record read the same wants, so they cannot drift apart in meaning.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from crm.core.folding import fold
from crm.core.phones import (
    bare,
    beginnings,
    begun_at_home,
    dialled,
    digits,
    parse_phone,
    spellings,
)
from crm.filters.rules.operators import SPANS
from crm.filters.rules.tree import Test
from crm.filters.rules.values import TEXTS

MOMENT = timedelta(microseconds=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Viewer(Protocol):
    """Through whose eyes conditions are read: "me", "my team", their zone and week."""

    zone: ZoneInfo
    now: datetime

    @property
    def country(self) -> str: ...

    @property
    def week_start(self) -> int: ...

    @property
    def user_id(self) -> int | None: ...

    @property
    def mates(self) -> frozenset[int]: ...


@dataclass(frozen=True)
class Empty:
    """There is no value."""


@dataclass(frozen=True)
class Words:
    """A folded text is, contains or begins with one of `texts`.

    `is_bare`: what people write between the digits of a number does not count.
    """

    how: str
    texts: tuple[str, ...]
    is_bare: bool = False


@dataclass(frozen=True)
class Range:
    """A value from `low` to `high`; None leaves an end open, `with_*` says whether it counts."""

    low: Any = None
    high: Any = None
    with_low: bool = True
    with_high: bool = False


@dataclass(frozen=True)
class Among:
    """A value that is one of these, or none at all if `or_empty`; with `every` all of them."""

    values: tuple[Any, ...]
    or_empty: bool = False
    every: bool = False


Want = Empty | Words | Range | Among


def want(test: Test, viewer: Viewer) -> tuple[Want, bool]:
    """What `test` wants, and whether its outcome is to be turned round."""
    asks, denied = test.operator.asks, bool(test.operator.base)
    if asks == "empty":
        return Empty(), denied
    return _wanted(test, asks, viewer), denied


def _wanted(test: Test, asks: str, viewer: Viewer) -> Want:
    kind, values = test.field.kind, test.values
    if kind == "phone":
        texts = (bare(text) for value in values for text in _dialled(asks, value, viewer.country))
        how = {"one_of": "is"}.get(asks, asks)
        return Words(how, tuple(filter(None, dict.fromkeys(texts))), is_bare=True)
    if kind in TEXTS:
        return Words({"one_of": "is"}.get(asks, asks), values)
    if kind in {"on", "at"}:
        first, last = DAYS[asks](values, viewer)
        return _instants(asks, first, last, viewer) if kind == "at" else _dates(first, last)
    if kind in {"number", "money"} and asks in RANGES:
        return RANGES[asks](values)
    if kind == "user":
        return _people(values, viewer)
    return Among(values, every=asks == "all_of")


def _dialled(asks: str, value: str, country: str) -> tuple[str, ...]:
    """What a number is, has or begins with, in its stored form: E.164, or as somebody typed it."""
    if asks == "begins":
        begun = beginnings(value, country)
        return (fold(value), *begun, *(own for one in begun for own in begun_at_home(one, country)))
    whole = parse_phone(value, country)
    if asks == "contains":
        own = (dialled(whole),) if whole else ()
        return (digits(value) or fold(value), *own)
    return (fold(value), *spellings(whole)) if whole else (fold(value),)


def _people(values: tuple[Any, ...], viewer: Viewer) -> Among:
    numbers: set[int] = set()
    for value in values:
        if value == "me":
            numbers |= {viewer.user_id} if viewer.user_id is not None else set()
        elif value == "team":
            numbers |= viewer.mates
        elif value != "nobody":
            numbers.add(value)
    return Among(tuple(sorted(numbers)), or_empty="nobody" in values)


RANGES: dict[str, Callable[[tuple[Any, ...]], Range]] = {
    "gt": lambda v: Range(low=v[0], with_low=False),
    "gte": lambda v: Range(low=v[0]),
    "lt": lambda v: Range(high=v[0]),
    "lte": lambda v: Range(high=v[0], with_high=True),
    "between": lambda v: Range(low=v[0], high=v[1], with_high=True),
}
Days = tuple[date | None, date | None]


def today(viewer: Viewer) -> date:
    """The calendar day of the viewer."""
    return viewer.now.astimezone(viewer.zone).date()


def _shift(viewer: Viewer, days: int) -> date:
    return today(viewer) + timedelta(days=days)


DAY = timedelta(days=1)
# First and last day, both included, None for an open end.
DAYS: dict[str, Callable[[tuple[Any, ...], Viewer], Days]] = {
    "is": lambda v, who: (v[0], v[0]),
    "gt": lambda v, who: (v[0] + DAY, None),
    "gte": lambda v, who: (v[0], None),
    "lt": lambda v, who: (None, v[0] - DAY),
    "lte": lambda v, who: (None, v[0]),
    "between": lambda v, who: (v[0], v[1]),
    "in": lambda v, who: span(v[0], who),
    "last": lambda v, who: (_shift(who, -v[0]), today(who)),
    "next": lambda v, who: (today(who), _shift(who, v[0])),
    "ago": lambda v, who: (None, _shift(who, -v[0] - 1)),
    "ahead": lambda v, who: (_shift(who, v[0] + 1), None),
}


def span(name: str, viewer: Viewer) -> tuple[date, date]:
    """The first and last day of a span such as "last_week", in the viewer's calendar."""
    day = today(viewer)
    if name in {"today", "yesterday", "tomorrow"}:
        day += timedelta(days={"today": 0, "yesterday": -1, "tomorrow": 1}[name])
        return day, day
    which, unit = SPANS[name]
    step = {"this": 0, "last": -1, "next": 1}[which]
    if unit == "week":
        first = day - timedelta(days=(day.weekday() - viewer.week_start) % 7)
        first += timedelta(weeks=step)
        return first, first + timedelta(days=6)
    size = MONTHS[unit]
    start = (day.year * 12 + day.month - 1) // size * size + step * size
    return _first_of(start), _first_of(start + size) - DAY


def _first_of(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _dates(first: date | None, last: date | None) -> Range:
    return Range(low=first, high=last, with_high=True)


def _instants(asks: str, first: date | None, last: date | None, viewer: Viewer) -> Range:
    """From the first midnight to the one behind the last day; the past ends now."""
    low = _midnight(first, viewer) if first else None
    high = _midnight(last + DAY, viewer) if last else None
    if asks == "last":
        high = viewer.now + MOMENT
    if asks == "next":
        low = viewer.now
    return Range(low=low, high=high)


def _midnight(day: date, viewer: Viewer) -> datetime:
    return datetime.combine(day, time(), viewer.zone).astimezone(UTC)
