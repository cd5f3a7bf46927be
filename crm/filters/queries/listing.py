"""Pages of a list by key, in the order of any sortable field; no statement grows with the rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    and_,
    exists,
    func,
    literal,
    select,
    tuple_,
)

from crm.accounts.models import User
from crm.core import keyset, reading
from crm.core.days import instant
from crm.core.db import db
from crm.fields.models import FieldValue
from crm.fields.rules import Field
from crm.filters.queries import ranked

ROWS = 25
MOST = 1000
FALLING = {"number", "money", "at", "on", "bool"}


@dataclass(frozen=True)
class Order:
    """By which field a list is sorted; numbers and times fall, `is_turned` turns that round.

    What a column names is put in order as far as `user` sees it.
    """

    field: Field
    is_turned: bool = False
    user: User | None = None

    @property
    def falls(self) -> bool:
        return (self.field.kind in FALLING) != self.is_turned

    @property
    def column(self) -> Any:
        own = self.field.sort_column
        return own if own is not None else self.field.column

    @property
    def may_be_empty(self) -> bool:
        found = getattr(self.column, "__clause_element__", lambda: self.column)()
        return bool(self.field.through) or not isinstance(found, Column) or bool(found.nullable)


@dataclass(frozen=True)
class Lines:
    """What a list reads: a select with its conditions (`id` among its columns), in an order.

    `is_bare`: it selects columns alone, no entities. `numbers` selects the numbers alone; `rows`
    does where that is None.
    """

    rows: Select
    model: Any
    order: Order
    is_bare: bool = False
    numbers: Select | None = None

    @property
    def numbered(self) -> Select:
        return self.rows if self.numbers is None else self.numbers


@dataclass
class Part:
    """A page of a list: its rows, the places around it, and how many rows stand before."""

    rows: Sequence[Row] = field(default_factory=list)
    previous: str | None = None
    next: str | None = None
    first: int = 1


def part(
    lines: Lines, *, after: str | None = None, before: str | None = None, size: int = ROWS
) -> Part:
    """The page behind the place `after`, or the one that ends at `before`; junk: the first."""
    if ranked.is_ranked(lines.order.field):
        return _ranked_part(lines, after, before, size)
    order = lines.order
    backwards = bool(before)
    place = _place(before or after, order)
    offset = place[3] if place else 0
    found, has_more = page_of(lines, place, backwards, size)
    if backwards and not found:
        return part(lines, size=size)
    first = max(offset - len(found), 0) if backwards else offset
    answer = Part(found, first=first + 1)
    if found:
        has_before = has_more if backwards else place is not None
        answer.previous = _pack(order, found[0], first) if has_before else None
        has_after = True if backwards else has_more
        answer.next = _pack(order, found[-1], first + len(found)) if has_after else None
    return answer


def _ranked_part(lines: Lines, after: str | None, before: str | None, size: int) -> Part:
    place, backwards = ranked.unpack(before or after, lines), bool(before)
    found, has_more = ranked.page_of(lines, place, backwards, size)
    if backwards and not found:
        return _ranked_part(lines, None, None, size)
    offset = place.offset if place else 0
    first = max(offset - len(found), 0) if backwards else offset
    answer = Part(_whole(lines, found), first=first + 1)
    if found:
        has_before = has_more if backwards else place is not None
        answer.previous = ranked.pack(lines, found[0], first) if has_before else None
        has_after = True if backwards else has_more
        answer.next = ranked.pack(lines, found[-1], first + len(found)) if has_after else None
    return answer


def _whole(lines: Lines, found: Sequence[Row]) -> Sequence[Row]:
    """The rows with all that the list reads of them."""
    if lines.is_bare or lines.numbers is None or not found:
        return found
    wanted = lines.rows.where(lines.model.id.in_([row.id for row in found]))
    rows = {row.id: row for row in db.session.execute(wanted)}
    return [rows[row.id] for row in found if row.id in rows]


def page_of(
    lines: Lines, place: tuple | None, backwards: bool, size: int = ROWS
) -> tuple[list[Row], bool]:
    """Up to `size` rows in order, and whether more follow in the direction read.

    Rows whose sort key is empty stand last: they are a zone of their own, read by number.
    """
    zones = [False, True] if lines.order.may_be_empty else [False]
    zones = zones[::-1] if backwards else zones
    found: list[Row] = []
    for is_empty in zones:
        if place and zones.index(is_empty) < zones.index(place[0]):
            continue
        here = place if place and place[0] == is_empty else None
        wanted = zone(lines, is_empty, here, backwards)
        wanted = wanted.limit(size + 1 - len(found))
        found += reading.rows(wanted) if lines.is_bare else db.session.execute(wanted).all()
        if len(found) > size:
            break
    has_more = len(found) > size
    found = found[:size]
    return (found[::-1] if backwards else found), has_more


def place_at(order: Order, row: Any) -> tuple:
    """The place at a loaded record."""
    key = _key_of_custom(row, order) if order.field.through else getattr(row, order.column.key)
    return key is None, key, row.id, 0


def neighbours(lines: Lines, row: Any) -> tuple[int | None, int | None]:
    """The numbers of the records before and after one in a list: a statement each way."""
    place: Any
    page: Any
    if ranked.is_ranked(lines.order.field):
        place, page = ranked.place_at(lines, row), ranked.page_of
    else:
        place, page = place_at(lines.order, row), page_of
    before, _more = page(lines, place, True, 1)
    after, _more = page(lines, place, False, 1)
    return (before[0].id if before else None), (after[0].id if after else None)


def count(conditions: Sequence[ColumnElement[bool]], model: Any, most: int = MOST) -> int:
    """How many rows fulfil the conditions, counted no further than `most` + 1."""
    rows = select(model.id).where(*conditions).limit(most + 1).subquery()
    return reading.value(select(func.count()).select_from(rows)) or 0


def _key_of_custom(row: Any, order: Order) -> Any:
    values = [one for one in row.field_values if one.field_id == order.field.custom_id]
    return getattr(values[0], order.column.key) if values else None


def zone(lines: Lines, is_empty: bool, place: tuple | None, backwards: bool) -> Select:
    """One zone in order, from `place` on; the number falls with the key."""
    rows, model, order = lines.rows, lines.model, lines.order
    column, number = order.column, model.id
    through = order.field.through
    if through is not None:
        ours = and_(through.link == model.id, *through.where, column.is_not(None))
        if is_empty:
            rows = rows.where(~exists().where(ours))
        else:
            beside = through.link.class_
            first = [FieldValue.position == 0] if beside is FieldValue else []
            rows = rows.join(beside, and_(ours, *first))
            number = through.link
    elif order.may_be_empty:
        rows = rows.where(column.is_(None) if is_empty else column.is_not(None))
    rows = rows.add_columns((model.id if is_empty else column).label("sort_key"))
    rows = rows.add_columns(_flag(is_empty))
    keys = [number] if is_empty else [column, number]
    falls = order.falls != backwards
    if place:
        here, values = tuple_(*keys), ([place[2]] if is_empty else [place[1], place[2]])
        rows = rows.where(here < tuple(values) if falls else here > tuple(values))
    return rows.order_by(*(key.desc() if falls else key.asc() for key in keys))


def firsts(lines: Lines, size: int) -> list[Any]:
    """The first rows of a list with their keys, zone by zone."""
    if ranked.is_ranked(lines.order.field):
        steps = [*ranked.Walk(lines, size).steps(None, lines.order.falls, False)]
    else:
        zones = (False, True) if lines.order.may_be_empty else (False,)
        steps = [zone(lines, is_empty, None, False) for is_empty in zones]
    return [one.limit(size).subquery() for one in steps]


def _flag(is_empty: bool) -> Any:
    return literal(1 if is_empty else 0).label("sort_empty")


def _pack(order: Order, row: Row, offset: int) -> str:
    """The place at `row`; `offset` rows of the list stand before it, or up to and with it."""
    if row.sort_empty:
        return keyset.pack(order.field.key, 1, "", row.id, offset)
    return keyset.pack(order.field.key, 0, _text(row.sort_key), row.id, offset)


def _text(key: Any) -> str:
    if isinstance(key, datetime):
        return key.astimezone(UTC).isoformat()
    return key.isoformat() if isinstance(key, date) else str(key)


def _place(packed: str | None, order: Order) -> tuple | None:
    """(is in the empty zone, sort key, number, rows before) of a packed place of this order."""
    found = keyset.unpack(packed, str, int, str, int, int)
    if not found or found[0] != order.field.key:
        return None
    _key, is_empty, text, number, offset = found
    if is_empty:
        return (True, None, number, max(offset, 0)) if order.may_be_empty else None
    try:
        key = _read(order, text)
        return None if key is None else (False, key, number, max(offset, 0))
    except (ValueError, ArithmeticError):
        return None


def _read(order: Order, text: str) -> Any:
    kind = order.field.kind
    if kind == "at":
        return instant(text)
    if kind == "on":
        return date.fromisoformat(text)
    if kind == "bool":
        return text in {"True", "1"}
    if kind == "money" or (kind == "number" and not order.field.through):
        return int(text)
    if kind in {"number", "select"}:
        return Decimal(text)
    return text
