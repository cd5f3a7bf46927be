"""Values of custom fields as plain JSON and as Python values: what each kind can hold.

Plain values are what forms, snapshots and the API hold: text for text, long, url, number
("12.5"), on and at (ISO 8601, at in UTC); [minor units, currency] for money; true or false; an
option's number as text, a list of such for multi; a number for user and reference. None is
"nothing said", whatever the kind.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from babel.numbers import is_currency
from flask_babel import gettext as _

from crm.core import days
from crm.core.folding import fold
from crm.fields.models import PLACES
from crm.fields.rules import Option

CUSTOM_KINDS = (
    "text", "long", "number", "money", "on", "at", "bool", "select", "multi", "url", "user",
    "reference",
)  # fmt: skip
UNIQUE_KINDS = frozenset({"text", "url", "number", "reference"})
SORT_LENGTH = 60
LONGEST = {"text": 300, "url": 2000, "long": 10_000}
MOST_NUMBER = Decimal(10) ** 12
MOST_CENTS = 10**13


class Money(NamedTuple):
    """A sum in minor units of a currency (ISO 4217)."""

    cents: int
    currency: str


@dataclass(frozen=True)
class Custom:
    """A custom field as it is read: what `models.CustomField` says, without the session."""

    id: int
    record: str
    label: str
    kind: str
    help: str = ""
    default: Any = None
    options: tuple[Option, ...] = ()
    target: str = ""
    currency: str = "EUR"
    is_required: bool = False
    is_unique: bool = False
    needs: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        return f"cf_{self.id}"

    def option(self, value: str) -> Option | None:
        """The option with this number, a disabled one too."""
        return next((one for one in self.options if one.value == value), None)


def checked(custom: Custom, plain: Any) -> Any:
    """A plain value in its one form; ValueError for what the kind cannot hold."""
    if plain in (None, "", []):
        return None
    return _CHECKED[custom.kind](custom, plain)


def python(kind: str, plain: Any) -> Any:
    """The Python value of a checked plain value: Decimal, Money, date, datetime (aware), …"""
    if plain is None:
        return None
    turn: Any = {"number": Decimal, "on": date.fromisoformat, "at": datetime.fromisoformat,
            "money": lambda pair: Money(*pair)}.get(kind)  # fmt: skip
    return turn(plain) if turn else plain


def plain_of(kind: str, value: Any) -> Any:
    """The plain form of a Python value."""
    if kind == "number":
        return f"{value:f}"
    if kind == "money":
        return [value.cents, value.currency]
    if kind == "on":
        return value.isoformat()
    if kind == "at":
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return value


def match_key(kind: str, plain: Any) -> str | None:
    """What makes two values of a field the same; None for kinds that cannot be unique."""
    if kind not in UNIQUE_KINDS:
        return None
    return fold(plain)[: LONGEST["text"]] if kind in {"text", "url"} else str(plain)


def _check_text(custom: Custom, plain: Any) -> str | None:
    if not isinstance(plain, str) or re.search("[\ud800-\udfff]", plain):
        raise ValueError(_("Give a text."))
    text = plain.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip() if custom.kind == "long" else " ".join(text.split())
    if len(text) > LONGEST[custom.kind]:
        raise ValueError(_("At most %(n)s characters.", n=f"{LONGEST[custom.kind]:,}"))
    return text or None


def _check_url(custom: Custom, plain: Any) -> str | None:
    text = _check_text(custom, plain)
    if text is None:
        return None
    if not re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:(?!\d+(/|$))", text):
        text = "https://" + text.removeprefix("//")
    try:
        parts = urlsplit(text)
        is_good = parts.scheme.lower() in {"http", "https"} and "." in (parts.hostname or "")
        _port = parts.port
    except ValueError:
        is_good = False
    if re.search(r"[\s<>\"]", text):
        raise ValueError(_("A web address has no blanks, quotes or angle brackets."))
    if not is_good:
        raise ValueError(_("Give a web address that begins with https:// or http://."))
    return text


def _check_number(_custom: Custom, plain: Any) -> str:
    try:
        if isinstance(plain, bool):
            raise InvalidOperation
        value = Decimal(str(plain))
    except InvalidOperation:
        raise ValueError(_("This is not a number.")) from None
    if not value.is_finite() or abs(value) >= MOST_NUMBER:
        raise ValueError(_("This number is too large."))
    if value != round(value, PLACES):
        raise ValueError(_("At most %(n)s decimals.", n=PLACES))
    value = value.normalize() + 0
    return f"{value:f}"


def _check_money(_custom: Custom, plain: Any) -> list[Any]:
    if not isinstance(plain, list | tuple) or len(plain) != 2:
        raise ValueError(_("Give a sum and its currency."))
    cents, code = plain
    if isinstance(cents, bool) or not isinstance(cents, int) or abs(cents) > MOST_CENTS:
        raise ValueError(_("This sum is too large."))
    if not isinstance(code, str) or not is_currency(code):
        raise ValueError(_("“%(code)s” is not a currency such as EUR.", code=str(code)[:10]))
    return [cents, code]


def _check_day(_custom: Custom, plain: Any) -> str:
    try:
        day = date.fromisoformat(str(plain))
    except ValueError:
        raise ValueError(_("Give a day such as 2026-11-24.")) from None
    days.check(day)
    return day.isoformat()


def _check_instant(_custom: Custom, plain: Any) -> str:
    try:
        at = datetime.fromisoformat(str(plain))
        if at.tzinfo is None:
            raise ValueError
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_("Give a day and a time such as 2026-11-24 13:30.")) from None
    days.check(at)
    return at.isoformat(timespec="seconds")


def _check_bool(_custom: Custom, plain: Any) -> bool:
    if not isinstance(plain, bool):
        raise ValueError(_("Say yes or no."))
    return plain


def _check_option(custom: Custom, plain: Any) -> str:
    if custom.option(str(plain)) is None:
        raise ValueError(_("Choose one of those offered."))
    return str(plain)


def _check_options(custom: Custom, plain: Any) -> list[str]:
    wanted = {_check_option(custom, one) for one in plain}
    return [one.value for one in custom.options if one.value in wanted]


def _check_id(_custom: Custom, plain: Any) -> int:
    if isinstance(plain, bool) or not isinstance(plain, int) or not 0 < plain < 2**53:
        raise ValueError(_("Choose one of those offered."))
    return plain


_CHECKED: dict[str, Any] = {
    "text": _check_text,
    "long": _check_text,
    "url": _check_url,
    "number": _check_number,
    "money": _check_money,
    "on": _check_day,
    "at": _check_instant,
    "bool": _check_bool,
    "select": _check_option,
    "multi": _check_options,
    "user": _check_id,
    "reference": _check_id,
}
