"""The typed condition tree: what of it names known fields, and what is broken."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any as Anything

from crm.core.numbers import row_number
from crm.fields.rules import Catalogue, Field, Relation
from crm.filters.rules.operators import OPERATORS, Operator
from crm.filters.rules.values import BadValue, cleaned

Fields = Callable[[str], Mapping[str, Field]]
Stays = Callable[[str, Sequence[int]], Sequence[int]]


@dataclass(frozen=True)
class All:
    """Every part holds; without parts everything does."""

    parts: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Any:
    """One part at least holds; without parts it asks nothing."""

    parts: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: "Node"


@dataclass(frozen=True)
class Test:
    """A field compared with values, cleaned for its kind."""

    field: Field
    operator: Operator
    values: tuple[Anything, ...] = ()


@dataclass(frozen=True)
class Related:
    """Some (or none) of the related records that the viewer may see fulfil `where`."""

    relation: Relation
    is_some: bool
    where: "Node | None" = None


@dataclass(frozen=True)
class Segment:
    """The record is (or is not) in a segment."""

    segment_id: int
    is_in: bool = True


@dataclass(frozen=True)
class Broken:
    """A condition that means nothing (any more): `raw` is what stands there.

    `why`: field, operator, relation or segment when it is not known, else what is wrong with
    the value, in words.
    """

    raw: Mapping[str, Anything] = field(hash=False)
    why: str = ""


Node = All | Any | Not | Test | Related | Segment | Broken


def typed(raw: Mapping[str, Anything] | None, record: str, kit: "Kit") -> Node:
    """The tree of `raw` (a checked condition tree) over the fields of `record`; All() for none."""
    if not raw:
        return All()
    for word, kind in (("all", All), ("any", Any)):
        if word in raw:
            return kind(tuple(typed(part, record, kit) for part in raw[word]))
    if "not" in raw:
        return Not(typed(raw["not"], record, kit))
    if "relation" in raw:
        return _related(raw, record, kit)
    if raw["field"] == "segment" and "segment" not in kit.fields(record):
        return _segment(raw)
    return _test(raw, kit.fields(record), kit.stays)


@dataclass(frozen=True)
class Kit:
    """What the engine stands on: the catalogue, and the fields of a record with the house's own.

    `stays` tells where the numbers of merged records lead.
    """

    catalogue: Catalogue
    fields: Fields
    stays: Stays = lambda _record, numbers: numbers


def _related(raw: Mapping[str, Anything], record: str, kit: Kit) -> Node:
    relation = kit.catalogue.relations.get(record, {}).get(raw["relation"])
    if relation is None or relation.target not in kit.catalogue.models:
        return Broken(raw, "relation")
    where = typed(raw["where"], relation.target, kit) if raw.get("where") else None
    return Related(relation, raw["has"] == "some", where)


def _segment(raw: Mapping[str, Anything]) -> Node:
    values = raw.get("values") or [""]
    if raw["op"] not in {"is", "is_not"} or len(values) != 1 or row_number(values[0]) is None:
        return Broken(raw, "segment")
    return Segment(int(values[0]), raw["op"] == "is")


def _test(raw: Mapping[str, Anything], fields: Mapping[str, Field], stays: Stays) -> Node:
    known = fields.get(raw["field"])
    if known is None or not known.is_filterable:
        return Broken(raw, "field")
    operator = OPERATORS[known.kind].get(raw["op"])
    if operator is None:
        return Broken(raw, "operator")
    try:
        values = cleaned(known, operator, raw.get("values") or [])
    except BadValue as error:
        return Broken(raw, str(error))
    if known.kind == "reference" and values and known.target:
        values = tuple(stays(known.target, values))
    return Test(known, operator, values)


def walk(node: Node | None) -> Iterator[Node]:
    """A node and all below it."""
    if node is None:
        return
    yield node
    if isinstance(node, All | Any):
        for part in node.parts:
            yield from walk(part)
    elif isinstance(node, Not):
        yield from walk(node.part)
    elif isinstance(node, Related):
        yield from walk(node.where)


def own_tests(node: Node | None) -> list[Test]:
    """What a tree asks of the record itself, not of those related to it."""
    if isinstance(node, All | Any):
        return [test for part in node.parts for test in own_tests(part)]
    if isinstance(node, Not):
        return own_tests(node.part)
    return [node] if isinstance(node, Test) else []


def brokens(node: Node | None) -> list[Broken]:
    """What is broken in a tree."""
    return [one for one in walk(node) if isinstance(one, Broken)]


def without_broken(node: Node) -> Node:
    """The tree without what is broken: a list goes on with the rest and says so."""
    return _pruned(node) or All()


def _pruned(node: Node) -> Node | None:
    if isinstance(node, Broken):
        return None
    if isinstance(node, All | Any):
        parts = tuple(part for part in map(_pruned, node.parts) if part is not None)
        return type(node)(parts) if parts or not node.parts else None
    if isinstance(node, Not):
        part = _pruned(node.part)
        return Not(part) if part is not None else None
    if isinstance(node, Related) and node.where is not None:
        where = _pruned(node.where)
        return Related(node.relation, node.is_some, where) if where is not None else None
    return node
