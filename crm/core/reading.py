"""Reading without the ORM's loading: rows of lists and counts, and the few entities of a frame.

The ORM prepares each run of a statement anew as if entities were to be loaded: that takes longer
than the database does. What is read here costs what Core costs.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Executable
from sqlalchemy.orm import Mapper, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict

from crm.core.db import Row, db
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


def value(statement: Executable | Ready, values: Mapping[str, Any] | None = None) -> Any:
    """The first column of the first row, None without any."""
    found = rows(statement, values)
    return found[0][0] if found else None


def _connection() -> Connection:
    session = db.session()
    if session.autoflush:
        session.flush()
    return session.connection()


class Shape(NamedTuple):
    """The columns of an entity in the order in which `columns` selects them."""

    mapper: Mapper[Any]
    names: tuple[str, ...]
    columns: tuple[Any, ...]


def columns(model: Any) -> tuple[Any, ...]:
    """What a statement selects of `model` for `entity`."""
    return _shape(model).columns


def entity(model: type[R], read: Iterable[Any]) -> R:
    """The entity whose `columns` were read just now, as the session would have loaded it.

    One that the session has already stays as it is. Relations are loaded when they are asked for.
    """
    mapped: Any = model
    session, shape = db.session(), _shape(mapped)
    values = dict(zip(shape.names, read, strict=True))
    held = session.identity_map.get(shape.mapper.identity_key_from_primary_key((values["id"],)))
    if held is not None:
        return held  # type: ignore[no-any-return]
    found: R = shape.mapper.class_manager.new_instance()
    instance_dict(found).update(values)
    make_transient_to_detached(found)
    session.add(found)
    return found


@cache
def _shape(model: Any) -> Shape:
    # Looked up without making relations ready: a statement may be written while modules load.
    mapper: Mapper[Any] = model.__mapper__
    names = tuple(mapper.columns.keys())
    return Shape(mapper, names, tuple(getattr(model, name) for name in names))
