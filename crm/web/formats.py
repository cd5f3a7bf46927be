"""How sums, numbers and times are written for the person who reads, in their zone and language."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
)
from flask import Flask, current_app, g
from flask_babel import gettext as _
from markupsafe import Markup

from crm.core.clock import now
from crm.web import locale as reader

Amount = int | float | Decimal
ENGLISH = Locale("en", "GB")
KEPT = 4096
UNITS = (604800, 86400, 3600, 60)  # week, day, hour, minute in seconds
WEEK = timedelta(days=7)
# Markup: our own element; what is put in is escaped.
SINCE = Markup('<time class="ago" datetime="%s" title="%s">%s</time>')
NEARLY = 0.85  # from this share on, Babel rounds up to one of the larger unit


def init_app(app: Flask) -> None:
    """Add every format as a filter and as a global, so that macros have them too."""
    for filter_ in FILTERS:
        app.add_template_filter(filter_, filter_.__name__)


def reader_zone() -> tzinfo:
    """The viewer's time zone; UTC when there is none."""
    zone = asked("zone", reader.zone)
    return zone if isinstance(zone, tzinfo) else _zone(zone or "UTC")


@cache
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def reader_locale() -> Locale:
    """The viewer's locale; English when there is none.

    Plain English is taken as written in Europe (Tue 24 Nov, 16:03); en_US is a choice of its own.
    """
    return _locale(_language())


def _language() -> str:
    return str(asked("locale", reader.locale) or "en")


@lru_cache(maxsize=256)
def _locale(name: str) -> Locale:
    try:
        return ENGLISH if name == "en" else Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return ENGLISH


def asked(name: str, find: Callable[[], Any]) -> Any:
    """What this request or job has settled on; a job settles it by setting it on `g`."""
    try:
        here = g._get_current_object()
    except RuntimeError:  # no request and no job
        return None
    found = here.get(name)
    if found is None and "babel" in current_app.extensions:
        found = find()
        setattr(here, name, found)
    return found


def local(at: datetime) -> datetime:
    """An instant on the viewer's wall clock; a naive one is taken as UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(reader_zone())


def money(cents: Amount | None, currency: str | None = "EUR") -> str:
    """A sum of minor units with its currency; whole amounts without decimals: €14,400.

    Who may not see amounts reads "not shown" (O1).
    """
    if cents is None:
        return ""
    if asked("sees_amounts", reader.sees_amounts) is False:
        return str(_("not shown"))
    return _money(cents, currency or "EUR", _language())


# What follows depends on nothing but its arguments: Babel writes each once a process.
@lru_cache(maxsize=KEPT)
def _money(cents: Amount, code: str, language: str) -> str:
    locale = _locale(language)
    places = get_currency_precision(code)
    sum_ = Decimal(cents) / 10**places
    whole = sum_ == sum_.to_integral_value()
    return str(
        format_currency(
            sum_.quantize(Decimal(1)) if whole else sum_,
            code,
            locale=locale,
            decimal_quantization=not whole,
            currency_digits=not whole,
            format=_whole_pattern(locale) if whole else None,
        )
    )


def _whole_pattern(locale: Locale) -> str:
    """The locale's currency pattern without its decimals."""
    pattern = locale.currency_formats["standard"].pattern
    return str(pattern.replace(".00", ""))


def number(value: Amount | None) -> str:
    """A number with the locale's grouping: 1,284."""
    return "" if value is None else _number(value, _language())


@lru_cache(maxsize=KEPT)
def _number(value: Amount, language: str) -> str:
    return str(format_decimal(value, locale=_locale(language)))


def percent(share: Amount | None, places: int = 0) -> str:
    """A share between 0 and 1 as per cent: 0.62 is 62%."""
    if share is None:
        return ""
    locale = reader_locale()
    pattern = locale.percent_formats[None].pattern
    if places:
        pattern = pattern.replace("#,##0", f"#,##0.{'0' * places}")
    return str(format_percent(share, format=pattern, locale=locale))


def day(when: datetime | date | None) -> str:
    """A day, with its weekday and without the year when that is the present one: Tue, Nov 24."""
    if when is None:
        return ""
    on = local(when).date() if isinstance(when, datetime) else when
    skeleton = "MMMEd" if on.year == local(now()).year else "yMMMEd"
    return written(skeleton, on)


def written(skeleton: str, on: date) -> str:
    """A day by CLDR skeleton; the locale's medium form where it has none."""
    return _written(skeleton, on, _language())


