"""Reading the history: who changed what, as far as the reader may see the records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    case,
    exists,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased, joinedload

from crm.accounts.models import SecurityEvent, User
from crm.core import reading
from crm.core.db import db
from crm.core.gathering import Gathered
from crm.history import writing
from crm.history.models import ChangeSet, ChangeValue
from crm.history.rules import RECORDS
from crm.history.seeing import LINKS, seen_set, seen_value

LIMIT = 25
SHOWN = 6
AT_ONCE = 500  # rows of a table in one statement
BEHIND = 2**52  # more than there are changes


@dataclass(frozen=True)
class Wish:
    """What of the history is asked for."""

    user_id: int | None = None
    actor: str = ""
    record: str = ""
    record_id: int | None = None
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def sets_for(
    user: User, wish: Wish, *, before: int | None = None, limit: int = LIMIT
) -> list[ChangeSet]:
    """Change sets that `user` may see, newest first; `before` is the number of the last one."""
    wanted = _wanted(wish).where(seen_set(user))
    if before is not None:
        wanted = wanted.where(ChangeSet.id < before)
    wanted = wanted.options(joinedload(ChangeSet.user)).order_by(ChangeSet.id.desc())
    return list(db.session.scalars(wanted.limit(limit)))


def set_for(user: User, set_id: int) -> ChangeSet | None:
    """One change set if `user` made it or may see any record it touched."""
    return db.session.scalars(
        select(ChangeSet)
        .where(ChangeSet.id == set_id, seen_set(user))
        .options(joinedload(ChangeSet.user))
    ).first()


def last_of(user: User) -> ChangeSet | None:
    """The latest act of a person that is not undone, nor itself the undoing of another."""
    undoing = aliased(ChangeSet)
    return db.session.scalars(
        select(ChangeSet)
        .where(
            ChangeSet.user_id == user.id,
            ChangeSet.actor.in_(("user", "import")),
            ChangeSet.undo_of_id.is_(None),
            ~exists().where(undoing.undo_of_id == ChangeSet.id),
        )
        .order_by(ChangeSet.id.desc())
        .limit(1)
    ).first()


def values_of(
    user: User,
    sets: Iterable[ChangeSet],
    limit: int = SHOWN,
    *,
    after: int = 0,
    of: tuple[str, int] | None = None,
) -> dict[int, list[ChangeValue]]:
    """The first changes of each set that `user` may see, by the number of the set.

    `after`: the number of the change behind which they begin. `of`: kind and number of the record
    whose changes alone are wanted.
    """
    seen = seen_value(user)
    seen = and_(seen, LINKS[of[0]] == of[1]) if of else seen
    found: dict[int, list[ChangeValue]] = {one.id: [] for one in sets}
    if not found:
        return found
    parts = [
        select(ChangeValue.id)
        .where(ChangeValue.change_set_id == set_id, ChangeValue.id > after, seen)
        .order_by(ChangeValue.id)
        .limit(limit)
        .subquery()
        for set_id in found
    ]
    ids = union_all(*(select(part.c.id) for part in parts))
    rows = select(ChangeValue).where(ChangeValue.id.in_(ids)).order_by(ChangeValue.id)
    for value in db.session.scalars(rows):
        found[value.change_set_id].append(value)
    return found


def values_in(found: ChangeSet, most: int | None = None) -> list[ChangeValue]:
    """The changes of a set, the first `most` in their order, whoever may see them: for undoing."""
    rows = select(ChangeValue).where(ChangeValue.change_set_id == found.id)
    return list(db.session.scalars(rows.order_by(ChangeValue.id).limit(most)))


def last_first(found: ChangeSet) -> Select[Any]:
    """The changes of a set as numbers that sort the last one first (`id_of` gives them back).

    Without the parts that a record of the same set brought: they live with it. Added rows that
    others may name come behind all else, so that what names them is undone by then.
    """
    own = aliased(ChangeValue)
    added = select(own.row_id).where(own.change_set_id == found.id, own.op == "insert")
    brought = [
        and_(LINKS[kind].is_not(None), LINKS[kind].in_(added.where(own.table == kind)))
        for kind in RECORDS
    ]
    parts = [table for table, tracked in writing.TABLES.items() if tracked.is_part]
    stays = and_(ChangeValue.op == "insert", ChangeValue.table.in_(parts), or_(*brought))
    named = [table for table, tracked in writing.TABLES.items() if tracked.kept_by]
    is_named = and_(ChangeValue.op == "insert", ChangeValue.table.in_(named))
    place = case((is_named, BEHIND), else_=0) - ChangeValue.id
    return select(place).where(ChangeValue.change_set_id == found.id, not_(stays))


def id_of(number: int) -> int:
    """The change behind a number of `last_first`."""
    return -number % BEHIND


def around(values: Sequence[ChangeValue]) -> list[ChangeValue]:
    """What else the sets of some changes did to the records that these belong to."""
    sets = {value.change_set_id for value in values}
    numbers = {k: {v.records[k] for v in values if k in v.records} for k in RECORDS}
    ways = [
        select(ChangeValue.id)
        # SQLite would read all that a large import did, again for each piece of its undo.
        .with_hint(ChangeValue, f"INDEXED BY ix_change_value_{kind}", "sqlite")
        .where(LINKS[kind].in_(ids), ChangeValue.change_set_id.in_(sets))
        for kind, ids in numbers.items()
        if ids
    ]
    if not ways:
        return []
    wanted = select(ChangeValue).where(ChangeValue.id.in_(union_all(*ways)))
    return list(db.session.scalars(wanted))


def value_for(user: User, value_id: int) -> ChangeValue | None:
    """One change of one row, if `user` may see the record it belongs to."""
    return db.session.scalars(
        select(ChangeValue).where(ChangeValue.id == value_id, seen_value(user))
    ).first()


def values_by_id(user: User, ids: Sequence[int]) -> dict[int, ChangeValue]:
    """Changes by their number, as far as `user` may see the records."""
    wanted = select(ChangeValue).where(ChangeValue.id.in_(ids), seen_value(user))
    return {value.id: value for value in db.session.scalars(wanted)} if ids else {}


def row_of(table: str, number: int) -> Any:
    """One row of a tracked table, None when it is gone."""
    return db.session.get(writing.TABLES[table].model, number)


def undone(sets: Iterable[ChangeSet]) -> dict[int, ChangeSet]:
    """Which sets were taken back, by which set."""
    rows = db.session.scalars(
        select(ChangeSet)
        .where(ChangeSet.undo_of_id.in_([one.id for one in sets]))
        .options(joinedload(ChangeSet.user))
    )
    return {one.undo_of_id: one for one in rows if one.undo_of_id is not None}


def is_wholly_seen(user: User, *sets: ChangeSet) -> bool:
    """Whether `user` may see every record that some sets touched."""
    if user.sees_all:
        return True
    ids = [one.id for one in sets]
    along = [name for name, one in writing.TABLES.items() if sets and sets[0].kind in one.along]
    hidden = select(ChangeValue.id).where(
        ChangeValue.change_set_id.in_(ids), ChangeValue.table.not_in(along), ~seen_value(user)
    )
    return db.session.scalar(hidden.limit(1)) is None


def events_for(user: User, *, before: int | None = None, limit: int = LIMIT) -> list[SecurityEvent]:
    """Sign-ins, exports and changes of rights, newest first; only for owner and admin."""
    if not user.sees_all:
        return []
    wanted = select(SecurityEvent).order_by(SecurityEvent.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(SecurityEvent.id < before)
    return list(db.session.scalars(wanted))


def rows_of(values: Iterable[ChangeValue]) -> dict[tuple[str, int], Any]:
    """The rows as they are now, by table and number; those that are gone are missing."""
    wanted: dict[str, set[int]] = {}
    for value in values:
        wanted.setdefault(value.table, set()).add(value.row_id)
    found: dict[tuple[str, int], Any] = {}
    kept = {table: sorted(numbers) for table, numbers in wanted.items() if table in writing.TABLES}
    for start in range(0, max(map(len, kept.values()), default=0), AT_ONCE):
        part = {table: ids[start : start + AT_ONCE] for table, ids in sorted(kept.items())}
        part = {table: ids for table, ids in part.items() if ids}
        for table, rows in _rows_of(tuple(part)).rows(part).items():
            model = writing.TABLES[table].model
            for row in (reading.entity(model, one) for one in rows):
                found[table, row.id] = row
    return found


@lru_cache(maxsize=64)
def _rows_of(tables: tuple[str, ...]) -> Gathered:
    """The rows of some tables whose numbers are the values by the tables' names."""
    models = {table: writing.TABLES[table].model for table in tables}
    return Gathered(**{
        table: select(*reading.columns(model)).where(
            model.id.in_(bindparam(table, expanding=True))
        )
        for table, model in models.items()
    })  # fmt: skip


