"""Conditions of routing rules and answer policies: do they hold, and in which words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Condition = Mapping[str, Any]

# field: how a sentence calls it. "category:<id>" and "answer:<question id>" stand for themselves.
FIELDS = {
    "pct": "the score",
    "tier": "the tier",
    "quiz": "the quiz",
    "source": "the source",
    "lifecycle": "the lifecycle",
    "country": "the country",
    "company_size": "the company size",
    "utm_source": "the UTM source",
    "utm_medium": "the UTM medium",
    "utm_campaign": "the UTM campaign",
    "language": "the language",
    "reply": "a reply",
}
OPS = {
    "gt": "is above",
    "gte": "is at least",
    "lt": "is below",
    "lte": "is at most",
    "eq": "is",
    "ne": "is not",
    "in": "is one of",
}
NUMBER_OPS: dict[str, Callable[[float, float], bool]] = {
    "gt": lambda have, want: have > want,
    "gte": lambda have, want: have >= want,
    "lt": lambda have, want: have < want,
    "lte": lambda have, want: have <= want,
}
FOLDED_FIELDS = {"country", "utm_source", "utm_medium", "utm_campaign", "source", "language"}


@dataclass(frozen=True)
class Fit:
    """Whether one condition holds, and the sentence that says why."""

    is_met: bool
    words: str


def fits(conditions: Iterable[Condition], inputs: Mapping[str, Any]) -> bool:
    """Whether all `conditions` hold for `inputs`; none at all always fits."""
    return all(_holds(condition, _value(condition["field"], inputs)) for condition in conditions)


def judge(
    conditions: Iterable[Condition],
    inputs: Mapping[str, Any],
    names: Mapping[str, str] | None = None,
) -> list[Fit]:
    """Each condition with a sentence that holds what was found beside what was asked."""
    found = []
    for condition in conditions:
        value = _value(condition["field"], inputs)
        is_met = _holds(condition, value)
        asked = phrase(condition, names)
        have = "nothing is known" if _is_unknown(value) else f"it is {_text(value, names)}"
        found.append(Fit(is_met, f"Asks that {asked}; {have}."))
    return found


def phrase(condition: Condition, names: Mapping[str, str] | None = None) -> str:
    """A condition in words: "the score is above 80". `names` maps ids to what people call them."""
    return " ".join(part for part in phrase_parts(condition, names) if part)


def phrase_parts(
    condition: Condition, names: Mapping[str, str] | None = None
) -> tuple[str, str, str]:
    """A condition as what, how and value: ("the score", "is above", "80")."""
    names = names or {}
    field = condition["field"]
    if field == "reply":
        return "they", "answered a mail" if _truth(condition["value"]) else "did not answer", ""
    kind, _, key = field.partition(":")
    if kind == "category":
        what = f"the score in {names.get(field) or key}"
    elif kind == "answer":
        what = f"the answer to “{names.get(field) or key}”"
    else:
        what = str(FIELDS.get(field) or field)
    return what, OPS[condition["op"]], _text(condition["value"], names, field)


def _value(field: str, inputs: Mapping[str, Any]) -> Any:
    kind, _, key = field.partition(":")
    if kind == "category":
        return (inputs.get("categories") or {}).get(key)
    if kind == "answer":
        return (inputs.get("answers") or {}).get(key)
    return inputs.get(field)


def _holds(condition: Condition, have: Any) -> bool:
    op, want = condition["op"], condition["value"]
    if condition["field"] == "reply":
        return bool(have) == _truth(want)
    if _is_unknown(have):
        return op == "ne"
    if op in NUMBER_OPS:
        have_number, want_number = _number(have), _number(want)
        if have_number is None or want_number is None:
            return False
        return NUMBER_OPS[op](have_number, want_number)
    folded = condition["field"] in FOLDED_FIELDS
    wanted = {_key(part, folded) for part in _parts(want, op)}
    given = {_key(part, folded) for part in (have if isinstance(have, list | tuple) else [have])}
    return bool(wanted & given) is (op != "ne")


def _parts(want: Any, op: str) -> list[Any]:
    if isinstance(want, list | tuple):
        return list(want)
    return [part.strip() for part in str(want).split(",")] if op == "in" else [want]


def _key(value: Any, folded: bool) -> str:
    text = str(value).strip()
    return text.casefold() if folded else text


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _truth(value: Any) -> bool:
    return str(value).lower() in {"1", "true", "yes", "on"}


def _is_unknown(value: Any) -> bool:
    return value is None or value in ("", [], ())


def _text(value: Any, names: Mapping[str, str] | None, field: str = "") -> str:
    names = names or {}
    parts = value if isinstance(value, list | tuple) else [value]
    return " or ".join(
        names.get(f"{field}={part}") or names.get(str(part)) or str(part) for part in parts
    )
