"""The comparisons each kind of field offers: words, what they compare with, opposites."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Operator:
    """One comparison. `takes`: none, one, two, many, days or span; `base` is what it denies."""

    key: str
    label: Any
    takes: str = "one"
    base: str = ""

    @property
    def asks(self) -> str:
        """The comparison to make; its outcome is turned round when `base` is set."""
        return self.base or self.key


def _of(*operators: Operator) -> dict[str, Operator]:
    return {one.key: one for one in operators}


EMPTY = Operator("empty", _l("is empty"), "none")
FILLED = Operator("filled", _l("is not empty"), "none", base="empty")
IS = Operator("is", _l("is"))
IS_NOT = Operator("is_not", _l("is not"), base="is")
ONE_OF = Operator("one_of", _l("is one of"), "many")
NONE_OF = Operator("none_of", _l("is none of"), "many", base="one_of")
TEXT = _of(
    Operator("contains", _l("contains")),
    Operator("lacks", _l("does not contain"), base="contains"),
    IS,
    IS_NOT,
    Operator("begins", _l("begins with")),
    ONE_OF,
    NONE_OF,
    EMPTY,
    FILLED,
)
NUMBER = _of(
    IS,
    IS_NOT,
    Operator("gt", _l("is more than")),
    Operator("gte", _l("is at least")),
    Operator("lt", _l("is less than")),
    Operator("lte", _l("is at most")),
    Operator("between", _l("is between"), "two"),
    ONE_OF,
    NONE_OF,
    EMPTY,
    FILLED,
)
DAY = _of(
    Operator("in", _l("is in"), "span"),
    Operator("not_in", _l("is not in"), "span", base="in"),
    Operator("last", _l("is in the last (days)"), "days"),
    Operator("next", _l("is in the next (days)"), "days"),
    Operator("ago", _l("is more than (days) ago"), "days"),
    Operator("ahead", _l("is in more than (days)"), "days"),
    Operator("is", _l("is on")),
    Operator("is_not", _l("is not on"), base="is"),
    Operator("lt", _l("is before")),
    Operator("lte", _l("is on or before")),
    Operator("gt", _l("is after")),
    Operator("gte", _l("is on or after")),
    Operator("between", _l("is between"), "two"),
    EMPTY,
    FILLED,
)
CHOICE = _of(IS, IS_NOT, ONE_OF, NONE_OF, EMPTY, FILLED)
BOOL = _of(IS, IS_NOT, EMPTY, FILLED)
MULTI = _of(
    Operator("has", _l("has")),
    Operator("has_not", _l("does not have"), base="has"),
    Operator("one_of", _l("has one of"), "many"),
    Operator("all_of", _l("has all of"), "many"),
    Operator("none_of", _l("has none of"), "many", base="one_of"),
    EMPTY,
    FILLED,
)
OPERATORS: dict[str, dict[str, Operator]] = {
    **dict.fromkeys(("text", "long", "email", "phone", "url"), TEXT),
    **dict.fromkeys(("number", "money"), NUMBER),
    **dict.fromkeys(("on", "at"), DAY),
    **dict.fromkeys(("select", "reference", "user"), CHOICE),
    "bool": BOOL,
    "multi": MULTI,
}
SPANS = {
    f"{which}_{unit}": (which, unit)
    for unit in ("week", "month", "quarter", "year")
    for which in ("this", "last", "next")
}
SPAN_WORDS = {
    "today": _l("today"),
    "yesterday": _l("yesterday"),
    "tomorrow": _l("tomorrow"),
    "this_week": _l("this week"),
    "last_week": _l("last week"),
    "next_week": _l("next week"),
    "this_month": _l("this month"),
    "last_month": _l("last month"),
    "next_month": _l("next month"),
    "this_quarter": _l("this quarter"),
    "last_quarter": _l("last quarter"),
    "next_quarter": _l("next quarter"),
    "this_year": _l("this year"),
    "last_year": _l("last year"),
    "next_year": _l("next year"),
}
