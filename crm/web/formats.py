"""How sums, numbers and times are written for the person who reads, in their zone and language."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.numbers import format_percent
from flask import Flask, current_app
from flask_babel import gettext as _
from markupsafe import Markup

from crm.core.clock import now
from crm.web import locale as reader
from crm.web import notation
from crm.web.here import here
from crm.web.notation import Amount

WEEK = timedelta(days=7)


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
    return notation.locale_of(language())


def language() -> str:
    """In which language and country words, dates and sums are written: "en", "de-AT"."""
    return str(asked("locale", reader.locale) or "en")


def asked(name: str, find: Callable[[], Any]) -> Any:
    """What this request or job has settled on; a job settles it by setting it on `g`."""
    try:
        this = here()
    except LookupError:  # no request and no job
        return None
    found = this.get(name)
    if found is None and "babel" in current_app.extensions:
        found = find()
        setattr(this, name, found)
    return found


def local(at: datetime) -> datetime:
    """An instant on the viewer's wall clock; a naive one is taken as UTC."""
    return notation.aware(at).astimezone(reader_zone())


def money(cents: Amount | None, currency: str | None = "EUR") -> str:
    """A sum of minor units with its currency; whole amounts without decimals: €14,400.

    Who may not see amounts reads "not shown" (O1).
    """
    if cents is None:
        return ""
    if asked("sees_amounts", reader.sees_amounts) is False:
        return str(_("not shown"))
    return notation.money(cents, currency or "EUR", language())


def amount(cents: Amount) -> str:
    """A sum of minor units whose currency nobody knows: 14,400. Shown to whom `money` is."""
    if asked("sees_amounts", reader.sees_amounts) is False:
        return str(_("not shown"))
    return number(Decimal(cents) / 100)


def number(value: Amount | str | None) -> str:
    """A number with the locale's grouping: 1,284. A text holds an exact one."""
    if isinstance(value, str):
        value = Decimal(value)
    return "" if value is None else notation.number(value, language())


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
    return notation.day(skeleton, on, language())


def clock_time(when: datetime | None) -> str:
    """A time of day: 16:03, or 4:03 PM where people write it so."""
    if when is None:
        return ""
    at = local(when)
    return notation.clock_time(at.hour, at.minute, language())


def day_time(when: datetime | date | None) -> str:
    """A day and a time of day: Tue, Nov 24, 16:03."""
    if not isinstance(when, datetime):
        return day(when)
    at = local(when)
    return notation.day_time(at, local(now()).year, language())


def near_time(when: datetime | date | None, present: datetime | None = None) -> str:
    """A day and a time of day; within six days of today the weekday is enough: Tue 16:03.

    `present`: as of `since`.
    """
    if not isinstance(when, datetime):
        return day(when)
    zone = reader_zone()
    return notation.near_time(
        notation.aware(when), zone, language(), (present or now()).astimezone(zone).date()
    )


def ago(when: datetime | date | None) -> str:
    """How far an instant lies from now in words, up to a week; then its day."""
    if when is None:
        return ""
    if not isinstance(when, datetime):
        return day(when)
    distance = local(when) - now()
    return (
        day(when)
        if abs(distance) >= WEEK
        else notation.lapse(*notation.rounded(distance), language())
    )


def since(when: datetime | None, present: datetime | None = None) -> Markup:
    """How long ago, as <time> with day and time of day as its title.

    `present` is the instant it is told from, where the page has asked the clock already.
    """
    if when is None:
        return Markup("")  # Markup: nothing, as an element would be
    at, present = notation.aware(when), present or now()
    zone, distance = reader_zone(), at - present
    lapse = notation.rounded(distance) if -WEEK < distance < WEEK else None
    return notation.since(at, zone, language(), notation.year(present, zone), lapse)


def phone(value: str | None) -> str:
    """A number in international spacing; as typed when it cannot be read."""
    return notation.phone(value) if value else ""


def iso(when: datetime | date | None) -> str:
    """The machine's form for `<time datetime>`."""
    if when is None:
        return ""
    if not isinstance(when, datetime):
        return when.isoformat()
    return notation.iso(notation.aware(when), reader_zone())


FILTERS = (money, number, percent, day, day_time, near_time, clock_time, ago, phone, iso, since)
