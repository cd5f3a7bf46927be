"""Reading without the ORM's loading: rows of lists and counts, and the few entities of a frame.

The ORM prepares each run of a statement anew as if entities were to be loaded: that takes longer
than the database does. What is read here costs what Core costs.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import Connection, Executable
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import instance_state

from crm.core.db import Row, connection, in_transaction, keep, opened
from crm.core.ready import Ready

R = TypeVar("R", bound=Row)


def rows(statement: Executable | Ready, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
    """The rows of a statement that selects columns, in the session's transaction.

    What the session holds unwritten is written before, as the ORM does it: not where it was told
    to wait (`no_autoflush`).
    """
    if isinstance(statement, Ready):
        return statement.rows(_connection(), values or {})
    return _connection().execute(statement, values).all()


def first(statement: Executable | Ready, values: Mapping[str, Any] | None = None) -> Any:
    """The first row of such a statement, None without any."""
    if isinstance(statement, Ready):
        found = statement.rows(_connection(), values or {})
        return found[0] if found else None
    return _connection().execute(statement, values).first()


def value(statement: Executable | Ready, values: Mapping[str, Any] | None = None) -> Any:
    """The first column of the first row, None without any."""
    found = rows(statement, values)
    return found[0][0] if found else None


def _connection() -> Connection:
    session = opened()
    if session.autoflush:
        session.flush()
    if session.info.get("tend_open"):
        return connection()
    held: Connection | None = session.info.get("tend_reading")
    if held is None or held.closed or not held.in_transaction():
        held = session.info["tend_reading"] = session.connection()
    return held


class Shape(NamedTuple):
    """The columns of an entity in the order in which `columns` selects them."""

    mapper: Mapper[Any]
    names: tuple[str, ...]
    columns: tuple[Any, ...]


def columns(model: Any) -> tuple[Any, ...]:
    """What a statement selects of `model` for `entity`."""
    return _shape(model).columns


def is_afresh(model: type[R], number: int) -> bool:
    """Whether a row is not read yet and nothing is being written: then `entity` is all it takes.

    What is held is refreshed by the ORM's loading, and kept until the end of a transaction.
    """
    if in_transaction():
        return False
    mapped: Any = model
    key = _shape(mapped).mapper.identity_key_from_primary_key((number,))
    return key not in opened().identity_map


def names(model: Any) -> tuple[str, ...]:
    """The attributes that those columns are."""
    return _shape(model).names


def entity(model: type[R], read: Iterable[Any]) -> R:
    """The entity whose `columns` were read just now, as the session would have loaded it.

    One that the session has already stays as it is, but for what it forgot of it. Relations are
    loaded when they are asked for.
    """
    mapped: Any = model
    session, shape = opened(), _shape(mapped)
    values = dict(zip(shape.names, read, strict=True))
    key = shape.mapper.identity_key_from_primary_key((values["id"],))
    held = session.identity_map.get(key)
    if held is not None:
        _recall(instance_state(held), values)
        return held  # type: ignore[no-any-return]
    found: R = shape.mapper.class_manager.new_instance()
    state = instance_state(found)
    state.dict.update(values)
    state.key = key
    # What `session.add` does last, where nobody listens but the one who keeps rows (core/db).
    state.session_id = session.hash_key
    session.identity_map.add(state)
    keep(session, found)
    return found


def by_number(model: type[R], number: int) -> R | None:
    """The entity of a number as `session.get`, which takes long to find what the session has."""
    session, mapped = opened(), cast(Any, model)
    key = _shape(mapped).mapper.identity_key_from_primary_key((number,))
    held = session.identity_map.get(key)
    if held is None or instance_state(held).expired:
        return session.get(model, number)
    return held  # type: ignore[no-any-return]


def _recall(state: Any, values: dict[str, Any]) -> None:
    """Fill in what a session forgot of an entity at the end of a transaction."""
    forgotten = state.expired_attributes & values.keys()
    if forgotten:
        state.dict.update({name: values[name] for name in forgotten})
        state._commit(state.dict, forgotten)


def entities(
    model: type[R], statement: Executable | Ready, values: Mapping[str, Any] | None = None
) -> list[R]:
    """The entities of a statement that selects the `columns` of `model` and no more."""
    return [entity(model, row) for row in rows(statement, values)]


def each_once(read: Sequence[Any], *models: Any) -> list[list[Any]]:
    """The entities of each model in rows that select the `columns` of all, in the models' order.

    A product of rows holds the same ones again and again, and none of a model in a row without
    its number.
    """
    found = []
    for model, number, begin, end in _places(models):
        rows = {row[number]: row for row in read if row[number] is not None}
        found.append([entity(model, row[begin:end]) for row in rows.values()])
    return found


@cache
def _places(models: tuple[Any, ...]) -> list[tuple[Any, int, int, int]]:
    """Where in a row each model's number stands, where its columns begin and where they end."""
    ends = list(accumulate(len(columns(model)) for model in models))
    begins = [0, *ends]
    return [
        (model, begin + names(model).index("id"), begin, end)
        for model, begin, end in zip(models, begins, ends, strict=False)
    ]


@cache
def _shape(model: Any) -> Shape:
    # Looked up without making relations ready: a statement may be written while modules load.
    mapper: Mapper[Any] = model.__mapper__
    names = tuple(mapper.columns.keys())
    return Shape(mapper, names, tuple(getattr(model, name) for name in names))
