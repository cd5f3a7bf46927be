"""A list in groups: how many each holds, what it comes to, and its first rows.

Whatever the groups and rows: one statement for the groups, one for their counts, one for rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from crm.core.db import db
from crm.fields.models import PLACES, FieldValue
from crm.fields.rules import Field
from crm.filters.queries.asking import Asked
from crm.filters.queries.engine import field_named
from crm.filters.queries.groups import Group, Sum, groups_of
from crm.filters.queries.listing import MOST, Lines, firsts

# Rows that open groups show together, and each at least and at most.
TOGETHER, LEAST, EACH = 60, 5, 25
MOST_SUMS = 4


@dataclass(frozen=True)
class Mark:
    """What stands between rows: the head of a group, or the way to the rest of one."""

    kind: str
    group: Group


@dataclass
class Grouped:
    """A page of groups; `ids` are the rows shown, in order."""

    groups: list[Group] = field(default_factory=list)
    previous: str | None = None
    next: str | None = None
    repeats: bool = False  # whether a record may stand in several groups

    def __bool__(self) -> bool:
        return bool(self.groups or self.previous or self.next)

    @property
    def total(self) -> int | None:
        """How many rows the list holds, where the groups of this page say it."""
        is_whole = not self.previous and not self.next
        known = is_whole and not self.repeats and not any(one.is_capped for one in self.groups)
        return sum(one.count for one in self.groups) if known else None

    @property
    def ids(self) -> list[int]:
        return [number for one in self.groups for number in one.ids]

    @property
    def marks(self) -> dict[int | None, list[Mark]]:
        """What stands before each row, by its number; None: behind the last one."""
        found: dict[int | None, list[Mark]] = {}
        waiting: list[Mark] = []
        for one in self.groups:
            waiting.append(Mark("head", one))
            if one.ids:
                found[one.ids[0]], waiting = waiting, []
            if one.count > len(one.ids) and not one.is_shut:
                waiting.append(Mark("rest", one))
        return found | {None: waiting}

    def lined(self, rows: Iterable[Any]) -> list[tuple[list[Mark], Any, bool]]:
        """Rows as they stand: what is before each, and whether it stands further up already.

        Behind the last one is what stands there, without a row.
        """
        known = {row.id: row for row in rows}
        found: list[tuple[list[Mark], Any, bool]] = []
        seen: set[int] = set()
        waiting: list[Mark] = []
        for one in self.groups:
            waiting.append(Mark("head", one))
            for number in one.ids:
                if number in known:
                    found.append((waiting, known[number], number in seen))
                    seen.add(number)
                    waiting = []
            if one.count > len(one.ids) and not one.is_shut:
                waiting.append(Mark("rest", one))
        return [*found, (waiting, None, False)]


def grouped(
    asked: Asked,
    rows: Select,
    model: Any,
    *,
    after: str | None = None,
    before: str | None = None,
    with_sums: bool = False,
) -> Grouped | None:
    """The list in the groups it is asked for in; None where it is not.

    `rows` selects the numbers of all records of the list. With sums, counts are exact and the
    shown money and numbers are added up; without, counts end at MOST + 1.
    """
    by = asked.grouping
    if by is None:
        return None
    found = groups_of(asked, by, rows, after, before)
    if with_sums:
        _measure(found.groups, rows, model, _measures(asked))
    else:
        _count(found.groups, rows)
    groups = [one for one in found.groups if one.count]
    for one in groups:
        one.is_shut = one.key in asked.shut
        turned = asked.shut ^ {one.key}
        one.turn_url = asked.paged(
            shut=",".join(sorted(turned)) or None,
            after=after,
            before=before,
        )
    _fill([one for one in groups if not one.is_shut], rows, model, asked)
    return Grouped(groups, found.previous, found.next, by.kind == "multi")


def _count(groups: Sequence[Group], rows: Select) -> None:
    if not groups:
        return
    counts = [
        select(func.count())
        .select_from(rows.where(one.condition).limit(MOST + 1).subquery())
        .scalar_subquery()
        for one in groups
    ]
    for one, count in zip(groups, db.session.execute(select(*counts)).one(), strict=True):
        one.count, one.is_capped = min(count, MOST), count > MOST


def _fill(groups: Sequence[Group], rows: Select, model: Any, asked: Asked) -> None:
    """The first rows of each group in the order of the list: one statement."""
    if not groups:
        return
    size = max(LEAST, min(EACH, TOGETHER // len(groups)))
    order, parts = asked.order, []
    for place, one in enumerate(groups):
        lines = Lines(rows.where(_within(one, rows, model)), model, order)
        for number, first in enumerate(firsts(lines, size)):
            keys = [key for key in first.c if key.key.startswith(("key_", "sort_key", "sort_name"))]
            turn = func.row_number().over(
                order_by=[key.desc() if order.falls else key.asc() for key in (*keys, first.c.id)]
            )
            parts.append(select(literal(place), literal(number), turn, first.c.id.label("id")))
    for place, _is_empty, _turn, number in sorted(db.session.execute(union_all(*parts)).all()):
        if len(groups[place].ids) < size:
            groups[place].ids.append(number)


def _within(one: Group, rows: Select, model: Any) -> ColumnElement[bool]:
    """The condition of a group, so that finding its first rows does not grow with the list.

    A large group is met soon on the way along the order: no index of its own may lead away from
    it. A small one is found whole and then put in order.
    """
    if one.count >= MOST:
        return case((one.condition, literal(1)), else_=literal(0)) == 1
    found: ColumnElement[bool] = model.id.in_(rows.where(one.condition).limit(MOST + 1))
    return found


def _measures(asked: Asked) -> list[Field]:
    """The shown columns that are added up: sums of money, and the house's own numbers."""
    found = [field_named(asked.menu.record, key, asked.user) for key in asked.columns]
    return [
        one
        for one in found
        if one is not None and (one.kind == "money" or (one.kind == "number" and one.custom_id))
    ][:MOST_SUMS]