@lru_cache(maxsize=KEPT)
def _written(skeleton: str, on: date, language: str) -> str:
    locale = _locale(language)
    try:
        # Babel formats skeletons of days only from an instant; the day's noon is that day anywhere.
        noon = datetime(on.year, on.month, on.day, 12)  # noqa: DTZ001
        return str(format_skeleton(skeleton, noon, fuzzy=True, locale=locale))
    except KeyError:
        return str(format_date(on, "medium", locale=locale))


def clock_time(when: datetime | None) -> str:
    """A time of day: 16:03, or 4:03 PM where people write it so."""
    if when is None:
        return ""
    at = local(when)
    return _clock_time(at.hour, at.minute, _language())


@lru_cache(maxsize=KEPT)
def _clock_time(hour: int, minute: int, language: str) -> str:
    return str(format_time(time(hour, minute), "short", locale=_locale(language)))


def day_time(when: datetime | date | None) -> str:
    """A day and a time of day: Tue, Nov 24, 16:03."""
    if not isinstance(when, datetime):
        return day(when)
    at = local(when)
    return _day_time(at, local(now()).year)


def _day_time(at: datetime, this_year: int) -> str:
    """A local instant as day and time of day."""
    language = _language()
    on = _written("MMMEd" if at.year == this_year else "yMMMEd", at.date(), language)
    return f"{on}, {_clock_time(at.hour, at.minute, language)}"


def near_time(when: datetime | date | None) -> str:
    """A day and a time of day; within six days of today the weekday is enough: Tue 16:03."""
    if not isinstance(when, datetime):
        return day(when)
    at, present = local(when), local(now())
    if abs(at.date() - present.date()) >= timedelta(days=6):
        return _day_time(at, present.year)
    language = _language()
    return f"{_written('E', at.date(), language)} {_clock_time(at.hour, at.minute, language)}"


def ago(when: datetime | date | None) -> str:
    """How far an instant lies from now in words, up to a week; then its day."""
    if when is None:
        return ""
    if not isinstance(when, datetime):
        return day(when)
    distance = local(when) - now()
    return day(when) if abs(distance) >= WEEK else _lapse(*_rounded(distance), _language())


def since(when: datetime | None, present: datetime | None = None) -> Markup:
    """How long ago, as <time> with day and time of day as its title.

    `present` is the instant it is told from, where the page has asked the clock already.
    """
    if when is None:
        return Markup("")  # Markup: nothing, as an element would be
    at, present = (when if when.tzinfo else when.replace(tzinfo=UTC)), present or now()
    zone = reader_zone()
    lapse = _rounded(at - present) if abs(at - present) < WEEK else None
    return _since(at, zone, _language(), present.astimezone(zone).year, lapse)


@lru_cache(maxsize=KEPT)
def _since(
    when: datetime, zone: tzinfo, language: str, this_year: int, lapse: tuple[int, int] | None
) -> Markup:
    """As `since`, for a zone, a language and a year; `lapse` is None from a week on."""
    at = when.astimezone(zone)
    on = _written("MMMEd" if at.year == this_year else "yMMMEd", at.date(), language)
    full = f"{on}, {_clock_time(at.hour, at.minute, language)}"
    said = on if lapse is None else _lapse(*lapse, language)
    return SINCE % (at.isoformat(timespec="minutes"), full, said)


def _rounded(distance: timedelta) -> tuple[int, int]:
    """A distance as Babel rounds it: a number, signed, and the seconds of its unit."""
    seconds = distance.days * 86400 + distance.seconds
    for unit in UNITS:
        number = abs(seconds) / unit
        if number >= NEARLY:
            break
    number = round(max(1, number) if number and unit == UNITS[-1] else number)
    return (number if seconds >= 0 else -number), unit


@lru_cache(maxsize=KEPT)
def _lapse(number: int, unit: int, language: str) -> str:
    return str(
        format_timedelta(
            timedelta(seconds=number * unit),
            granularity="minute",
            threshold=1,
            add_direction=True,
            locale=_locale(language),
        )
    )


def phone(value: str | None) -> str:
    """A number in international spacing; as typed when it cannot be read."""
    if not value:
        return ""
    try:
        parsed = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return value
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def iso(when: datetime | date | None) -> str:
    """The machine's form for `<time datetime>`."""
    if when is None:
        return ""
    return (
        local(when).isoformat(timespec="minutes")
        if isinstance(when, datetime)
        else (when.isoformat())
    )


FILTERS = (money, number, percent, day, day_time, near_time, clock_time, ago, phone, iso, since)
