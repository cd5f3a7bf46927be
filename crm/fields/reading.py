"""What people type for a custom field, in their language and zone: as a plain value, and back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import get_date_format
from babel.numbers import format_decimal, get_currency_precision, is_currency
from flask_babel import gettext as _
from flask_babel import ngettext

from crm.core.folding import fold
from crm.fields.typed import Custom, checked

SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "zł": "PLN"}
YES = frozenset("yes y true 1 on x ja oui si sí tak".split())
NO = frozenset("no n false 0 off nein non nie".split())
CLOCK_TIME = re.compile(r"[T ]\s*(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?$")


@dataclass(frozen=True)
class Manner:
    """How somebody writes numbers, days and times, and which currency they mean."""

    locale: str = "en"
    zone: tzinfo = UTC
    currency: str = "EUR"


def read(custom: Custom, text: str | Sequence[str], manner: Manner) -> Any:
    """What somebody typed for a field, as a plain value; ValueError says what is wrong.

    Words of options count as well as their numbers. User and reference take numbers only: whom
    a name means is asked of the database (queries.meant).
    """
    if isinstance(text, str):
        text = text.replace("\x00", "").strip()
    if not text:
        return None
    if custom.kind == "multi":
        words = text.split(",") if isinstance(text, str) else text
        return checked(custom, [_option(custom, word.strip()) for word in words if word.strip()])
    if not isinstance(text, str):
        raise ValueError(_("One value only."))
    return checked(custom, _READ[custom.kind](custom, text, manner))


def answered(custom: Custom, said: str | Sequence[str], manner: Manner) -> tuple[Any, str]:
    """What a prospect chose or wrote, as a plain value, and what of it the field cannot hold.

    Of several choices those that the list has stay. A text counts as one choice where it is one,
    commas and all. ValueError where nothing can be held.
    """
    if custom.kind != "multi":
        if not isinstance(said, str) and (len(said) == 1 or custom.kind in {"text", "long"}):
            said = ", ".join(said)
        return read(custom, said, manner), ""
    if isinstance(said, str):
        said = [said] if _is_offered(custom, said) else said.split(",")
    told = [one.strip() for one in said if one.strip()]
    kept = [_option(custom, one) for one in told if _is_offered(custom, one)]
    left = [f"“{one[:80]}”" for one in told if not _is_offered(custom, one)]
    if not left:
        return checked(custom, kept), ""
    why = ngettext(
        "%(words)s is not one of the choices.", "%(words)s are not among the choices.",
        len(left), words=", ".join(left),
    )  # fmt: skip
    if not kept:
        raise ValueError(why)
    return checked(custom, kept), why


def _is_offered(custom: Custom, word: str) -> bool:
    try:
        found = custom.option(_option(custom, word.strip()))
    except ValueError:
        return False
    return found is not None and found.is_active


def written(custom: Custom, plain: Any, manner: Manner) -> str:
    """A plain value as its writer would type it; texts that are read again as the same value."""
    if plain is None:
        return ""
    if custom.kind == "number":
        return decimal(Decimal(plain), manner.locale)
    if custom.kind == "money":
        cents, code = plain
        places = get_currency_precision(code)
        shown = places if cents % 10**places else 0
        text = decimal(Decimal(cents).scaleb(-places), manner.locale, shown)
        return text if code == (custom.currency or manner.currency) else f"{code} {text}"
    if custom.kind == "at":
        at = datetime.fromisoformat(plain).astimezone(manner.zone)
        return at.strftime("%Y-%m-%dT%H:%M")
    return str(plain)


def decimal(value: Decimal, language: str, places: int = 0) -> str:
    """A number as it is typed in a locale, without marks between thousands."""
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    pattern = f"0.{'0' * places}" if places else "0.######"
    return str(format_decimal(value, format=pattern, locale=locale, group_separator=False))


def number(text: str, locale: str, *, groups_of_three: bool = False) -> Decimal:
    """A number as typed in a locale: "1.234,5", "1,234.5", "1 234,5", "-3"; else ValueError.

    A single mark that is not the locale's decimal mark groups where three digits follow it and
    is the decimal mark otherwise; with `groups_of_three` any single mark with three digits does.
    """
    plain = re.sub(r"[\s'’_]", "", text).replace("−", "-")
    decimal, group = _marks(locale)
    marks = [one for one in plain if one in ".,"]
    if len(set(marks)) > 1:
        group, decimal = marks[0], marks[-1]
    elif len(marks) > 1:
        group, decimal = marks[0], ""
    elif marks:
        has_three = len(plain) - plain.index(marks[0]) - 1 == 3
        groups = has_three and (groups_of_three or (marks[0] == group and marks[0] != decimal))
        group, decimal = (marks[0], "") if groups else ("", marks[0])
    if decimal and plain.count(decimal) > 1:
        raise ValueError(_("This is not a number."))
    plain = plain.replace(group, "") if group in marks else plain
    plain = plain.replace(decimal, ".") if decimal else plain
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", plain, re.ASCII):
        raise ValueError(_("This is not a number."))
    return Decimal(plain)


def _marks(locale: str) -> tuple[str, str]:
    try:
        symbols = Locale.parse(locale.replace("-", "_")).number_symbols["latn"]
    except (UnknownLocaleError, ValueError, KeyError):
        return ".", ","
    return str(symbols["decimal"]), str(symbols["group"])


def _read_money(custom: Custom, text: str, manner: Manner) -> list[Any]:
    code = custom.currency or manner.currency
    for sign, named in SIGNS.items():
        if sign in text:
            code, text = named, text.replace(sign, "")
    if found := re.search(r"[A-Za-z]{3}", text):
        code, text = found[0].upper(), text.replace(found[0], "")
    places = get_currency_precision(code) if is_currency(code) else 2
    cents = number(text, manner.locale, groups_of_three=places != 3).scaleb(places)
    if cents != cents.to_integral_value():
        raise ValueError(_("This sum has more decimals than its currency."))
    return [int(cents), code]


def _read_day(text: str, manner: Manner) -> date:
    parts = [int(part) for part in re.findall(r"\d+", text) if len(part) <= 4]
    if len(parts) != 3 or re.search(r"[^\d.,/\-\s]", text):
        raise ValueError(_("Give a day such as 2026-11-24."))
    order = "yMd" if parts[0] > 31 else _order(manner.locale)
    found = dict(zip(order, parts, strict=True))
    year = found["y"] + (2000 if found["y"] < 100 else 0)
    try:
        return date(year, found["M"], found["d"])
    except ValueError:
        raise ValueError(_("There is no such day.")) from None


def _order(locale: str) -> str:
    try:
        pattern = get_date_format("short", Locale.parse(locale.replace("-", "_"))).pattern
    except (UnknownLocaleError, ValueError):
        pattern = "d/M/y"
    if locale == "en":
        pattern = "d/M/y"  # plain English is written as in Europe, as in web/formats.py
    return "".join(dict.fromkeys(one for one in pattern if one in "yMd"))


def _read_instant(text: str, manner: Manner) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        clock = CLOCK_TIME.search(text)
        if not clock or int(clock[1]) > 23 or int(clock[2]) > 59:
            raise ValueError(_("Give a day and a time such as 2026-11-24 13:30.")) from None
        day = _read_day(text[: clock.start()], manner)
        at = datetime(day.year, day.month, day.day, int(clock[1]), int(clock[2]))  # noqa: DTZ001
    if at.tzinfo is None:
        at = at.replace(tzinfo=manner.zone)
    try:
        return at.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError:
        raise ValueError(_("There is no such day.")) from None


def _read_bool(text: str) -> bool:
    word = fold(text)
    if word in YES or word in NO:
        return word in YES
    raise ValueError(_("Say yes or no."))


def _option(custom: Custom, word: str) -> str:
    folded = fold(word)
    for one in custom.options:
        if fold(str(one.label)) == folded:
            return one.value
    if custom.option(word):
        return word
    raise ValueError(_("“%(word)s” is not one of the choices.", word=word[:80]))


def _number_of(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise ValueError(_("Choose one of those offered."))
    return int(text)


_READ: dict[str, Any] = {
    "text": lambda _custom, text, _manner: text,
    "long": lambda _custom, text, _manner: text,
    "url": lambda _custom, text, _manner: text,
    "number": lambda _custom, text, manner: f"{number(text, manner.locale):f}",
    "money": _read_money,
    "on": lambda _custom, text, manner: _read_day(text, manner).isoformat(),
    "at": lambda _custom, text, manner: _read_instant(text, manner),
    "bool": lambda _custom, text, _manner: _read_bool(text),
    "select": lambda custom, text, _manner: _option(custom, text),
    "user": lambda _custom, text, _manner: _number_of(text),
    "reference": lambda _custom, text, _manner: _number_of(text),
}
