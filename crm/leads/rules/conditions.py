"""What conditions of routing rules and answer times judge, and how older ones are read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Raw = dict[str, Any]
RECORD = "arrival"
# How comparisons were called before rules asked with the filter engine.
OPS = {
    "gt": "gt",
    "gte": "gte",
    "lt": "lt",
    "lte": "lte",
    "eq": "is",
    "ne": "is_not",
    "in": "one_of",
}
ABOUT_NUMBERS = {"gt", "gte", "lt", "lte"}
YES = {"1", "true", "yes", "on"}


@dataclass(frozen=True)
class Lead:
    """What conditions judge: what is known of an arrival, its contact, and when it came."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    contact: Any = None
    at: datetime | None = None


def tree_of(conditions: Iterable[Mapping[str, Any]]) -> Raw | None:
    """The parts of a rule, all of which must hold, as one condition tree; None where it asks
    nothing."""
    parts = [modern(one) for one in conditions]
    return {"all": parts} if parts else None


def parts_of(tree: Raw | None) -> list[Raw]:
    """A condition tree as the parts of a rule."""
    if not tree:
        return []
    return list(tree["all"]) if set(tree) == {"all"} else [tree]


def modern(one: Mapping[str, Any]) -> Raw:
    """A part of a rule as the filter engine reads it.

    Rules kept before {"field", "op", "value"}: there an answer or area was one of whichever quiz.
    """
    if "value" not in one:
        return dict(one)
    name, op = str(one["field"]), str(one["op"])
    kind, _colon, key = name.partition(":")
    if key:
        name = f"{'area' if kind == 'category' else kind}_0_{key}"
    if name == "reply":
        op, values = "eq", ["yes" if str(one["value"]).lower() in YES else "no"]
    else:
        values = _values(one["value"], op)
    if name == "company_size" and op in ABOUT_NUMBERS:
        name = "company_people"
    asked = OPS.get(op, op)
    if asked in {"is", "is_not"} and len(values) > 1:
        asked = {"is": "one_of", "is_not": "none_of"}[asked]
    return {"field": name, "op": asked, "values": values}


def _values(value: Any, op: str) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return [one.strip() for one in str(value).split(",")] if op == "in" else [str(value)]
