"""Reading hand-overs: who got what, with the next task and the last touch of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import may_see, user_by_id
from crm.accounts.rules import may
from crm.activities.models import Task
from crm.batches.holding import Holding, holdings
from crm.batches.models import Batch, BatchItem
from crm.core.db import db
from crm.deals.models import Deal
from crm.history.models import ChangeSet
from crm.history.turns import turns_of

KEY, KINDS = "people.leave", 32


@dataclass(frozen=True)
class Line:
    """One thing on a hand-over sheet."""

    kind: str
    name: str
    url: str
    task: Task | None = None
    touched_at: datetime | None = None
    deal: Deal | None = None
    record: tuple[str, int] | None = None


@dataclass(frozen=True)
class Sheet:
    """A hand-over: what each receiver got, or kept of it where it was `undone`."""

    batch: Batch
    parts: list[tuple[User, list[Line]]]
    undone: ChangeSet | None


def undone_by(batch: Batch) -> ChangeSet | None:
    """The change set that took a hand-over back, where that is what stands."""
    turns = _turns(batch)
    return turns[-1] if turns and len(turns) % 2 == 0 else None


def turned_since(since: datetime) -> list[tuple[Batch, ChangeSet]]:
    """Hand-overs that ended since then and were undone or done again, with the last such act."""
    ended = select(Batch).where(
        Batch.kind == KEY, Batch.finished_at > since, Batch.change_set_id.is_not(None)
    )
    turns = [(batch, _turns(batch)) for batch in db.session.scalars(ended)]
    return [(batch, found[-1]) for batch, found in turns if len(found) > 1]


def _turns(batch: Batch) -> list[ChangeSet]:
    made = db.session.get(ChangeSet, batch.change_set_id) if batch.change_set_id else None
    return turns_of(made) if made else []


def received(batch_id: int) -> dict[int, int]:
    """How many things each receiver got, by person."""
    found: dict[int, int] = {}
    for _number, to in _done(batch_id):
        found[to] = found.get(to, 0) + 1
    return found


def sheet_for(user: User, batch_id: int) -> Sheet | None:
    """A hand-over as `user` may read it: their own part, or all of it for who runs the team."""
    batch = db.session.get(Batch, batch_id)
    if batch is None or batch.kind != KEY:
        return None
    is_all = may(user, "manage_users")
    parts: dict[int, list[int]] = {}
    for number, to in _done(batch_id):
        if is_all or to == user.id:
            parts.setdefault(to, []).append(number)
    if not parts and not is_all:
        return None
    people = [(user_by_id(to), numbers) for to, numbers in parts.items()]
    undone = undone_by(batch)
    read = [(one, _read(user, numbers, one if undone else None)) for one, numbers in people if one]
    return Sheet(batch, read, undone)


def _done(batch_id: int) -> list[tuple[int, int]]:
    items = db.session.execute(
        select(BatchItem.record_id, BatchItem.payload)
        .where(BatchItem.batch_id == batch_id, BatchItem.state == "done")
        .order_by(BatchItem.position)
    )
    return [(number, payload["to"]) for number, payload in items if number and payload]


def _read(user: User, numbers: Sequence[int], keeper: User | None) -> list[Line]:
    """Things by their numbers; with `keeper` only what that person has still."""
    found: list[Line] = []
    for kind in holdings():
        ids = [one // KINDS for one in numbers if one % KINDS == kind.number]
        if ids and keeper is not None:
            kept = kind.rows(keeper.id).where(kind.model.id.in_(ids))
            ids = [number for number, _team in db.session.execute(kept)]
        rows = kind.load(ids) if ids else {}
        tasks = _next_tasks(kind, list(rows)) if kind.sheet else {}
        for number in ids:
            row = rows.get(number)
            if row is not None and _is_seen(user, kind.about(row)):
                found.append(_line(kind, row, tasks.get(number)))
    return found


def _is_seen(user: User, row: Any) -> bool:
    is_of_somebody = hasattr(row, "team_id") and hasattr(row, "owner_id")
    return row is not None and (not is_of_somebody or may_see(user, row))


def _line(kind: Holding, row: Any, task: Task | None) -> Line:
    touched = getattr(row, "last_touch_at", None)
    deal = row if isinstance(row, Deal) else None
    record = (kind.key, row.id) if kind.sheet else None
    return Line(kind.word, kind.name(row), kind.url(row), task, touched, deal, record)


def _next_tasks(kind: Holding, ids: Sequence[int]) -> dict[int, Task]:
    column = getattr(Task, f"{kind.key}_id", None)
    if column is None or not ids:
        return {}
    rows = db.session.scalars(
        select(Task).where(column.in_(ids), Task.closed_at.is_(None)).order_by(Task.due_by, Task.id)
    )
    found: dict[int, Task] = {}
    for task in rows:
        found.setdefault(getattr(task, column.key), task)
    return found
