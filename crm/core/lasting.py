"""Rows that stay as they were written: only erasing changes or deletes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapper, ORMExecuteState, Session

from crm.core.db import Row, db

_MAY_CHANGE: dict[type[Row], frozenset[str]] = {}


def lasting(model: type[Row], *may_change: str) -> None:
    """Refuse (RuntimeError) changes to rows of `model` but to the columns `may_change`.

    The transaction that wrote a row may still finish it. Statements of the ORM over many rows are
    held to the same; rows that go with their owner by a foreign key go.
    """
    _MAY_CHANGE[model] = frozenset(may_change)
    event.listen(model, "before_update", _before_update)
    event.listen(model, "before_delete", _before_delete)


@contextmanager
def erasing() -> Iterator[None]:
    """Let what runs inside change and delete lasting rows, because the law asks for it."""
    session = db.session()
    before = session.info.get("tend_erasing", False)
    session.info["tend_erasing"] = True
    try:
        yield
        session.flush()
    finally:
        session.info["tend_erasing"] = before


@event.listens_for(Session, "pending_to_persistent")
def written(session: Session, row: object) -> None:
    """Note that the open transaction wrote a row, which it may still finish."""
    if type(row) in _MAY_CHANGE:
        inspect(row).info["tend_written_in"] = session.info.get("tend_kept")  # type: ignore[union-attr]


def _before_update(_mapper: Mapper[Any], _connection: Any, row: Row) -> None:
    state: Any = inspect(row)
    info = db.session().info
    if info.get("tend_kept") is not None and state.info.get("tend_written_in") is info["tend_kept"]:
        return
    changed = {
        column.key
        for column in state.mapper.column_attrs
        if state.attrs[column.key].history.has_changes()
    }
    _refuse(type(row), changed)


def _before_delete(_mapper: Mapper[Any], _connection: Any, row: Row) -> None:
    _refuse(type(row), {"(deleted)"})


@event.listens_for(Session, "do_orm_execute")
def _many(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete) or state.bind_mapper is None:
        return
    model = state.bind_mapper.class_
    if model in _MAY_CHANGE:
        # SQLAlchemy shows the columns an update sets by no public name.
        values = getattr(state.statement, "_values", None) or {}
        _refuse(model, {str(column.key) for column in values} or {"(deleted)"})


def _refuse(model: type[Row], changed: set[str]) -> None:
    wrong = changed - _MAY_CHANGE[model]
    if wrong and not db.session().info.get("tend_erasing"):
        names = ", ".join(sorted(wrong))
        raise RuntimeError(f"{model.__tablename__} rows stay as they were written: {names}")
