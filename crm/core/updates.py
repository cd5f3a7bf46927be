"""What was changed of a row, written past the unit of work, which costs more than the writing."""

from functools import cache
from typing import Any

from sqlalchemy import bindparam, inspect, update
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import flag_dirty, instance_state

from crm.core.db import Row, connection, opened
from crm.core.prepared import Prepared


def update_whole(row: Row) -> None:
    """Write what was changed of a row that the session has; nothing else of the session.

    For tables that count no versions. Listeners of updates hear of it, those of flushes do not.
    Raises what the database raises.
    """
    session = opened()
    if not session.info.get("tend_open"):
        raise RuntimeError("a row was changed outside `with transaction():`")
    state = instance_state(row)
    model: Any = type(row)
    if model.__mapper__.version_id_col is not None or not state.persistent:
        raise ValueError(f"{row!r} is written by a flush")
    before, held = state.committed_state, state.dict
    changed = tuple(key for key in _columns(model) if key in before and before[key] != held[key])
    if changed:
        _write(session, model, state, changed)


def put(row: Row, **values: Any) -> None:
    """Set columns of a row as attributes are set, but all at once: nobody listens to any of them.

    For tables of which the history keeps nothing. A flush or `update_whole` writes them.
    """
    state = instance_state(row)
    held, before = state.dict, state.committed_state
    for key, value in values.items():
        if key not in before:
            before[key] = held[key] if key in held else getattr(row, key)
        held[key] = value
    flag_dirty(row)


def _write(session: Any, model: Any, state: Any, changed: tuple[str, ...]) -> None:
    mapper, on, held = model.__mapper__, connection(), state.dict
    mapper.dispatch.before_update(mapper, on, state)
    values = {"row_id": held["id"]} | {key: held[key] for key in changed}
    _updating(model, changed).run(on, values)
    mapper.dispatch.after_update(mapper, on, state)
    # As a flush ends, which SQLAlchemy has no public name for: what is written counts as read.
    state._commit_all(held, session.identity_map)


@cache
def _columns(model: Any) -> tuple[str, ...]:
    mapper: Mapper[Any] = inspect(model)
    return tuple(one.key for one in mapper.column_attrs if one.key != "id")


@cache
def _updating(model: Any, changed: tuple[str, ...]) -> Prepared:
    table = model.__table__
    named = {key: model.__mapper__.columns[key] for key in changed}
    values = {column: bindparam(key, type_=column.type) for key, column in named.items()}
    return Prepared(update(table).where(table.c.id == bindparam("row_id")).values(values))
