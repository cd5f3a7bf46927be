"""Pages of a list in the order of what a column names: owners and companies by name, stages.

Each of those is asked for its first rows, so a page costs the same however many rows there are:
the rest of the one where the page before ended, then those that follow, then the rows that name
none, last those whose record the reader does not see. A list of few rows is put in order whole.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, func, literal, null, select, true, tuple_
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.core import keyset, reading
from crm.core.db import db
from crm.core.folding import folded
from crm.fields.queries import catalogue
from crm.fields.rules import Field

if TYPE_CHECKING:
    from crm.filters.queries.listing import Lines

NAMED, NONE, HIDDEN = range(3)
FEW = 1000


def is_ranked(field: Field) -> bool:
    """Whether a list in the order of `field` stands in the order of what the column names."""
    return field.ranks is not None or (
        field.kind in {"user", "reference"} and field.through is None
    )


@dataclass(frozen=True)
class Place:
    """A row of such a list; `keys` are those of what it names, the number last."""

    zone: int
    keys: tuple[Any, ...]
    own: tuple[Any, ...]  # by what rows of one name are ordered, the number last
    offset: int = 0


@dataclass(frozen=True)
class Walk:
    """A list along the order of its field; `few` are its numbers where it has no more than FEW."""

    lines: "Lines"
    size: int = 1
    few: Sequence[int] | None = None

    @cached_property
    def ranks(self) -> Any:
        """What may be named: the keys that order them, and their number last."""
        found = ranks_of(self.lines.order.field, self.lines.order.user)
        keys = (key.label(f"key_{n}") for n, key in enumerate(found.selected_columns))
        return found.with_only_columns(*keys).subquery("ranked")

    @property
    def link(self) -> Any:
        return self.lines.order.field.column

    @property
    def bare(self) -> Select:
        """The numbers of the rows."""
        model = self.lines.model
        if self.few is not None:
            return select(model.id).where(model.id.in_(self.few))
        return self.lines.numbered

    def steps(self, place: Place | None, falls: bool, is_back: bool) -> Iterator[Select]:
        """What is read one after the other, each in order, from `place` on."""
        zones = [NAMED, NONE, HIDDEN] if self.lines.order.field.target else [NAMED, NONE]
        zones = zones[::-1] if is_back else zones
        start = zones.index(place.zone) if place else 0
        for zone in zones[start:]:
            here = place if place and place.zone == zone else None
            if zone != NAMED:
                yield self._unnamed(zone, here, falls)
            elif self.few is not None:
                yield self._of_few(here, falls)
            else:
                if here:
                    yield self._rest(here, falls)
                yield self.each(here, falls)

    def each(self, place: Place | None, falls: bool) -> Select:
        """The first rows of each that comes behind `place`, in order."""
        ranks, keys = self.ranks, [*self.ranks.c]
        named = select(*keys)
        if place:
            named = named.where(_behind(keys, place.keys, falls))
        rows = self.bare.where(self.link == keys[-1]).correlate(ranks)
        there = aliased(self.lines.model)
        own = _own(there)
        firsts = rows.order_by(*_turned(_own(self.lines.model), falls)).limit(self.size)
        if db.engine.dialect.name == "postgresql":
            of_each = firsts.lateral("of_each")
            found = (
                named.select_from(ranks).join(of_each, true()).join(there, there.id == of_each.c.id)
            )
        else:  # SQLite joins no such select: it is packed into a value and taken apart again
            one = firsts.subquery()
            packed = select(func.json_group_array(one.c.id)).scalar_subquery()
            named = named.add_columns(packed.label("packed")).where(rows.exists())
            held = named.order_by(*_turned(keys, falls)).limit(self.size).subquery("held")
            numbers = func.json_each(held.c.packed).table_valued("value", name="of_each")
            keys = [*held.c][:-1]
            found = select(*keys).select_from(held).join(numbers, true())
            found = found.join(there, there.id == numbers.c.value)
        return _shown(found, NAMED, keys, own, falls)

    def _rest(self, place: Place, falls: bool) -> Select:
        """What follows of the one that a place names."""
        own = _own(self.lines.model)
        # A place is what somebody's page said: it may name what they never saw.
        number = [*self.ranks.c][-1]
        is_seen = select(number).where(number == self.link)
        rows = self.bare.where(self.link == place.keys[-1], _behind(own, place.own, falls))
        rows = rows.where(is_seen.correlate(self.lines.model).exists())
        keys = [literal(key).label(f"key_{n}") for n, key in enumerate(place.keys)]
        rows = rows.with_only_columns(*keys, maintain_column_froms=True)
        return _shown(rows, NAMED, (), own, falls)

    def _of_few(self, place: Place | None, falls: bool) -> Select:
        keys, own = [*self.ranks.c], _own(self.lines.model)
        model = self.lines.model
        rows = select(*keys).select_from(model).join(self.ranks, self.link == keys[-1])
        rows = rows.where(model.id.in_(self.few or ()))
        if place:
            rows = rows.where(_behind([*keys, *own], (*place.keys, *place.own), falls))
        return _shown(rows, NAMED, keys, own, falls)

    def _unnamed(self, zone: int, place: Place | None, falls: bool) -> Select:
        own, link = _own(self.lines.model), self.link
        rows = self.bare
        if zone == NONE:
            rows = rows.where(link.is_(None))
        else:
            seen = select(literal(1)).where([*self.ranks.c][-1] == link)
            rows = rows.where(link.is_not(None), ~seen.correlate(self.lines.model).exists())
        if place:
            rows = rows.where(_behind(own, place.own, falls))
        keys = [null().label(key.name) for key in self.ranks.c]
        rows = rows.with_only_columns(*keys, maintain_column_froms=True)
        return _shown(rows, zone, (), own, falls)


def ranks_of(field: Field, user: User | None) -> Select:
    """What a column may name, as far as `user` sees it: its keys in order, the number last."""
    if field.ranks is not None:
        found: Select = field.ranks()
        return found
    if field.kind == "user":
        return select(folded(User.name).label("name"), User.id)
    target: Any = catalogue().models[field.target]
    seen = [] if user is None else [visible(user, target)]
    return select(target.sort_name, target.id).where(target.deleted_at.is_(None), *seen)


def page_of(
    lines: "Lines", place: Place | None, backwards: bool, size: int
) -> tuple[list[Any], bool]:
    """Up to `size` rows in order, and whether more follow in the direction read."""
    few = reading.rows(lines.numbered.limit(FEW + 1))
    walk = Walk(lines, size + 1, [row.id for row in few] if len(few) <= FEW else None)
    found: list[Any] = []
    for wanted in walk.steps(place, lines.order.falls != backwards, backwards):
        found += reading.rows(wanted.limit(size + 1 - len(found)))
        if len(found) > size:
            break
    has_more, found = len(found) > size, found[:size]
    return (found[::-1] if backwards else found), has_more


def place_of(lines: "Lines", row: Any) -> Place:
    """The place at a row of a page."""
    keys = len(ranks_of(lines.order.field, None).selected_columns)
    return Place(row.sort_zone, tuple(row[:keys]), tuple(row[keys + 1 :]))


def place_at(lines: "Lines", row: Any) -> Place:
    """The place at a loaded record."""
    own = tuple(getattr(row, column.key) for column in _own(lines.model))
    number = getattr(row, lines.order.field.column.key)
    if number is None:
        return Place(NONE, (), own)
    ranks = Walk(lines).ranks
    keys = reading.first(select(*ranks.c).where([*ranks.c][-1] == number))
    return Place(NAMED, tuple(keys), own) if keys else Place(HIDDEN, (), own)


def pack(lines: "Lines", row: Any, offset: int) -> str:
    """The place at `row`; `offset` rows of the list stand before it, or up to and with it."""
    place = place_of(lines, row)
    keys = place.keys if place.zone == NAMED else ()
    text = json.dumps([keys, place.own], separators=(",", ":"), ensure_ascii=False)
    return keyset.pack(lines.order.field.key, place.zone, text, offset)


def unpack(packed: str | None, lines: "Lines") -> Place | None:
    """A place of this order, None for anything else: the list begins at its top."""
    found = keyset.unpack(packed, str, int, str, int)
    if not found or found[0] != lines.order.field.key or found[1] not in (NAMED, NONE, HIDDEN):
        return None
    try:
        keys, own = json.loads(found[2])
        place = Place(found[1], tuple(keys), tuple(own), max(found[3], 0))
    except (ValueError, TypeError):
        return None
    columns = [*ranks_of(lines.order.field, None).selected_columns] if place.zone == NAMED else []
    is_ours = _fit(columns, place.keys) and _fit(_own(lines.model), place.own)
    return place if is_ours else None


def _fit(columns: Sequence[Any], values: Sequence[Any]) -> bool:
    """Whether values that came by the address can stand beside these columns."""
    if len(columns) != len(values):
        return False
    return all(
        type(value) is column.type.python_type
        and (not isinstance(value, int) or abs(value) <= keyset.MOST)
        for column, value in zip(columns, values, strict=True)
    )


def _own(model: Any) -> list[Any]:
    """By what rows that name the same are ordered."""
    return [model.sort_name, model.id] if hasattr(model, "sort_name") else [model.id]


def _shown(rows: Select, zone: int, keys: Sequence[Any], own: Sequence[Any], falls: bool) -> Select:
    """The rows with their keys, in order of these."""
    rows = rows.add_columns(literal(zone).label("sort_zone"), *own)
    return rows.order_by(*_turned([*keys, *own], falls))


def _turned(keys: Sequence[Any], falls: bool) -> list[Any]:
    return [key.desc() if falls else key.asc() for key in keys]


def _behind(keys: Sequence[Any], values: Sequence[Any], falls: bool) -> Any:
    here, there = tuple_(*keys), tuple(values)
    return and_(here < there if falls else here > there)
