"""The parts of a condition tree as the builder draws them."""

from dataclasses import dataclass
from dataclasses import field as made
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.models import User
from crm.fields.naming import Several, kinds, looked_up, meant
from crm.fields.queries import catalogue, field_of
from crm.fields.reading import decimal, number
from crm.fields.rules import Field, Option, Relation
from crm.filters.building import sent as forms
from crm.filters.queries.engine import kit
from crm.filters.rules import OPERATORS, Broken, Operator, typed
from crm.filters.rules.values import places

Raw = dict[str, Any]
FREE = {"text", "long", "email", "phone", "url", "number", "money", "on", "at", "reference"}
DIRECTIONS = ("is", "is_not")
NUMBERS = {"number", "money"}
TYPED = {"one", "two", "many"}


@dataclass
class Line:
    """One part: `kind` is group, related, segment, field or blank."""

    place: str
    kind: str
    raw: Raw
    record: str
    field: Field | None = None
    operator: Operator | None = None
    relation: Relation | None = None
    parts: list["Line"] = made(default_factory=list)
    problem: str = ""

    @property
    def values(self) -> list[str]:
        """As they stand in the form: numbers in the manner of who reads."""
        values = list(self.raw.get("values") or [""])
        if self.field and self.field.kind in NUMBERS and self.takes in TYPED:
            return [_written(value) for value in values]
        return values

    @property
    def named(self) -> list[str]:
        """The records that are compared with, and room for one more where several may be."""
        return [*filter(None, self.values), ""] if self.takes == "many" else self.values[:1]

    @property
    def join(self) -> str:
        return forms.joined_by(self.raw) if self.kind == "group" else "all"

    @property
    def operators(self) -> list[Operator]:
        return list(OPERATORS[self.field.kind].values()) if self.field else []

    @property
    def options(self) -> list[Option]:
        """What may be chosen; empty for what is typed."""
        if self.field is None:
            return []
        if self.field.kind == "bool":
            return [Option("yes", _("Yes")), Option("no", _("No"))]
        return list(self.field.options()) if self.field.options else []

    @property
    def takes(self) -> str:
        return self.operator.takes if self.operator else "one"


def line(raw: Raw, place: str, record: str, tried: bool) -> Line:
    """A part and those below it; `tried`: say what is missing."""
    if "relation" in raw:
        return _related(raw, place, record, tried)
    if "field" not in raw:
        parts = forms.parts_of(raw)
        below = [line(part, f"{place}-{n}", record, tried) for n, part in enumerate(parts)]
        return Line(place, "group", raw, record, parts=below)
    if raw["field"] == "segment":
        return Line(place, "segment", raw, record, problem=_problem(raw, record, tried))
    known = field_of(record, raw["field"])
    if known is None:
        kind = "gone" if raw["field"] else "blank"
        return Line(place, kind, raw, record, problem=_problem(raw, record, tried))
    found = Line(place, "field", raw, record, known, OPERATORS[known.kind].get(raw["op"]))
    found.problem = _problem(raw, record, tried)
    return found


def _related(raw: Raw, place: str, record: str, tried: bool) -> Line:
    relation = catalogue().relations.get(record, {}).get(raw["relation"])
    if relation is None:
        gone = {"field": forms.RELATED + raw["relation"], "op": "", "values": [""]}
        return Line(place, "gone", gone, record, problem=_("This is not known any more."))
    where = forms.as_group(raw["where"]) if raw.get("where") else {"all": []}
    below = line(where, place, relation.target, tried)
    return Line(place, "related", raw, record, relation=relation, parts=[below])


def _problem(raw: Raw, record: str, tried: bool) -> str:
    if not raw.get("field"):
        return ""
    node = typed(raw, record, kit(current_user))
    if not isinstance(node, Broken):
        return ""
    if node.why in {"field", "relation"}:
        return _("This is not known any more: choose something else or remove it.")
    if node.why == "segment":
        return _("Choose a segment.") if tried else ""
    has_value = any(value.strip() for value in raw.get("values") or [])
    return _why(node, raw, record) if tried or has_value else ""


def _why(node: Broken, raw: Raw, record: str) -> str:
    """What is wrong with a condition: of names which of them means none, or more than one."""
    one = field_of(record, raw["field"])
    if one is None or not _is_named(one):
        return node.why
    for value in raw["values"]:
        try:
            if value.strip() and not value.isdecimal():
                meant(current_user, one.target, value)
        except ValueError as error:
            return str(error)
    return node.why


def cleaned(raw: Raw, record: str, user: User, *, is_typed: bool = False) -> Raw:
    """The tree with comparisons that fit their fields, and names of records as their numbers.

    `is_typed`: the numbers are as `user` writes them, not yet as a tree holds them.
    """
    if "relation" in raw:
        relation = catalogue().relations.get(record, {}).get(raw["relation"])
        if relation is None or not raw.get("where"):
            return raw
        where = forms.as_group(raw["where"])
        return raw | {"where": cleaned(where, relation.target, user, is_typed=is_typed)}
    if "not" in raw:
        return {"not": cleaned(raw["not"], record, user, is_typed=is_typed)}
    if "field" not in raw:
        join = next(iter(raw))
        parts = [cleaned(part, record, user, is_typed=is_typed) for part in raw[join]]
        return {join: parts}
    return _leaf(raw, field_of(record, raw["field"]), user, is_typed)


def _leaf(raw: Raw, one: Field | None, user: User, is_typed: bool) -> Raw:
    if raw["field"] == "segment" and one is None:
        return raw | {"op": raw["op"] if raw["op"] in DIRECTIONS else "is"}
    if one is None:
        return raw
    operators = OPERATORS[one.kind]
    op = raw["op"] if raw["op"] in operators else next(iter(operators))
    takes = operators[op].takes
    is_free = one.kind in FREE - {"reference"} and not one.options
    values = forms.split(raw.get("values") or [], takes, is_free, one.kind in NUMBERS)
    if is_typed and one.kind in NUMBERS and takes in TYPED:
        values = [_plain(one, value, user.locale) for value in values]
    if _is_named(one):
        values = [found for value in values for found in _numbers(user, one, value, takes)]
    if takes == "none":
        return {"field": one.key, "op": op}
    most = {"two": 2, "many": 100}.get(takes, 1)
    return {"field": one.key, "op": op, "values": values[:most] or [""]}


def _plain(one: Field, value: str, locale: str) -> str:
    """A number as a tree holds it, whatever marks it was typed with; what is none as typed."""
    has_threes = one.kind == "money" and places(one) != 3
    try:
        return f"{number(value, locale, groups_of_three=has_threes):f}"
    except ValueError:
        return value


def _written(value: str) -> str:
    """A number of a tree as who reads would type it."""
    try:
        plain = Decimal(value)
        return decimal(plain, current_user.locale) if plain.is_finite() else value
    except InvalidOperation:
        return value


def _is_named(one: Field) -> bool:
    return one.kind == "reference" and not one.options and one.target in kinds()


def _numbers(user: User, one: Field, value: str, takes: str) -> list[str]:
    """The numbers of records that somebody named, with commas between them where several may be.

    What nobody is called stays as typed.
    """
    found = _number(user, one, value)
    if found is None and takes == "many" and "," in value:
        parts = [part.strip() for part in value.split(",") if part.strip()]
        return [_number(user, one, part) or part for part in parts]
    return [found or value]


def _number(user: User, one: Field, value: str) -> str | None:
    if value.isdecimal():
        return value
    try:
        row = looked_up(user, one.target, value)
    except Several:
        return None
    return str(row.id) if row is not None else None
