"""How a file writes numbers and days: found out from its cells, shown, and used to read them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.activities.rules import is_skipped
from crm.core import days

YES = {"1", "true", "yes", "y", "x", "on", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "✓"}
NO = {"0", "false", "no", "n", "off", "nein", "falsch", "non", "faux", "-"}
NUMBER = re.compile(r"[+-]?\d[\d.,'\s\u00a0\u202f]*%?")
THREE = re.compile(r"^[+-]?\d{1,3}(?:[.,'\s\u00a0\u202f]\d{3})+$")
PARTS = re.compile(r"(\d{1,4})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{1,4})\.?")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]m)?", re.IGNORECASE)
CURRENCY = re.compile(r"[€$£¥₣]|\b[A-Z]{3}\b")
ORDERS = ("dmy", "mdy", "ymd")
PART_WORDS = {"d": _l("day"), "m": _l("month"), "y": _l("year")}


@dataclass(frozen=True)
class Habits:
    """`decimal`: the point of numbers, "." or ",". `order`: of days, dmy, mdy or ymd.

    `zone`: where written times of day are meant; `country`: of phone numbers without one.
    `owner`: the number of who gets new people and companies whose row names nobody, or "".
    """

    decimal: str = "."
    order: str = "dmy"
    zone: str = "UTC"
    country: str = "DE"
    owner: str = ""


def decimal_of(cells: Iterable[str], usual: str = ".") -> str:
    """The decimal point of a column; `usual` where no cell tells."""
    votes = {".": 0, ",": 0}
    for cell in cells:
        text = CURRENCY.sub("", cell).strip()
        if not NUMBER.fullmatch(text):
            continue
        last = max(text.rfind("."), text.rfind(","))
        if last < 0:
            continue
        mark, other = text[last], "," if text[last] == "." else "."
        if other in text[:last]:
            votes[mark] += 3  # 1.234,5 tells for certain
        elif text.count(mark) > 1:
            if THREE.match(text):  # 31.12.2026 is none
                votes[other] += 3  # 1.234.567 has points between thousands
        elif not THREE.match(text):
            votes[mark] += 1
    return max(votes, key=lambda mark: (votes[mark], mark == usual))


def order_of(cells: Iterable[str], usual: str = "dmy") -> str:
    """The order of days in a column; `usual` where every one of them reads both ways."""
    firsts, seconds, is_year_first = set(), set(), False
    dots = 0
    for cell in cells:
        found = PARTS.match(cell.strip())
        if not found:
            continue
        a, b, _c = found.groups()
        dots += "." in cell
        if len(a) == 4:
            is_year_first = True
        else:
            firsts.add(int(a))
            seconds.add(int(b))
    if is_year_first:
        return "ymd"
    if any(number > 12 for number in firsts):
        return "dmy"
    if any(number > 12 for number in seconds):
        return "mdy"
    return "dmy" if dots else usual


def number(text: str, habits: Habits) -> Decimal:
    """A number as the file writes it; raises ValueError in words."""
    bare = CURRENCY.sub("", text).strip()
    if not NUMBER.fullmatch(bare):
        raise ValueError(_("“%(text)s” is not a number.", text=text[:60]))
    plain = re.sub(r"[\s\u00a0\u202f']", "", bare).rstrip("%")
    other = "," if habits.decimal == "." else "."
    whole, _point, rest = plain.partition(habits.decimal)
    if other in rest or (other in whole and not THREE.match(whole)):
        raise ValueError(_("“%(text)s” is not a number.", text=text[:60]))
    try:
        found = Decimal(whole.replace(other, "") + ("." + rest if rest else ""))
    except InvalidOperation:
        raise ValueError(_("“%(text)s” is not a number.", text=text[:60])) from None
    if not found.is_finite():
        raise ValueError(_("“%(text)s” is not a number.", text=text[:60]))
    return found


def day(text: str, habits: Habits) -> date:
    """A day as the file writes it; raises ValueError in words. A time of day is left out."""
    found = PARTS.match(text.strip())
    if not found:
        raise ValueError(_("“%(text)s” is not a day.", text=text[:60]))
    a, b, c = found.groups()
    order = "ymd" if len(a) == 4 else habits.order
    parts = dict(zip(order, (int(a), int(b), int(c)), strict=True))
    if parts["y"] < 100 and len(a) < 4:
        # As POSIX reads two digits: 69 to 99 are of the last century.
        parts["y"] += 1900 if parts["y"] >= 69 else 2000
    try:
        found_day = date(parts["y"], parts["m"], parts["d"])
    except ValueError:
        raise ValueError(
            _(
                "“%(text)s” is no day of the calendar (%(order)s).",
                text=text[:60],
                order=", ".join(str(PART_WORDS[part]) for part in order),
            )
        ) from None
    days.check(found_day)
    return found_day


def instant(text: str, habits: Habits) -> datetime:
    """A day with its time, meant in the file's zone unless it names its offset.

    Raises ValueError in words, also for a time that the clocks there jump over.
    """
    try:
        exact = datetime.fromisoformat(text.strip())
    except ValueError:
        exact = None
    if exact is not None:
        days.check(exact)
    if exact is not None and exact.tzinfo is not None:
        return exact.astimezone(UTC)
    on = exact.date() if exact else day(text, habits)
    at = exact.time() if exact else _clock(text)
    zone = ZoneInfo(habits.zone)
    if at != time.min and is_skipped(on, at, zone):
        raise ValueError(
            _("Clocks in %(zone)s go forward over “%(text)s”.", zone=habits.zone, text=text[:60])
        )
    return datetime.combine(on, at, zone).astimezone(UTC)


def _clock(text: str) -> time:
    found = CLOCK.search(text)
    if not found:
        return time.min
    hour, minute, second, half = found.groups()
    hours = int(hour) % 12 + (12 if half.lower() == "pm" else 0) if half else int(hour)
    try:
        return time(hours, int(minute), int(second or 0))
    except ValueError:
        raise ValueError(_("“%(text)s” has no such time of day.", text=text[:60])) from None


def truth(text: str) -> bool:
    """Yes or no in the usual spellings; raises ValueError in words."""
    word = text.strip().casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError(_("“%(text)s” is neither yes nor no.", text=text[:60]))
