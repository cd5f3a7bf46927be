"""Records with related rows, found by number where these rows are few.

A list in order, read until its page is full, would pass by all records for the sake of few.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BinaryExpression,
    BooleanClauseList,
    ColumnElement,
    String,
    any_,
    case,
    cast,
    false,
    func,
    inspect,
    literal,
    select,
)
from sqlalchemy.sql.operators import and_ as both
from sqlalchemy.sql.operators import eq

from crm.core import reading
from crm.core.db import db

Condition = ColumnElement[bool]
# Of no more related rows than so many the records are named one by one, and only where there are
# so many records to each of them: otherwise a page is full before long.
FEW = 3000
SHARE = 10


def of_few(link: Condition, tests: Sequence[Condition], target: Any, model: Any) -> Any:
    """That a record has rows of `target` that fulfil `tests`; None where these are not few.

    `link` joins them. One statement tells how many there are and whose.
    """
    number, beside = _named_by(link, target, model)
    rows = select(model.id).select_from(target).join(model, link)
    if number is not None:
        rows = select(number).where(*beside)
    newest = select(func.max(model.id)).scalar_subquery()
    most = case((newest < FEW * SHARE, newest // SHARE), else_=FEW)
    some = rows.where(*tests).limit(most + 1).subquery()
    (numbers,) = some.c
    packed = func.aggregate_strings(cast(numbers, String), ",")
    found = reading.first(select(func.count() <= most, packed).select_from(some))
    return among(model.id, found[1] or "") if found[0] else None


def among(number: Any, packed: str) -> Condition:
    """That a number is among those packed with commas: one value, however many they are."""
    if not packed:
        return false()
    if db.engine.dialect.name == "postgresql":
        numbers = literal([int(one) for one in packed.split(",")], ARRAY(BigInteger))
        return number == any_(numbers)  # type: ignore[no-any-return]
    each = func.json_each(f"[{packed}]").table_valued("value")
    return number.in_(select(each.c.value))  # type: ignore[no-any-return]


def _named_by(link: Condition, target: Any, model: Any) -> tuple[Any, list[Condition]]:
    """The column of `target` that holds the record's number, and what else `link` asks.

    None where it is not so simple.
    """
    is_all = isinstance(link, BooleanClauseList) and link.operator is both
    parts = list(link.clauses) if is_all else [link]  # type: ignore[attr-defined]
    number, theirs = inspect(model).selectable.c.id, inspect(target).selectable
    for part in parts:
        if not isinstance(part, BinaryExpression) or part.operator is not eq:
            continue
        for here, there in ((part.left, part.right), (part.right, part.left)):
            if here.compare(number) and getattr(there, "table", None) is theirs:
                return there, [one for one in parts if one is not part]
    return None, []
