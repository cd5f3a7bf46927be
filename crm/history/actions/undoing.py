"""Undoing a change set: the inverse of each change, where nothing newer stands in its way."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import Instant, db
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.history import queries, writing
from crm.history.holding import is_held
from crm.history.models import ChangeSet, ChangeValue
from crm.history.planning import Step, in_effect, plan, present
from crm.history.rights import Taking, check_act, check_step, check_value, taking
from crm.history.rules import Held, Tracked, check_age, restored, why_words
from crm.history.turns import turns_of, values_of_turns

SETTLE = "crm.leads.jobs.settle"
MOST_KEPT = 200
BATCH = 20
TRIED_AGAIN = ("taken", "used")


@dataclass
class Undone:
    """What became of an undo: how many changes were taken back, and what was kept and why.

    `links`: which records the rows that were taken back belong to, each combination once.
    """

    count: int = 0
    kept: list[Step] = field(default_factory=list)
    records: dict[tuple[str, int], None] = field(default_factory=dict)
    links: dict[tuple[tuple[str, int], ...], None] = field(default_factory=dict)


def undo(found: ChangeSet, by: User) -> Undone:
    """Take a change set back as far as nobody changed the same values since.

    Itself a change set, so it can be undone. Raises Refused when it was undone already, is more
    than 30 days old, holds what `by` may not see or do, or nothing of it can be taken back.
    """
    turns = in_force(found, by)
    found = turns[-1]
    steps = plan(*in_effect(values_of_turns(turns)))
    if not steps:
        raise Refused(_("The history only tells of this: change it back on its own page."))
    done = take_back(steps, taking(turns, by))
    if not done.count:
        raise Refused(_nothing(done.kept))
    kept = [[step.value.id, step.why, *step.blocked] for step in done.kept[:MOST_KEPT]]
    writing.because("history.undo", undo_of_id=found.id, of=found.kind, kept=kept)
    return done


def _nothing(kept: list[Step]) -> str:
    """Why nothing of an undo could be done, each reason once."""
    if {step.why for step in kept} <= {"changed", "gone"}:
        return _("Nothing was undone: all of it was changed since, or is gone.")
    told = dict.fromkeys(why_words(step.tracked, step.why) for step in kept)
    return " ".join([_("Nothing was undone."), *filter(None, told)])


def in_force(found: ChangeSet, by: User) -> list[ChangeSet]:
    """The act with all its undoing and doing again, in order; the last turn is to be taken back.

    Raises Refused as `undo` does.
    """
    check_age(found.at, clock.now())
    turns = turns_of(found)
    check_act(turns[0], by)
    if not queries.is_wholly_seen(by, *turns):
        raise Refused(_("This also changed records that you do not see. Ask an administrator."))
    if (len(turns) - turns.index(found)) % 2 == 0:
        raise Refused(_("This was undone already."))
    check_in_force(turns[-1].id)
    return turns


def check_in_force(set_id: int) -> None:
    """Hold a set until the transaction ends; raises Refused when it was undone already."""
    held = select(ChangeSet).where(ChangeSet.id == set_id).with_for_update()
    if queries.undone(db.session.scalars(held).all()):
        raise Refused(_("This was undone already."))


def take_back(steps: Iterable[Step], who: Taking) -> Undone:
    """Do the steps of a plan, each in a savepoint of its own. Raises Refused as `check_step`.

    What could not be done because of a row that went or came back behind it is tried again.
    """
    done, steps = Undone(), list(steps)
    waiting = [step for step in steps if step.act]
    while waiting:
        refused = [step for step in waiting if not _try(step, who, done)]
        if len(refused) == len(waiting):
            break
        waiting = refused
    for step in waiting:
        if step.why == "taken" and _drop(step):
            _count(step, done)
        elif step.act == "remove" and step.why in TRIED_AGAIN:
            step.why = _outlives(step) or "used"
    done.kept = [step for step in steps if step.why]
    db.session.flush()
    for kind, number in list(done.records)[:BATCH]:
        if kind == "contact":
            ring(SETTLE, number)
    return done


def take_away(steps: Mapping[int, Step], who: Taking) -> list[int]:
    """Do at once those steps that only take an added row back; the keys of these.

    A row that further steps change goes with these, one by one in their order.
    Raises IntegrityError or Refused where one cannot be done: then none is to be kept.
    """
    together: dict[str, list[Any]] = {}
    found = []
    times = Counter((step.value.table, step.value.row_id) for step in steps.values())
    for key, step in steps.items():
        tracked = step.tracked
        is_alone = bool(tracked.take_back) and not tracked.take_back_many
        is_alone = is_alone or times[step.value.table, step.value.row_id] > 1
        if step.act == "remove" and not (step.why or step.blocked or is_alone):
            check_step(step, who)
            together.setdefault(tracked.table, []).append(step.row)
            found.append(key)
    for table, rows in together.items():
        take_back_many = writing.TABLES[table].take_back_many
        if take_back_many:
            take_back_many(rows, who.by)
        else:
            for row in rows:
                db.session.delete(row)
    db.session.flush()
    return found


def restore_value(value: ChangeValue, name: str, by: User) -> Any:
    """Give a field of a record the value it had before one change; the row.

    Whatever it is now is overwritten, and can be undone. Raises Refused where it is gone, more
    than 30 days old, somebody else has the value, or `by` may not set it.
    """
    check_age(db.session.get_one(ChangeSet, value.change_set_id).at, clock.now())
    tracked = writing.TABLES.get(value.table)
    row = queries.rows_of([value]).get((value.table, value.row_id))
    if tracked is None or row is None or name not in (value.old or {}):
        raise Refused(_("This value can no longer be restored."))
    names = [name, *(one for one, leader in tracked.follows.items() if leader == name)]
    names = list(value.old or {}) if tracked.tell else names
    step = Step(value, tracked, row, "restore", free=names)
    check_value(step, by, queries.records_of([value], {}))
    writing.because("history.restore", field=name)
    try:
        with db.session.begin_nested():
            old = value.old or {}
            _restore(row, tracked, {one: old[one] for one in names if one in old}, by)
            db.session.flush()
    except IntegrityError:
        raise Refused(_("Somebody else has this value by now.")) from None
    return row


def _try(step: Step, who: Taking, done: Undone) -> bool:
    """Do one step; False where the database or a rule says no, with the reason in `step.why`."""
    if step.act != "put_back" and not inspect(step.row).persistent:
        step.why = "gone"  # with another row of the same undo
        return True
    check_step(step, who)
    reason = "changed" if step.blocked else ""
    try:
        with db.session.begin_nested():
            _do(step, who.by)
            db.session.flush()
    except IntegrityError:
        reason = "taken"
    except Held as held:
        step.why = held.why
        return True
    except Refused:
        reason = "used"
    step.why = reason
    if reason not in TRIED_AGAIN:
        _count(step, done)
    return reason not in TRIED_AGAIN


def _count(step: Step, done: Undone) -> None:
    done.count += 1
    links = tuple(step.value.records.items())
    done.records.update(dict.fromkeys(links))
    done.links[links] = None


def _do(step: Step, by: User) -> None:
    tracked, value = step.tracked, step.value
    if step.act == "restore":
        _restore(step.row, tracked, {n: (value.old or {}).get(n) for n in step.free}, by)
    elif step.act == "remove" and is_held(step.row):
        raise Refused(_("It is in use."))
    elif step.act == "remove" and tracked.take_back:
        tracked.take_back(step.row, by)
    elif step.act == "remove":
        db.session.delete(step.row)
    elif step.act == "put_back":
        row = _put_back(tracked, value)
        if tracked.comes_back:
            tracked.comes_back(row, by)


def _restore(row: Any, tracked: Tracked, values: dict[str, Any], by: User) -> None:
    before = {name: present(row, name) for name in values}
    columns = inspect(tracked.model).columns
    with writing.noting(row):
        for name, value in values.items():
            is_column = name in columns
            setattr(row, name, restored(_kind(columns[name].type), value) if is_column else value)
    _touch(row, tracked)
    db.session.flush()
    db.session.expire(row)  # relationships follow the numbers again
    if tracked.given_back:
        tracked.given_back(row, by)
    if tracked.noted:
        tracked.noted(row, before, values, by)


def _kind(column: Any) -> type:
    return column.impl_instance.python_type if isinstance(column, Instant) else column.python_type


def _touch(row: Any, tracked: Tracked) -> None:
    if hasattr(row, "updated_at"):
        row.updated_at = clock.now()
    if tracked.counts:
        setattr(row, tracked.counts, getattr(row, tracked.counts) + 1)


def _put_back(tracked: Tracked, value: ChangeValue) -> Any:
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
    return row


def _outlives(step: Step) -> str:
    """For whom a row that was added stays, where its table can tell (`Tracked.outlives`)."""
    asked = step.tracked.outlives
    return asked(step.row, step.value.change_set_id) if asked else ""


def _drop(step: Step) -> bool:
    """An address that somebody else has by now leaves the record that comes back."""
    if not (step.tracked.is_dropped and step.value.op == "update") or step.row is None:
        return False
    if present(step.row, "freed_at") is None:
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
