"""How sums, numbers and times are written in a language and zone: each once a process.

Nothing here depends on anything but its arguments: `crm.web.formats` knows who reads.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, get_currency_precision
from flask_babel import gettext
from markupsafe import Markup

Amount = int | float | Decimal
ENGLISH = Locale("en", "GB")
KEPT = 4096
UNITS = (604800, 86400, 3600, 60)  # week, day, hour, minute in seconds
# Markup: our own element; what is put in is escaped.
SINCE = Markup('<time class="ago" datetime="%s" title="%s">%s</time>')
BARELY = 45  # seconds that are no minute yet
NEARLY = 0.85  # from this share on, Babel rounds up to one of the larger unit


def aware(at: datetime) -> datetime:
    """An instant; a naive one is taken as UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@lru_cache(maxsize=256)
def locale_of(name: str) -> Locale:
    """The locale of a name: plain English is taken as written in Europe."""
    try:
        return ENGLISH if name == "en" else Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return ENGLISH


@lru_cache(maxsize=KEPT)
def money(cents: Amount, code: str, language: str) -> str:
    """A sum of minor units with its currency; whole amounts without decimals."""
    locale = locale_of(language)
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


@lru_cache(maxsize=KEPT)
def number(value: Amount, language: str) -> str:
    """A number with the locale's grouping; exact ones with all their decimals."""
    rounds = not isinstance(value, Decimal)
    return str(format_decimal(value, locale=locale_of(language), decimal_quantization=rounds))


@lru_cache(maxsize=KEPT)
def phone(value: str) -> str:
    """A number in international spacing; as typed when it cannot be read."""
    try:
        parsed = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return value
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


@lru_cache(maxsize=KEPT)
def day(skeleton: str, on: date, language: str) -> str:
    """A day by CLDR skeleton; the locale's medium form where it has none."""
    locale = locale_of(language)
    try:
        # Babel formats skeletons of days only from an instant; the day's noon is that day anywhere.
        noon = datetime(on.year, on.month, on.day, 12)  # noqa: DTZ001
        return str(format_skeleton(skeleton, noon, fuzzy=True, locale=locale))
    except KeyError:
        return str(format_date(on, "medium", locale=locale))


@lru_cache(maxsize=KEPT)
def clock_time(hour: int, minute: int, language: str) -> str:
    """A time of day."""
    return str(format_time(time(hour, minute), "short", locale=locale_of(language)))


def day_time(at: datetime, this_year: int, language: str) -> str:
    """A local instant as day and time of day."""
    on = day("MMMEd" if at.year == this_year else "yMMMEd", at.date(), language)
    return f"{on}, {clock_time(at.hour, at.minute, language)}"


@lru_cache(maxsize=KEPT)
def near_time(when: datetime, zone: tzinfo, language: str, today: date) -> str:
    """An instant as day and time; within six days of `today` the weekday is enough."""
    at = when.astimezone(zone)
    if abs(at.date() - today) < timedelta(days=6):
        on = day("E", at.date(), language)
        return f"{on} {clock_time(at.hour, at.minute, language)}"
    return day_time(at, today.year, language)


@lru_cache(maxsize=KEPT)
def since(
    when: datetime, zone: tzinfo, language: str, this_year: int, distance: tuple[int, int] | None
) -> Markup:
    """An instant as <time>: how far it lies (as of `rounded`; None from a week on), and when."""
    at = when.astimezone(zone)
    full = day_time(at, this_year, language)
    said = lapse(*distance, language) if distance else full.rpartition(", ")[0]
    return SINCE % (at.isoformat(timespec="minutes"), full, said)


@lru_cache(maxsize=KEPT)
def year(at: datetime, zone: tzinfo) -> int:
    """The year of an instant on the clocks of a zone."""
    return at.astimezone(zone).year


def rounded(distance: timedelta) -> tuple[int, int]:
    """A distance as Babel rounds it: a number, signed, and the seconds of its unit; 0 is now."""
    seconds = distance.days * 86400 + distance.seconds
    if abs(seconds) < BARELY:
        return 0, UNITS[-1]
    for unit in UNITS:
        number = abs(seconds) / unit
        if number >= NEARLY:
            break
    number = round(max(1, number) if number and unit == UNITS[-1] else number)
    return (number if seconds >= 0 else -number), unit


@lru_cache(maxsize=KEPT)
def lapse(number: int, unit: int, language: str) -> str:
    """A distance in words; `unit` in seconds."""
    if not number:
        return gettext("just now")
    return str(
        format_timedelta(
            timedelta(seconds=number * unit),
            granularity="minute",
            threshold=1,
            add_direction=True,
            locale=locale_of(language),
        )
    )


@lru_cache(maxsize=KEPT)
def iso(when: datetime, zone: tzinfo) -> str:
    """The machine's form for `<time datetime>`, to the minute."""
    return when.astimezone(zone).isoformat(timespec="minutes")
