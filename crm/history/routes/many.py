"""Undoing a change of many rows, as a batch: tried dry, in small pieces, told row by row."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import select

from crm.accounts.models import User
from crm.batches import actions as batches
from crm.batches.models import Batch, BatchItem
from crm.batches.rules import AGAIN, BatchKind, Skip
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.history import actions, queries
from crm.history.models import ChangeSet
from crm.history.planning import Step, numbers_in_effect, plan
from crm.history.rights import Taking, check_act, check_step, of_many, taking
from crm.history.routes.conflicts import conflicts_of, why_it_stays
from crm.history.routes.names import Names
from crm.history.routes.words import act_behind, record_of, small, what_of
from crm.history.rules import TOAST
from crm.history.turns import telling, traces_of_turns, turns_of

AT_ONCE = 400
MOST = 1_000_000  # a file of 100,000 rows may have changed several values of each record
KEY = "history.undo"
GOES = _l("It goes with its record.")
STAYS = {
    "used": _l("It stays, because others use it."),
}


class Asked(NamedTuple):
    """A step of an undo, and for whom it is tried or done."""

    step: Step
    who: Taking


def changes_in(found: ChangeSet) -> tuple[int, list[int]]:
    """Which changes an undo of a set is about, and of which turn: read before it is planned.

    Nobody waits for this reading, and what a set tells of never changes.
    """
    turns = turns_of(found)
    sets = [one.id for one in telling(turns)]
    if len(sets) > 1:
        numbers = numbers_in_effect(traces_of_turns(turns), sets)
        return turns[-1].id, sorted(-number for number in numbers)
    return turns[-1].id, batches.numbers_of(queries.last_first(turns[-1]), MOST)


def begin(found: ChangeSet, changes: tuple[int, list[int]] | None = None) -> Batch:
    """Pin the changes of a set (`changes_in`), for a dry run of undoing them."""
    turns = actions.in_force(found, current_user)
    turn, records = changes or changes_in(found)
    if turn != turns[-1].id:  # undone and done again meanwhile
        _turn, records = changes_in(found)
    options = {"undo_of_id": turns[-1].id, "of": turns[-1].kind}
    if not just_done(turns, current_user):
        options["is_looked_at"] = True
    return batches.plan(KEY, by=current_user, records=records, options=options)


def is_looked_at(turns: Sequence[ChangeSet], by: User) -> bool:
    """Whether an act is tried first though it is small: over many rows, and not just done."""
    return of_many(turns[0]) and not just_done(turns, by)


def just_done(turns: Sequence[ChangeSet], by: User) -> bool:
    """Whether `by` did an act just now: then they know what it did, and its message undoes it."""
    batch = db.session.get(Batch, turns[-1].details.get("batch") or 0)
    ended = (batch.finished_at if batch else None) or turns[-1].at
    return turns[-1].user_id == by.id and clock.now() - ended <= TOAST


def stays(found: ChangeSet) -> list[str]:
    """What of the batch that a set tells of no undo takes back, in words."""
    batch = db.session.get(Batch, found.details.get("batch") or 0)
    kind = batches.kind_of(batch.kind) if batch else None
    said = kind.stays(batch.options) if batch and kind and kind.stays else None
    return [said[0]] if said else []


def _load(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, Asked]:
    wanted = {queries.id_of(number): number for number in ids}
    values = list(queries.values_by_id(user, list(wanted)).values())
    steps = plan(values, queries.around(values)) if values else []
    turns = turns_of(db.session.get_one(ChangeSet, options["undo_of_id"]))
    who = taking(turns, user)
    return {wanted[step.value.id]: Asked(step, who) for step in steps}


def _check(row: Asked, options: Mapping[str, Any], by: User) -> tuple[str, str]:
    step, who = row
    if not step.act:
        raise Skip(why_it_stays(step) if step.why else str(GOES))
    check_act(who.act, by)
    check_step(step, who)
    if step.act == "remove" and step.tracked.outlives:
        reason = step.tracked.outlives(step.row, options["undo_of_id"])
        if reason:
            raise Skip(str(STAYS[reason]))
    return "planned", why_it_stays(step) if step.blocked else ""


def _tell(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, str]:
    """Field by field what stays as it is now, and what it was before the change."""
    found = {}
    for number, (step, _who) in _load(user, ids, options).items():
        fields = [
            _("%(label)s: %(now)s (before: %(was)s)", label=one.label, now=one.now or "–",
              was=one.was or "–")
            for one in conflicts_of(user, [step])
        ]  # fmt: skip
        found[number] = "; ".join(fields)
    return found


def _goes_on(batch: Batch) -> bool:
    """Whether nothing was changed since that would stay: then one press of who did it is enough."""
    if batch.options.get("is_looked_at"):
        return False
    plain = ["", *(str(words) for words in (GOES, *STAYS.values()))]
    said = select(BatchItem.id).where(
        BatchItem.batch_id == batch.id, BatchItem.reason.not_in(plain)
    )
    return db.session.scalar(said.limit(1)) is None


def _act(row: Asked, options: Mapping[str, Any], by: User) -> tuple[str, str]:
    _state, words = _check(row, options, by)
    step, who = row
    if step.act == "remove" and _is_emptied(step, by):
        return AGAIN, ""
    if not actions.take_back([step], who).count:
        raise Skip(why_it_stays(step))
    return "done", words


def _is_emptied(step: Step, by: User) -> bool:
    """Whether a piece of a long taking back was done, and there may be more of it."""
    try:
        return bool(step.tracked.empties and step.tracked.empties(step.row, by))
    except Refused:
        return False  # it stays, as taking it back says in words


def _act_many(rows: Mapping[int, Asked], options: Mapping[str, Any], by: User) -> dict[int, str]:
    if not rows:
        return {}
    who = next(iter(rows.values())).who
    check_act(who.act, by)
    steps = {number: row.step for number, row in rows.items()}
    return dict.fromkeys(actions.take_away(steps, who), "done")


def _names(
    user: User, ids: Sequence[int], options: Mapping[str, Any]
) -> dict[int, tuple[str, str]]:
    wanted = {queries.id_of(number): number for number in ids}
    values = queries.values_by_id(user, list(wanted))
    names = Names(user, [], list(values.values()))
    found = {}
    for number, value in values.items():
        known = record_of(value, names)
        if known[0]:
            found[wanted[number]] = known
    return found


def _words(options: Mapping[str, Any]) -> str:
    found = db.session.get(ChangeSet, options.get("undo_of_id") or 0)
    what, is_again = act_behind(found) if found else (what_of(options.get("of", ""), {}), False)
    said = _("Do again: %(what)s") if is_again else _("Undo: %(what)s")
    return said % {"what": small(what)}


BATCHES = [
    BatchKind(
        KEY, "change", "edit_records", _words, _load, _act, _names,
        check=_check, act_many=_act_many, most=MOST, goes_on=_goes_on, tell=_tell,
    ),
]  # fmt: skip
