"""Rows that stay because others lean on them: no undo leaves a record that names a dead one."""

from collections.abc import Collection, Iterable, Mapping
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select, literal, select, union_all

from crm.core.db import db
from crm.history import writing
from crm.history.models import ChangeValue

Place = tuple[str, int]


def leaning(rows: Mapping[str, Collection[int]]) -> dict[Place, set[tuple[str, str, int]]]:
    """What lives and names these rows of tracked tables: (table, column, number) by row."""
    parts = [
        _leaning(table, numbers, other, column)
        for table, numbers in rows.items()
        for other, column in writing.TABLES[table].kept_by
    ]
    found: dict[Place, set[tuple[str, str, int]]] = {}
    for table, number, other, column, leans in (
        db.session.execute(union_all(*parts)) if parts else ()
    ):
        found.setdefault((table, number), set()).add((other, column, leans))
    return found


def _leaning(table: str, numbers: Collection[int], other: str, column: str) -> Select[Any]:
    model = writing.TABLES[other].model
    target = getattr(model, column)
    said = (literal(table), target, literal(other), literal(column), model.id)
    return select(*said).where(target.in_(numbers), model.deleted_at.is_(None))


def brought(sets: Iterable[int], places: Iterable[Place]) -> set[Place]:
    """Which of these rows some sets added."""
    found: set[Place] = set()
    for table, numbers in _by_table(places).items():
        wanted = select(ChangeValue.row_id).where(
            ChangeValue.change_set_id.in_(list(sets)),
            ChangeValue.op == "insert",
            ChangeValue.table == table,
            ChangeValue.row_id.in_(numbers),
        )
        found |= {(table, number) for number in db.session.scalars(wanted)}
    return found


def changes_of(sets: Iterable[int], places: Iterable[Place]) -> list[Any]:
    """What some sets did to these rows, the last change first; read light, to be planned aside."""
    names = ("id", "change_set_id", "table", "row_id", "op", "old", "new")
    columns = [getattr(ChangeValue, name) for name in names]
    found: list[Any] = []
    for table, numbers in _by_table(places).items():
        wanted = select(*columns).where(
            ChangeValue.change_set_id.in_(list(sets)),
            ChangeValue.table == table,
            ChangeValue.row_id.in_(numbers),
        )
        for row in db.session.execute(wanted):
            found.append(SimpleNamespace(**row._mapping, records={}))
    return sorted(found, key=attrgetter("id"), reverse=True)


def as_they_are(places: Iterable[Place]) -> dict[Place, Any]:
    """The columns of these rows now."""
    found: dict[Place, Any] = {}
    for table, numbers in _by_table(places).items():
        own = writing.TABLES[table].model.__table__
        rows = db.session.execute(select(*own.columns).where(own.c.id.in_(numbers)))
        found |= {(table, row.id): row for row in rows}
    return found


def _by_table(places: Iterable[Place]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for table, number in places:
        found.setdefault(table, set()).add(number)
    return found


def is_held(row: Any) -> bool:
    """Whether something living names a row."""
    table = row.__tablename__
    return bool(writing.TABLES[table].kept_by and leaning({table: [row.id]}))


def held(values: Iterable[ChangeValue], rows: Mapping[Place, Any]) -> dict[Place, str]:
    """Which rows keep what was changed though nobody touched them since, and why."""
    changes: dict[str, list[Any]] = {}
    for value in values:
        tracked, row = writing.TABLES.get(value.table), rows.get((value.table, value.row_id))
        if tracked and tracked.holds and row is not None and value.op == "update" and value.new:
            changes.setdefault(value.table, []).append((row, value.old or {}, value.new))
    found: dict[Place, str] = {}
    for table, some in changes.items():
        holds = writing.TABLES[table].holds
        whys = holds(some) if holds else {}
        found.update({(table, number): why for number, why in whys.items()})
    return found
