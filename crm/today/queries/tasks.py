"""The tasks of a day: what is due, what comes next, and the one just ticked off."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import joinedload

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight
from crm.activities.models import Task
from crm.contacts.models import Contact
from crm.core.db import Instant, db
from crm.history.models import ChangeSet, ChangeValue
from crm.notices.models import Notice

MOST = 50


@dataclass
class Tasks:
    """Tasks with whom they are about, first due first; the next one later; the one just done.

    `given`: when those that somebody else wrote came to their owner, by number, where it is known.
    """

    due: list[tuple[Task, Contact | None]] = field(default_factory=list)
    upcoming: Task | None = None
    done: Task | None = None
    given: dict[int, datetime] = field(default_factory=dict)


def tasks_of(user: User, until: datetime, done_id: int | None = None) -> Tasks:
    """The open tasks of `user` up to an instant and the first one after it: one statement.

    `done_id` is a task that they closed.
    """
    found = Tasks()
    asked = {"mine": user.id, "until": until, "done_id": done_id or 0} | sight(user)
    for task, contact, given in db.session.execute(_tasks(user.sees_all), asked):
        if task.closed_at is not None:
            found.done = task
        elif task.due_by <= until:
            found.due.append((task, contact))
            if at := given or _since(task):
                found.given[task.id] = at
        else:
            found.upcoming = task
    return found


def _since(task: Task) -> datetime | None:
    """When it was written, for a task that no hand-over is kept of.

    Not known of one that is about no record and may have been handed over: nothing tells of it.
    """
    is_kept = task.contact_id or task.company_id or task.deal_id
    return task.created_at if is_kept or task.due_version == 1 else None


def _given() -> ColumnElement[Any]:
    """When a task was handed to its owner, by the history, else by what they were told.

    Asked only where it is said, and where a task may have been handed over: its due time counts.
    """
    value, links = ChangeValue, ("contact_id", "company_id", "deal_id")
    kept = (
        select(func.max(ChangeSet.at))
        .join(value, value.change_set_id == ChangeSet.id)
        .where(
            or_(*(getattr(value, name) == getattr(Task, name) for name in links)),  # by its indexes
            value.table == "task",
            value.row_id == Task.id,
            value.op == "update",
            value.new["owner_id"].as_integer() == Task.owner_id,
        )
    )
    key = "task:" + cast(Task.id, String) + ":owner:" + cast(Task.owner_id, String) + ":%"
    told = select(func.max(Notice.created_at)).where(
        Notice.user_id == Task.owner_id, Notice.dedupe_key.like(key)
    )
    is_said = and_(Task.note == "", Task.snoozes == 0, Task.due_version > 1)
    both = [one.correlate(Task).scalar_subquery() for one in (kept, told)]
    return case((is_said, func.coalesce(*both)))


@cache
def _tasks(sees_all: bool) -> Select:
    """Written once: such a statement takes longer to build than to run."""
    until = bindparam("until", type_=Instant())
    mine = select(Task.id).where(Task.closed_at.is_(None), Task.owner_id == bindparam("mine"))
    in_order = mine.order_by(Task.due_by, Task.id)
    due = in_order.where(Task.due_by <= until).limit(MOST).subquery()
    next_one = in_order.where(Task.due_by > until).limit(1).subquery()
    done = select(Task.id).where(
        Task.id == bindparam("done_id"),
        Task.closed_at.is_not(None),
        Task.closed_by_id == bindparam("mine"),
    )
    return (
        select(Task, Contact, _given())
        .outerjoin(Contact, and_(Contact.id == Task.contact_id, in_sight(sees_all, Contact)))
        .options(joinedload(Contact.company))
        .where(Task.id.in_(union_all(select(due), select(next_one), done)))
        .order_by(Task.due_by, Task.id)
    )