def records_of(
    values: Iterable[ChangeValue], known: Mapping[tuple[str, int], Any]
) -> dict[tuple[str, int], Any]:
    """The records that some changes belong to, as they are now, by kind and number.

    `known`: rows that were read just before, records or not.
    """
    belongs = {place for value in values for place in value.records.items()}
    found = {place: known[place] for place in belongs if known.get(place) is not None}
    wanted: dict[str, set[int]] = {}
    for kind, number in belongs - found.keys():
        wanted.setdefault(kind, set()).add(number)
    for kind, numbers in wanted.items():
        model = writing.TABLES[kind].model
        rows = db.session.scalars(select(model).where(model.id.in_(numbers))).unique()
        found.update({(kind, row.id): row for row in rows})
    return found


def _wanted(wish: Wish) -> Select[tuple[ChangeSet]]:
    wanted = select(ChangeSet)
    if wish.user_id is not None:
        wanted = wanted.where(ChangeSet.user_id == wish.user_id)
    if wish.actor:
        wanted = wanted.where(ChangeSet.actor == wish.actor)
    if wish.kinds:
        wanted = wanted.where(ChangeSet.kind.in_(wish.kinds))
    if wish.since is not None:
        wanted = wanted.where(ChangeSet.at >= wish.since)
    if wish.until is not None:
        wanted = wanted.where(ChangeSet.at < wish.until)
    if wish.record_id is not None and wish.record in LINKS:
        touching = select(ChangeValue.change_set_id).where(LINKS[wish.record] == wish.record_id)
        wanted = wanted.where(ChangeSet.id.in_(touching))
    elif wish.record in LINKS:
        wanted = wanted.where(ChangeSet.record == wish.record)
    return wanted