def _measure(groups: Sequence[Group], rows: Select, model: Any, measures: list[Field]) -> None:
    """Counts and sums of each group, apart for each currency: one statement."""
    if not groups:
        return
    parts = []
    for place, one in enumerate(groups):
        here = rows.where(one.condition)
        parts.append(_part(here, place, -1, cast(literal(""), String), model.id))
        for number, measure in enumerate(measures):
            parts.append(_summed(here, model, place, number, measure))
    for place, number, currency, count, total in db.session.execute(union_all(*parts)):
        if number < 0:
            groups[place].count = count
        elif count:
            groups[place].sums.append(_sum(measures[number], currency or "", count, total))
    for one in groups:
        one.sums.sort(key=lambda said: (str(said.label), said.currency))


def _summed(here: Select, model: Any, place: int, number: int, measure: Field) -> Select:
    if measure.through is None:
        return _part(here, place, number, model.currency, measure.column, is_split=True)
    joined = and_(measure.through.link == model.id, *measure.through.where)
    here = here.join(FieldValue, and_(joined, FieldValue.position == 0))
    return _part(here, place, number, FieldValue.currency, measure.column, is_split=True)


def _part(
    here: Select, place: int, number: int, currency: Any, column: Any, *, is_split: bool = False
) -> Select:
    total = func.sum(type_coerce(column, BigInteger)) if is_split else null()
    found = here.with_only_columns(
        literal(place),
        literal(number),
        currency,
        func.count(column),
        cast(total, BigInteger),
        maintain_column_froms=True,
    )
    return found.group_by(currency) if is_split else found


def _sum(measure: Field, currency: str, count: int, total: Any) -> Sum:
    whole = Decimal(int(total))
    if measure.kind == "money":
        return Sum(str(measure.label), "money", int(whole), round(whole / count), currency)
    whole = whole.scaleb(-PLACES)
    mean = (whole / count).quantize(Decimal("0.01")).normalize()
    return Sum(str(measure.label), "number", whole.normalize(), mean)
