"""Undoing a change set: the inverse of each change, where nothing newer stands in its way."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.accounts.rules import check_restorer
from crm.core import clock
from crm.core.db import Instant, db
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.history import queries, writing
from crm.history.models import ChangeSet, ChangeValue
from crm.history.planning import Step, plan, present
from crm.history.rules import Tracked, check_age, restored

SETTLE = "crm.leads.jobs.settle"
MOST_KEPT = 200
BATCH = 20


@dataclass
class Undone:
    """What became of an undo: how many changes were taken back, and what was kept and why."""

    count: int = 0
    kept: list[Step] = field(default_factory=list)
    records: dict[tuple[str, int], None] = field(default_factory=dict)


def undo(found: ChangeSet, by: User) -> Undone:
    """Take a change set back as far as nobody changed the same values since.

    Itself a change set, so it can be undone. Raises Refused when it was undone already, is more
    than 30 days old, holds what `by` may not see, or nothing of it can be taken back.
    """
    found = in_force(found, by)
    steps = plan(queries.values_in(found))
    done = take_back(steps, by)
    if not done.count:
        raise Refused("Nothing was undone: all of it was changed since, or is gone.")
    kept = [[step.value.id, step.why, *step.blocked] for step in done.kept[:MOST_KEPT]]
    writing.because("history.undo", undo_of_id=found.id, of=found.kind, kept=kept)
    return done


def in_force(found: ChangeSet, by: User) -> ChangeSet:
    """The set to take back; of an act that was undone and done again it is the last turn.

    Raises Refused as `undo` does.
    """
    check_age(found.at, clock.now())
    if not queries.is_wholly_seen(by, found):
        raise Refused("This also changed records that you do not see. Ask an administrator.")
    chain = [found]
    while after := queries.undone(chain[-1:]):
        chain.append(after[chain[-1].id])
    if len(chain) % 2 == 0:
        raise Refused("This was undone already.")
    check_in_force(chain[-1].id)
    return chain[-1]


def check_in_force(set_id: int) -> None:
    """Hold a set until the transaction ends; raises Refused when it was undone already."""
    held = select(ChangeSet).where(ChangeSet.id == set_id).with_for_update()
    if queries.undone(db.session.scalars(held).all()):
        raise Refused("This was undone already.")


def take_back(steps: Iterable[Step], by: User) -> Undone:
    """Do the steps of a plan, each in a savepoint of its own. Raises Refused for others' trash."""
    done = Undone()
    for step in steps:
        if "deleted_at" in step.free and present(step.row, "deleted_at"):
            check_restorer(step.row, by)
        if step.act and _try(step, by):
            done.count += 1
            done.records.update(dict.fromkeys(step.value.records.items()))
        if step.why:
            done.kept.append(step)
    db.session.flush()
    for kind, number in list(done.records)[:BATCH]:
        if kind == "contact":
            ring(SETTLE, number)
    return done


def restore_value(value: ChangeValue, name: str, by: User) -> Any:
    """Give a field of a record the value it had before one change; the row.

    Whatever it is now is overwritten, and can be undone. Raises Refused where it is gone or
    somebody else has the value.
    """
    tracked = writing.TABLES.get(value.table)
    row = queries.rows_of([value]).get((value.table, value.row_id))
    if tracked is None or row is None or name not in (value.old or {}):
        raise Refused("This value can no longer be restored.")
    names = [name, *(one for one, leader in tracked.follows.items() if leader == name)]
    names = list(value.old or {}) if tracked.tell else names
    writing.because("history.restore", field=name)
    try:
        with db.session.begin_nested():
            _set(
                row,
                tracked,
                {one: (value.old or {}).get(one) for one in names if one in (value.old or {})},
            )
            db.session.flush()
    except IntegrityError:
        raise Refused("Somebody else has this value by now.") from None
    return row


def _try(step: Step, by: User) -> bool:
    """Do one step; False where the database or a rule says no, with the reason in `step.why`."""
    try:
        with db.session.begin_nested():
            _do(step, by)
            db.session.flush()
    except IntegrityError:
        step.why = "taken"
        return step.tracked.is_dropped and step.value.op == "update" and _drop(step)
    except Refused:
        step.why = "used"
        return False
    return True


def _do(step: Step, by: User) -> None:
    tracked, value = step.tracked, step.value
    if step.act == "restore":
        _set(step.row, tracked, {name: (value.old or {}).get(name) for name in step.free})
    elif step.act == "remove" and tracked.take_back:
        tracked.take_back(step.row, by)
    elif step.act == "remove":
        db.session.delete(step.row)
    elif step.act == "put_back":
        _put_back(tracked, value)


def _set(row: Any, tracked: Tracked, values: dict[str, Any]) -> None:
    columns = inspect(tracked.model).columns
    for name, value in values.items():
        setattr(row, name, restored(_kind(columns[name].type), value))
    _touch(row, tracked)
    db.session.flush()
    db.session.expire(row)  # relationships follow the numbers again


def _kind(column: Any) -> type:
    return column.impl_instance.python_type if isinstance(column, Instant) else column.python_type


def _touch(row: Any, tracked: Tracked) -> None:
    if hasattr(row, "updated_at"):
        row.updated_at = clock.now()
    if tracked.counts:
        setattr(row, tracked.counts, getattr(row, tracked.counts) + 1)


def _put_back(tracked: Tracked, value: ChangeValue) -> None:
    columns = inspect(tracked.model).columns
    values = {
        name: restored(_kind(columns[name].type), one) for name, one in (value.old or {}).items()
    }
    if db.session.get(tracked.model, value.row_id) is None:
        values["id"] = value.row_id
    row = tracked.model(**values)
    if hasattr(row, "updated_at"):
        row.updated_at = clock.now()
    db.session.add(row)
    db.session.flush()
    _forget_lists(value)


def _drop(step: Step) -> bool:
    """An address that somebody else has by now leaves the record that comes back."""
    if step.row is None or present(step.row, "freed_at") is None:
        return False
    db.session.delete(step.row)
    db.session.flush()
    _forget_lists(step.value)
    return True


def _forget_lists(value: ChangeValue) -> None:
    """What a loaded record lists is read again."""
    for kind, number in value.records.items():
        record = db.session.get(writing.TABLES[kind].model, number)
        if record is not None:
            db.session.expire(record)
