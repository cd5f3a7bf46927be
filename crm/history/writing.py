"""Writes what a transaction changed: the session tells it, at most two statements a commit."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from flask import g, has_request_context
from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import NO_VALUE

from crm.core import clock, logs
from crm.core.db import connection, db
from crm.core.prepared import Prepared, columns
from crm.history.causes import WHY, Cause, acting, because, cause
from crm.history.models import ChangeSet, ChangeValue
from crm.history.rules import NEVER, RECORDS, Changed, Tracked, differing, merged, plain

BOOK = "tend_history"
MARKS = "tend_history_marks"
SETS: Any = ChangeSet.__table__
VALUES: Any = ChangeValue.__table__
INSERT_SET = Prepared(insert(SETS), columns(SETS))
INSERT_VALUES = Prepared(insert(VALUES).inline(), columns(VALUES))
TRACKED: dict[type, "Kept"] = {}
TABLES: dict[str, Tracked] = {}

__all__ = ["acting", "because", "listen", "noting", "open_set", "record_rows", "track"]


@dataclass(frozen=True)
class Kept:
    """A tracked table as the listeners need it."""

    tracked: Tracked
    table: str
    columns: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


def track(*tables: Tracked) -> None:
    """Keep the changes of these tables from now on; asking twice is asking once."""
    for tracked in tables:
        TABLES[tracked.table] = tracked
        model = tracked.model
        # A number is never given twice (PostgreSQL keeps to that anyway), or what is kept of a
        # row that is gone would be told of another one, and an undo would find the wrong row.
        if tracked.is_once:
            inspect(model).local_table.dialect_options["sqlite"]["autoincrement"] = True
        if model in TRACKED:
            continue
        never = NEVER | {tracked.counts}
        names = [attr.key for attr in inspect(model).column_attrs if attr.key not in never]
        if tracked.only:
            names = [name for name in names if name in tracked.only]
        TRACKED[model] = Kept(tracked, tracked.table, tuple(names), tuple(tracked.links.items()))
        for name in names:
            # The value before must be known even where nobody read it in this transaction.
            event.listen(getattr(model, name), "set", _nothing, active_history=True)
        event.listen(model, "after_insert", _inserted)
        event.listen(model, "after_update", _updated)
        event.listen(model, "before_delete", _deleted)


def listen() -> None:
    """Let the session write what it changed; asking twice is asking once."""
    for moment, act in (
        ("before_commit", _write),
        ("after_transaction_create", _mark),
        ("after_soft_rollback", _forget),
    ):
        if not event.contains(Session, moment, act):
            event.listen(Session, moment, act)


def open_set(
    actor: str,
    kind: str,
    *,
    user_id: int | None = None,
    record: tuple[str, int] | None = None,
    details: Mapping[str, Any] | None = None,
    undo_of_id: int | None = None,
) -> int:
    """Begin a set that several transactions add to; its number. Runs inside a transaction."""
    name, number = record or ("", None)
    why = Cause(actor, kind, user_id, details or {}, undo_of_id)
    return _insert_set(db.session(), why, name, number)


def record_rows(
    model: type,
    op: str,
    rows: Iterable[tuple[int, Mapping[str, Any] | None, Mapping[str, Any] | None]],
    records: Mapping[int, Mapping[str, int]] | None = None,
) -> None:
    """Keep what a bulk statement did past the session: (row id, old values, new values).

    `op`: insert, update, delete. `records` names the records of each row by its id; where it is
    missing they are read from the values.
    """
    kept = TRACKED[model]
    book = db.session().info.setdefault(BOOK, [])
    for row_id, old, new in rows:
        values = {**(old or {}), **(new or {}), "id": row_id}
        links = (records or {}).get(row_id) or {
            kind: values[name] for kind, name in kept.links if values.get(name) is not None
        }
        book.append(
            Changed(op, kept.table, row_id, _plainly(kept, old), _plainly(kept, new), dict(links))
        )


@contextmanager
def noting(row: Any) -> Iterator[None]:
    """Keep what is done inside to those attributes of a row that are no columns."""
    kept = TRACKED.get(type(row))
    names = sorted(kept.tracked.properties) if kept else ()
    old = {name: plain(getattr(row, name)) for name in names}
    yield
    new = {name: plain(getattr(row, name)) for name in names}
    other = [name for name in names if old[name] != new[name]]
    if other:
        both = ({name: one[name] for name in other} for one in (old, new))
        record_rows(type(row), "update", [(row.id, *both)])


def blank(is_erased: Callable[[Changed], bool]) -> None:
    """Take the values of some changes out of what the open transaction is going to write."""
    db.session.flush()
    book = db.session().info.get(BOOK, [])
    book[:] = [replace(one, old=None, new=None) if is_erased(one) else one for one in book]


def _plainly(kept: Kept, values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    names = {*kept.columns, *kept.tracked.properties}
    return {name: plain(value) for name, value in values.items() if name in names}


def _nothing(_row, _value, _old, _initiator) -> None:
    """Only there so that the attribute keeps the value before."""


def _inserted(_mapper, _connection, row: Any) -> None:
    kept = TRACKED[type(row)]
    state = inspect(row)
    values = state.dict
    names = [name for name in kept.columns if name not in kept.tracked.drafts]
    new = {name: plain(values[name]) for name in names if values.get(name) is not None}
    _note(state, Changed("insert", kept.table, row.id, None, new, _links(kept, values)))


def _updated(_mapper, _connection, row: Any) -> None:
    kept = TRACKED[type(row)]
    state = inspect(row)
    before, values = state.committed_state, state.dict
    old, new = {}, {}
    for name in kept.columns:
        if name in before:
            was = before[name]
            was, now = plain(None if was is NO_VALUE else was), plain(values.get(name))
            if was != now:
                is_draft = name in kept.tracked.drafts
                old[name], new[name] = differing(was, now) if is_draft else (was, now)
    if new:
        links = _links(kept, values) or _links(kept, old)
        _note(state, Changed("update", kept.table, row.id, old, new, links))


def _deleted(_mapper, _connection, row: Any) -> None:
    kept = TRACKED[type(row)]
    state = inspect(row)
    before = state.committed_state
    found = {name: getattr(row, name) for name in kept.columns}
    old = {
        name: plain(before[name] if before.get(name, NO_VALUE) is not NO_VALUE else value)
        for name, value in found.items()
    }
    old = {name: value for name, value in old.items() if value is not None}
    links = _links(kept, {**old, "id": row.id})
    _note(state, Changed("delete", kept.table, row.id, old, None, links))


def _links(kept: Kept, values: Mapping[str, Any]) -> dict[str, int]:
    return {kind: values[name] for kind, name in kept.links if values.get(name) is not None}


def _note(state, change: Changed) -> None:
    keeps = TABLES[change.table].keeps
    if keeps and not keeps(state.obj(), change.op):
        return
    state.session.info.setdefault(BOOK, []).append(change)


def _mark(session: Session, transaction) -> None:
    """Where the book stood when a savepoint was set."""
    if transaction.nested:
        book = session.info.get(BOOK, ())
        session.info.setdefault(MARKS, {})[transaction] = len(book)


def _forget(session: Session, previous) -> None:
    """What was rolled back did not happen."""
    if previous.nested:
        mark = session.info.get(MARKS, {}).pop(previous, 0)
        del session.info.get(BOOK, [])[mark:]
    elif previous.parent is None:
        for name in (BOOK, WHY, MARKS):
            session.info.pop(name, None)


def _write(session: Session) -> None:
    if not session.info.get("tend_open") or session.in_nested_transaction():
        return
    session.flush()
    session.info.pop(MARKS, None)
    named = session.info.pop(WHY, None)
    changes = merged(session.info.pop(BOOK, ()))
    if not changes:
        return
    why = cause(named)
    main = _main(changes)
    set_id = why.set_id or _insert_set(session, why, *main)
    INSERT_VALUES.run_many(connection(), [_row(set_id, one) for one in changes])
    if has_request_context():
        g.change_set = set_id


def _main(changes: list[Changed]) -> tuple[str, int | None]:
    """The record that a set is about: the first one that was itself changed, else touched.

    Where several of a kind were touched and none was changed itself, it is about none.
    """
    for own in (True, False):
        for one in changes:
            for kind in RECORDS:
                if kind in one.records and (not own or one.table == kind):
                    number = one.records[kind]
                    others = () if own else changes
                    alone = all(each.records.get(kind, number) == number for each in others)
                    return (kind, number) if alone else ("", None)
    return "", None


def _row(set_id: int, one: Changed) -> dict[str, Any]:
    return {
        "change_set_id": set_id,
        "table_name": one.table,
        "row_id": one.row_id,
        "op": one.op,
        "contact_id": one.records.get("contact"),
        "company_id": one.records.get("company"),
        "deal_id": one.records.get("deal"),
        "old": one.old,
        "new": one.new,
    }


def _insert_set(session: Session, why: Cause, record: str, record_id: int | None) -> int:
    values = {
        "at": clock.now(),
        "actor": why.actor,
        "user_id": why.user_id,
        "kind": why.kind,
        "details": dict(why.details),
        "request_id": logs.request_id.get(),
        "record": record,
        "record_id": record_id,
        "undo_of_id": why.undo_of_id,
    }
    return INSERT_SET.number(connection(), values)
