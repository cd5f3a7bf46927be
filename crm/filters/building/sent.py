"""The filter builder as a form: which fields of a GET form are which part of the tree.

A part has a place: "r" is the outermost group, "r-0" its first part. `g-<place>` is how a group
joins its parts (all, any, none), `f-` the field of a condition, `o-` its comparison, `v-` its
values. Related records are a field "rel_<key>" whose own group hangs below the same place.
"""

import re
from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from crm.filters.rules.grammar import DEEPEST, LONGEST_VALUE, MOST_TESTS, MOST_VALUES

PLACE = re.compile(r"r(-\d{1,3})*\Z")
RELATED = "rel_"
Raw = dict[str, Any]
JOINS = {"all", "any", "none"}
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
BLANK: Raw = {"field": "", "op": "", "values": [""]}


class Sent:
    """A builder form as it was sent."""

    def __init__(self, form: "MultiDict[str, str]") -> None:
        self.form = form
        names = (name for name in form if name[:2] in {"g-", "f-"} and PLACE.match(name[2:]))
        places = sorted({name[2:] for name in names}, key=_number)[: 3 * MOST_TESTS]
        self.below: dict[str, list[str]] = {}
        for place in places:
            self.below.setdefault(place.rpartition("-")[0], []).append(place)

    @property
    def tree(self) -> Raw:
        """What the form says, unfinished conditions included."""
        return self._group("r")

    def _group(self, place: str) -> Raw:
        join = self.form.get(f"g-{place}", "all")
        parts = [self._part(one) for one in self.below.get(place, []) if place.count("-") < DEEPEST]
        if join == "none":
            return {"not": {"any": parts}}
        return {join if join in JOINS else "all": parts}

    def _part(self, place: str) -> Raw:
        key = self.form.get(f"f-{place}")
        if key is None:
            return self._group(place)
        op = self.form.get(f"o-{place}", "")
        if key.startswith(RELATED):
            where = self._group(place) if place in self.below else None
            has = op if op in {"some", "none"} else "some"
            return {"relation": key.removeprefix(RELATED), "has": has, "where": where}
        values = [value[:LONGEST_VALUE] for value in self.form.getlist(f"v-{place}")]
        return {"field": key, "op": op, "values": values[:MOST_VALUES] or [""]}


def _number(place: str) -> list[int]:
    return [int(part) for part in place.split("-")[1:]]


def as_group(raw: Raw | None) -> Raw:
    """A tree with a group outermost, as the builder shows it."""
    if raw and (_is_group(raw) or raw.get("not", {}).get("any") is not None):
        return raw
    return {"all": [raw] if raw else [dict(BLANK)]}


def drawable(raw: Raw) -> Raw:
    """The same tree with each "not" as a group of which none holds: the builder draws no other."""
    if "relation" in raw:
        return raw | {"where": drawable(raw["where"]) if raw.get("where") else None}
    if "not" in raw:
        inner = drawable(raw["not"])
        return {"not": inner if set(inner) == {"any"} else {"any": [inner]}}
    if _is_group(raw):
        return {join: [drawable(part) for part in parts] for join, parts in raw.items()}
    return raw


def _numbers(text: str) -> list[str]:
    if re.search(r";|,\s", text):
        return re.split(r";|,\s", text)
    return [text] if THOUSANDS.fullmatch(text.strip()) else text.split(",")


def _is_group(raw: Raw) -> bool:
    return len(raw) == 1 and next(iter(raw)) in {"all", "any"}


def parts_of(raw: Raw) -> list[Raw]:
    """The parts of a group, whatever joins them."""
    inner = raw.get("not", raw)
    found: list[Raw] = inner.get("all", inner.get("any", []))
    return found


def joined_by(raw: Raw) -> str:
    """How a group joins its parts: all, any or none."""
    return "none" if "not" in raw else next(iter(raw))


def at(raw: Raw, place: str) -> Raw:
    """The group at a place; of related records the group below."""
    for number in _number(place):
        raw = parts_of(raw)[number]
        if "relation" in raw:
            raw["where"] = as_group(raw["where"]) if raw.get("where") else {"all": []}
            raw = raw["where"]
    return raw


def act(raw: Raw, asked: str) -> None:
    """Do what a button asks of the tree: add:<place>, group:<place> or drop:<place>."""
    verb, _, place = asked.partition(":")
    if not PLACE.match(place):
        return
    try:
        if verb == "drop":
            above, _, number = place.rpartition("-")
            del parts_of(at(raw, above))[int(number)]
        elif verb in {"add", "group"}:
            new: Raw = dict(BLANK) if verb == "add" else {"any": [dict(BLANK)]}
            parts_of(at(raw, place)).append(new)
    except (IndexError, ValueError, KeyError):
        return  # the place is gone: the form was changed in another window


def finished(raw: Raw | None) -> Raw | None:
    """The tree without conditions that nobody has begun and groups that hold none."""
    if raw is None or raw.get("field") == "":
        return None
    if "relation" in raw:
        return raw | {"where": finished(raw.get("where"))}
    if "not" in raw:
        inner = finished(raw["not"])
        return {"not": inner} if inner else None
    if _is_group(raw):
        join = next(iter(raw))
        parts = [one for part in raw[join] if (one := finished(part))]
        return {join: parts} if parts else None
    return raw


def split(values: Sequence[str], takes: str, is_free: bool, is_number: bool = False) -> list[str]:
    """What was typed for a comparison with several values: free text is parted by commas.

    In numbers a comma may be a mark: it parts them where a blank follows, or where there is
    nothing else that could ("1,000, 2,500" are two, "1,000" is one, "80,90" are two).
    """
    if takes == "many" and is_free:
        parted = (_numbers(one) if is_number else one.split(",") for one in values)
        parts = [part for parts in parted for part in parts]
        return [part.strip() for part in parts if part.strip()]
    return [value for value in values if value.strip()]
