"""An act, its undo, the undo of that and so on: which of them tell what stands."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Result, func, select

from crm.core.db import db
from crm.history import queries
from crm.history.models import ChangeSet, ChangeValue


def turns_of(found: ChangeSet) -> list[ChangeSet]:
    """An act, its undo, the undo of that and so on, the first one first."""
    turns = turns_to(found)
    while after := queries.undone(turns[-1:]):
        turns.append(after[turns[-1].id])
    return turns


def turns_to(found: ChangeSet) -> list[ChangeSet]:
    """The same as far as `found`: all there are where nothing took that back."""
    turns = [found]
    while turns[0].undo_of_id:
        turns.insert(0, db.session.get_one(ChangeSet, turns[0].undo_of_id))
    return turns


def telling(turns: Sequence[ChangeSet]) -> Sequence[ChangeSet]:
    """The turns of an act that tell what of it stands: not the first one where that is undone."""
    return turns[1:] if len(turns) % 2 == 0 else turns


def values_of_turns(turns: Sequence[ChangeSet]) -> list[list[ChangeValue]]:
    """The changes of each turn of an act that tells what stands, in their order."""
    return [queries.values_in(one) for one in telling(turns)]


def traces_of_turns(turns: Sequence[ChangeSet]) -> Result[Any]:
    """Which fields the same turns changed, row by row, read little by little."""
    what = (ChangeValue.id, ChangeValue.change_set_id, ChangeValue.op, ChangeValue.new)
    rows = select(ChangeValue.table, ChangeValue.row_id, *what)
    rows = rows.where(ChangeValue.change_set_id.in_([one.id for one in telling(turns)]))
    rows = rows.order_by(ChangeValue.table, ChangeValue.row_id, ChangeValue.id)
    return db.session.execute(rows, execution_options={"yield_per": 1000})


def size_of(turns: Sequence[ChangeSet], most: int) -> int:
    """How many rows the turns of an act changed that tell what stands, counted up to `most`."""
    sets = [one.id for one in telling(turns)]
    some = select(ChangeValue.id).where(ChangeValue.change_set_id.in_(sets)).limit(most)
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0
