"""New rows written past the unit of work: the same rows and listeners at a third of its cost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import JSON, Connection, Table, delete, insert, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapper, RelationshipDirection
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from crm.core import reading
from crm.core.db import Row, connection, in_transaction, opened
from crm.core.lasting import written
from crm.core.prepared import Prepared

R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class _Plan:
    """How rows of a table are written: attribute and column of each value, what hangs on a row."""

    mapper: Mapper[Any]
    table: Table
    insert: Prepared
    insert_numbered: Prepared
    columns: tuple[tuple[str, str], ...]
    defaults: tuple[tuple[str, Callable[[], Any]], ...]
    named: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]


def new(model: type[R], **values: Any) -> R:
    """A new row of these values, made at once: there was nothing before that somebody follows."""
    mapped: Any = model
    row: R = inspect(mapped).class_manager.new_instance()
    instance_state(row).dict.update(values)
    return row


def hung_on(row: R, **parts: Sequence[Row]) -> R:
    """A new row with all the rows of its collections, before anybody follows their changes."""
    for name, rows in parts.items():
        set_committed_value(row, name, rows)
    return row


def insert_whole(row: R) -> R:
    """Insert a new row and the new rows in its collections at once; what it names is written.

    As a flush does: they get their numbers and defaults, belong to the session, and listeners of
    inserts hear of each. Nothing else of the session is written. Raises what the database
    raises; then none of them is in the session, nor in the database for whoever goes on.
    """
    session = opened()
    if not session.info.get("tend_open"):
        raise RuntimeError("a row was changed outside `with transaction():`")
    on = connection()
    written: list[tuple[_Plan, Any]] = []
    try:
        _insert(on, row, written)
    except IntegrityError:
        if on.dialect.name == "sqlite":
            _take_back(on, written)  # PostgreSQL goes on behind a savepoint only
        raise
    # SQLAlchemy has no public names for "the database has these rows of mine now".
    for _plan, state in written:
        session._save_impl(state)
    session._register_persistent({state for _plan, state in written})
    for plan, state in written:
        plan.mapper.dispatch.after_insert(plan.mapper, on, state)
    return row


def insert_once(model: type[R], values: dict[str, Any], *unique: str) -> R | None:
    """Insert a row unless one with the same `unique` columns is there; None if it is.

    One statement, without the savepoint that catching the error would take. The row belongs to
    the session then, as if it had been read.
    """
    on, table = connection(), cast(Any, model)
    held, row = _filled(model, values)
    found = _once(table, on.dialect.name, unique).first(on, row)
    return None if found is None else _as_read(model, held | {"id": found})  # type: ignore[no-any-return]


def insert_row(model: type[R], values: Mapping[str, Any]) -> R:
    """Insert a row of these values; listeners of inserts hear nothing of it.

    It belongs to the session then, as if it had been read. Raises what the database raises.
    """
    held, row = _filled(model, values)
    number = _plan(cast(Any, model)).insert.number(connection(), row)
    return _as_read(model, held | {"id": number})  # type: ignore[no-any-return]


def insert_only(model: type[Row], values: Mapping[str, Any]) -> int:
    """As `insert_row`, for rows that nobody reads in this transaction: the number alone."""
    _held, row = _filled(model, values)
    return _plan(cast(Any, model)).insert.number(connection(), row)


def _filled(model: Any, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """All that a new row holds, by attribute and by column."""
    if not in_transaction():
        raise RuntimeError("a row was changed outside `with transaction():`")
    plan, held = _plan(model), dict(values)
    for key, default in plan.defaults:
        if held.get(key) is None:
            held[key] = default()
    return held, {column: held.get(key) for key, column in plan.columns}


def _as_read(model: Any, held: Mapping[str, Any]) -> Any:
    session, mapper = opened(), _plan(model).mapper
    stale = session.identity_map.get(mapper.identity_key_from_primary_key((held["id"],)))
    if stale is not None:  # of a savepoint that was undone: the number is given again
        session.expunge(stale)
    row = reading.entity(model, [held.get(name) for name in reading.names(model)])
    written(session, row)
    return row


@cache
def _once(model: Any, dialect: str, unique: tuple[str, ...]) -> Prepared:
    table = model.__table__
    once = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    once = once.on_conflict_do_nothing(index_elements=unique or None)
    return Prepared(once.returning(table.c.id), [column for _key, column in _plan(model).columns])


def _take_back(on: Connection, written: list[tuple[_Plan, Any]]) -> None:
    for plan, state in reversed(written):
        table = plan.table
        on.execute(delete(table).where(table.c.id == state.dict["id"]))


def _insert(on: Connection, row: Row, written: list[tuple[_Plan, Any]]) -> None:
    model: Any = type(row)
    plan = _plan(model)
    state: Any = inspect(row)
    held = state.dict
    for name, key in plan.named:
        if held.get(name) is not None:
            held[key] = held[name].id
            if held[key] is None:
                raise ValueError(f"{name} of {row!r} is not written yet")
    for key, default in plan.defaults:
        if held.get(key) is None:
            held[key] = default()
    values = {column: held.setdefault(key, None) for key, column in plan.columns}
    if held.get("id") is not None:
        values["id"] = held["id"]
        plan.insert_numbered.run(on, values)
    else:
        held["id"] = plan.insert.number(on, values)
    written.append((plan, state))
    for name, key in plan.parts:
        for part in held.get(name) or ():
            part.__dict__[key] = held["id"]
            _insert(on, part, written)


@cache
def _plan(model: Any) -> _Plan:
    mapper: Mapper[Any] = inspect(model)
    columns, defaults = [], []
    for attribute in mapper.column_attrs:
        column: Any = attribute.columns[0]
        if attribute.key == "id":
            continue
        columns.append((attribute.key, column.key))
        if column.default is not None:
            defaults.append((attribute.key, _said(column.default)))
        elif isinstance(column.type, JSON) and not column.type.none_as_null:
            raise TypeError(f"{column} would hold a JSON null")
    if mapper.version_id_col is not None:
        first: Any = mapper.version_id_generator
        key = mapper.get_property_by_column(mapper.version_id_col).key
        defaults = [(key, lambda: first(None)), *(one for one in defaults if one[0] != key)]
    named = _hanging(mapper, RelationshipDirection.MANYTOONE, remote=False)
    parts = _hanging(mapper, RelationshipDirection.ONETOMANY, remote=True)
    table, names = model.__table__, [column for _key, column in columns]
    alone = Prepared(insert(table), names)
    numbered = Prepared(insert(table).inline(), ["id", *names])
    return _Plan(mapper, table, alone, numbered, tuple(columns), tuple(defaults), named, parts)


def _said(default: Any) -> Callable[[], Any]:
    """A column's default as a call: a value of its own each time."""
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg


def _hanging(
    mapper: Mapper[Any], direction: RelationshipDirection, *, remote: bool
) -> tuple[tuple[str, str], ...]:
    """Relationships of one direction with the attribute that holds the other row's number."""
    found = []
    for one in mapper.relationships:
        if one.direction is direction and not one.viewonly:
            ((here, there),) = one.local_remote_pairs
            column, owner = (there, one.mapper) if remote else (here, mapper)
            found.append((one.key, owner.get_property_by_column(column).key))
    return tuple(found)
