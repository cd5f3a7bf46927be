"""Order of cards, idle deals and why deals are lost: arithmetic without a database."""

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WIDTH = 6
STEP = 1000
MIDDLE = "m"
LOST_REASONS = {
    "price": "Too expensive",
    "competitor": "Went to someone else",
    "time": "Not now, the need remains",
    "need": "No need after all",
    "silent": "No answer from them",
    "other": "Something else",
}
STAGE_KINDS = ("open", "won", "lost")
IDLE_AFTER = timedelta(days=14)
MOST_CENTS = 10**13
# Signs and codes that stand beside sums, and what they may mean.
MARKS = {
    "€": {"EUR"},
    "£": {"GBP", "GIP", "FKP", "SHP"},
    "$": {"USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD", "ARS", "CLP", "COP", "BRL"},
}


def rank_after(low: str | None) -> str:
    """A rank behind `low`, the last of its column (None: the column is empty)."""
    if low is None:
        return MIDDLE
    ahead = _number(low) + STEP
    return _letters(ahead) if ahead < len(LETTERS) ** WIDTH else rank_between(low, None)


def rank_before(high: str | None) -> str:
    """A rank before `high`, the first of its column (None: the column is empty)."""
    if high is None:
        return MIDDLE
    behind = _number(high) - STEP
    return _letters(behind) if behind > 0 else rank_between("", high)


def rank_between(low: str, high: str | None) -> str:
    """A rank between two others, so that no other card has to be renumbered.

    Ranks are fractions written in letters without trailing "a" (fractional indexing, D. Greenspan
    2020), compared as text. `low` "" is the very start, `high` None the very end.
    """
    if high is not None and low >= high:
        raise ValueError(f"no rank between {low!r} and {high!r}")
    if high:
        same = 0
        while same < len(high) and (low[same : same + 1] or LETTERS[0]) == high[same]:
            same += 1
        if same:
            return high[:same] + rank_between(low[same:], high[same:])
    first = LETTERS.index(low[0]) if low else 0
    last = LETTERS.index(high[0]) if high else len(LETTERS)
    if last - first > 1:
        return LETTERS[(first + last + 1) // 2]
    if high and len(high) > 1:
        return high[0]
    return LETTERS[first] + rank_between(low[1:], None)


def means(mark: str, currency: str) -> bool:
    """Whether a sign or code beside a sum may stand for a currency (ISO 4217)."""
    return currency in MARKS.get(mark, {mark})


def check_marks(text: str, currency: str) -> None:
    """Raises ValueError where a sum is typed with the sign of another currency."""
    if not all(means(mark, currency) for mark in MARKS if mark in text):
        raise ValueError(_("The sum is in %(currency)s here.", currency=currency))


def cents(text: str) -> int | None:
    """A sum as typed ("14,400", "14.400,50", "14 400") in minor units; None for an empty text.

    The last comma or point with one or two digits behind it is the decimal mark, all others
    group. Raises ValueError for anything that is no sum, is negative or has no end.
    """
    plain = "".join(text.split()).replace("’", "").replace("'", "").strip("€$£")
    if not plain:
        return None
    for mark, other in ((",", "."), (".", ",")):
        head, found, tail = plain.rpartition(mark)
        if found and len(tail) in {1, 2} and other not in tail:
            plain = head.replace(mark, "").replace(other, "") + "." + tail
            break
    else:
        plain = plain.replace(",", "").replace(".", "")
    if not plain.replace(".", "", 1).isascii() or not plain.replace(".", "", 1).isdigit():
        raise ValueError(_("Give a sum such as 14,400."))
    try:
        sum_ = int(Decimal(plain) * 100)
    except InvalidOperation:
        raise ValueError(_("Give a sum such as 14,400.")) from None
    if sum_ > MOST_CENTS:
        raise ValueError(_("This sum is too large."))
    return sum_


def weighted(amount_cents: int | None, probability: int) -> int:
    """What a deal counts in a forecast: its amount by chance, in minor units, rounded down."""
    return (amount_cents or 0) * probability // 100


def days_in(since: datetime, now: datetime) -> int:
    """Whole days since a deal entered its stage."""
    return max(0, (now - since).days)


def is_stalled(since: datetime, expected_days: int | None, now: datetime) -> bool:
    """Whether a deal stands longer in its stage than is usual there."""
    return expected_days is not None and days_in(since, now) > expected_days


def _number(rank: str) -> int:
    value = 0
    for letter in rank[:WIDTH].ljust(WIDTH, LETTERS[0]):
        value = value * len(LETTERS) + LETTERS.index(letter)
    return value


def _letters(value: int) -> str:
    letters = ""
    for _place in range(WIDTH):
        value, digit = divmod(value, len(LETTERS))
        letters = LETTERS[digit] + letters
    return letters.rstrip(LETTERS[0]) or LETTERS[1]
