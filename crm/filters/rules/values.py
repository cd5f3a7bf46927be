"""Values of conditions: from the text of a URL or form to what the engine compares with."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_currency_precision
from flask_babel import gettext as _

from crm.core import days
from crm.core.folding import fold
from crm.fields.rules import Field
from crm.filters.rules.operators import SPAN_WORDS, Operator

MOST_DAYS = 36_500
LARGEST = 2**53
TWO_WAYS = re.compile(r"[+-]?\d{1,3},\d{3}", re.ASCII)
YES, NO = {"yes", "true", "1", "on"}, {"no", "false", "0", "off"}
PEOPLE = {"me", "team", "nobody"}
TEXTS = {"text", "long", "email", "phone", "url"}


class BadValue(ValueError):
    """A value that its field cannot be compared with, in words."""


def cleaned(field: Field, operator: Operator, given: Sequence[str]) -> tuple[Any, ...]:
    """`given` as what `field` holds, as many as `operator` takes; BadValue says what is wrong.

    Texts are folded, numbers are Decimal, money is minor units, days are dates, "days" a
    number of days, people their numbers or "me", "team", "nobody".
    """
    values = [value for value in given if value.strip()]
    least, most = {"none": (0, 0), "two": (2, 2), "many": (1, 100)}.get(operator.takes, (1, 1))
    if least and not values:
        raise BadValue(_("Say what to compare with."))
    if not least <= len(values) <= most:
        raise BadValue(_("This comparison takes two values.") if most == 2 else _("One value."))
    if operator.takes == "days":
        return (_days(values[0]),)
    if operator.takes == "span":
        return (_span(values[0]),)
    clean = tuple(_read(field, value.strip()) for value in values)
    if operator.takes == "two" and clean[0] > clean[1]:
        return clean[1], clean[0]
    return clean


def places(field: Field) -> int:
    """How many decimals the sums of a field have."""
    return get_currency_precision(field.currency) if field.currency else 2


def _read(field: Field, value: str) -> Any:
    if field.kind == "money":
        return round(_number(value).scaleb(places(field)))
    if field.means is not None:
        value = field.means(value) or value
    return READERS[field.kind](value)


def _text(value: str) -> str:
    words = fold(value)
    if not words:
        raise BadValue(_("Type letters or digits to compare with."))
    return words


def _phone(value: str) -> str:
    _text(value)  # refused without letters or digits
    return value


def _number(value: str) -> Decimal:
    if TWO_WAYS.fullmatch(value):  # the builder leaves none; who writes an address may mean either
        raise BadValue(_("“%(value)s” can be read in two ways: leave the comma out.", value=value))
    try:
        number = Decimal(value.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        raise BadValue(_("“%(value)s” is not a number.", value=value)) from None
    if not number.is_finite() or abs(number) >= LARGEST or number != round(number, 6):
        raise BadValue(_("“%(value)s” is not a number we can compare.", value=value))
    return number


def _day(value: str) -> date:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise BadValue(_("“%(value)s” is not a day.", value=value)) from None
    if not days.is_kept(day):
        raise BadValue(_("“%(value)s” is not a day we can compare.", value=value))
    return day


def _days(value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value[:6]) <= MOST_DAYS):
        raise BadValue(_("Give a number of days up to %(most)s.", most=MOST_DAYS))
    return int(value[:6])


def _span(value: str) -> str:
    if value not in SPAN_WORDS:
        raise BadValue(_("“%(value)s” is no span of time.", value=value))
    return value


def _bool(value: str) -> bool:
    if value.lower() in YES | NO:
        return value.lower() in YES
    raise BadValue(_("Choose yes or no."))


def _id(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 16 and int(value) < LARGEST):
        raise BadValue(_("“%(value)s” names nothing we know.", value=value))
    return int(value)


def _person(value: str) -> int | str:
    return value if value in PEOPLE else _id(value)


READERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("text", "long", "email", "url"), _text),
    "phone": _phone,
    "number": _number,
    "on": _day,
    "at": _day,
    "bool": _bool,
    "select": str,
    "multi": str,
    "reference": _id,
    "user": _person,
}
