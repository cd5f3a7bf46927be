"""A condition tree as SQL: the same meaning as the judge of one record."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Integer,
    Numeric,
    String,
    and_,
    exists,
    false,
    func,
    inspect,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.util import ClauseAdapter

from crm.accounts.queries import visible
from crm.core.folding import folded
from crm.core.phones import BETWEEN
from crm.fields.rules import Field
from crm.filters.queries.related import of_few
from crm.filters.queries.viewers import Eyes
from crm.filters.rules import tree
from crm.filters.rules.meaning import Among, Empty, Range, Want, Words, want
from crm.filters.rules.values import TEXTS

Condition = ColumnElement[bool]
Models = dict[str, type]
SegmentSql = Callable[[int, Any, "Compiler"], Condition]


def nowhere(_segment_id: int, _model: Any, _compiler: "Compiler") -> Condition:
    """Segments where there are none."""
    return false()


class Compiler:
    """Compiles trees for a viewer; `segment` gives the condition of being in a segment.

    `looks_up`: ask first whether the related rows that fulfil a condition are few.
    """

    def __init__(
        self, eyes: Eyes, models: Models, segment: SegmentSql = nowhere, *, looks_up: bool = False
    ) -> None:
        self.eyes, self.models, self.segment, self.looks_up = eyes, models, segment, looks_up

    def condition(self, node: tree.Node | None, model: Any) -> Condition:
        """The condition that rows of `model` (a mapped class or an alias of it) fulfil `node`."""
        if isinstance(node, tree.All):
            return and_(true(), *(self.condition(part, model) for part in node.parts))
        if isinstance(node, tree.Any):
            parts = [self.condition(part, model) for part in node.parts]
            return or_(false(), *parts) if parts else true()
        if isinstance(node, tree.Not):
            return _denied(self.condition(node.part, model))
        return true() if node is None else self._leaf(node, model)

    def _leaf(self, node: tree.Node, model: Any) -> Condition:
        if isinstance(node, tree.Test):
            return self._test(node, model)
        if isinstance(node, tree.Related):
            return self._related(node, model)
        if isinstance(node, tree.Segment):
            found = self.segment(node.segment_id, model, self)
            return found if node.is_in else _denied(found)
        return false()

    def _test(self, test: tree.Test, model: Any) -> Condition:
        wanted, denied = want(test, self.eyes)
        found = (_through if test.field.through else _own)(test.field, wanted, model)
        return _denied(found) if denied else found

    def _related(self, node: tree.Related, model: Any) -> Condition:
        target: Any = aliased(self.models[node.relation.target])
        link = _adapted(_adapted(node.relation.link(), target), model)
        tests = [link, self.condition(node.where, target)]
        if hasattr(target, "deleted_at"):
            tests.append(target.deleted_at.is_(None))
        if hasattr(target, "team_id"):
            tests.append(visible(self.eyes.user, target))
        if self.looks_up and not inspect(model).is_aliased_class:
            few = of_few(link, tests[1:], target, model)
            if few is not None:
                return few if node.is_some else not_(few)
        found = select(literal(1)).select_from(target).where(*tests)
        found = found.correlate(_table(model))
        return exists(found) if node.is_some else ~exists(found)


def _denied(condition: Condition) -> Condition:
    """The opposite, where "unknown" is no."""
    return not_(func.coalesce(condition, false(), type_=Boolean))


def _own(field: Field, wanted: Want, model: Any) -> Condition:
    if field.column is None:
        return false()
    column = _adapted(field.column, model)
    if field.equals is not None and isinstance(wanted, Among):
        found = or_(*(_adapted(field.equals(str(one)), model) for one in wanted.values))
        return or_(_is_empty(field, column), found) if wanted.or_empty else found
    if isinstance(wanted, Empty):
        return _is_empty(field, column)
    if isinstance(wanted, Among) and wanted.or_empty:
        return or_(_is_empty(field, column), _fits(column, wanted))
    found = _fits(column, wanted)
    if isinstance(wanted, Range) and field.bare_column is not None:
        found = and_(_fits(_adapted(field.bare_column, model), wanted), found)
    return found


def _through(field: Field, wanted: Want, model: Any) -> Condition:
    """Any of the rows that belong to the record, each by EXISTS."""
    if isinstance(wanted, Empty):
        return ~_some(field, ~_is_empty(field, field.column), model)
    if isinstance(wanted, Among) and wanted.every:
        return and_(
            *(_some(field, _fits(field.column, Among((one,))), model) for one in wanted.values)
        )
    found = _some(field, _fits(field.column, wanted), model)
    if isinstance(wanted, Among) and wanted.or_empty:
        return or_(found, ~_some(field, ~_is_empty(field, field.column), model))
    return found


def _some(field: Field, test: Condition, model: Any) -> Condition:
    assert field.through is not None
    rows = select(literal(1)).where(
        field.through.link == inspect(model).selectable.c.id, *field.through.where, test
    )
    return exists(rows.correlate(_table(model)))


def _is_empty(field: Field, column: Any) -> Condition:
    if isinstance(column.type, String) or field.kind in TEXTS:
        return or_(column.is_(None), column == "")
    return column.is_(None)


def _fits(column: Any, wanted: Want) -> Condition:
    if isinstance(wanted, Words):
        return _says(folded(column), wanted)
    if isinstance(wanted, Among):
        values = [one for one in (_bound(column, value) for value in wanted.values) if one != ""]
        if len(values) == 1 and isinstance(values[0], bool) and not isinstance(column, Column):
            return column if values[0] else not_(column)  # no index serves "(x IS NULL) = true"
        return column.in_(values) if len(values) != 1 else column == values[0]
    assert isinstance(wanted, Range)
    tests = []
    if wanted.low is not None:
        low = _bound(column, wanted.low)
        tests.append(column >= low if wanted.with_low else column > low)
    if wanted.high is not None:
        high = _bound(column, wanted.high)
        tests.append(column <= high if wanted.with_high else column < high)
    return and_(column.is_not(None), *tests)


def _says(text: ColumnElement[str], wanted: Words) -> Condition:
    for mark in BETWEEN if wanted.is_bare else "":
        text = func.replace(text, mark, "")
    if wanted.how == "contains":
        return or_(false(), *(text.contains(one, autoescape=True) for one in wanted.texts))
    if wanted.how == "begins":
        return or_(false(), *(text.startswith(one, autoescape=True) for one in wanted.texts))
    return text.in_(wanted.texts) if len(wanted.texts) != 1 else text == wanted.texts[0]


def _bound(column: Any, value: Any) -> Any:
    """`value` as the column's type takes it; "" for one that it can never hold."""
    if isinstance(column.type, Integer):
        if isinstance(value, Decimal):
            return int(value) if value == int(value) else literal(float(value))
        return int(value) if str(value).lstrip("-").isdecimal() else ""
    if isinstance(column.type, Numeric):
        return Decimal(value)
    if isinstance(column.type, String):
        return str(value)
    return value


def _adapted(expression: Any, model: Any) -> Any:
    """`expression` over a mapped class, said of its alias."""
    if hasattr(expression, "__clause_element__"):
        expression = expression.__clause_element__()
    seen = inspect(model)
    return (
        ClauseAdapter(seen.selectable).traverse(expression) if seen.is_aliased_class else expression
    )


def _table(model: Any) -> Any:
    return inspect(model).selectable
