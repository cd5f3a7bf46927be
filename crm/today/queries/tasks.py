"""The tasks of a day: what is due, what comes next, and the one just ticked off."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from sqlalchemy import Select, and_, bindparam, select, union_all
from sqlalchemy.orm import joinedload

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight
from crm.activities.models import Task
from crm.contacts.models import Contact
from crm.core.db import Instant, db

MOST = 50


@dataclass
class Tasks:
    """Tasks with whom they are about, first due first; the next one later; the one just done."""

    due: list[tuple[Task, Contact | None]] = field(default_factory=list)
    upcoming: Task | None = None
    done: Task | None = None


def tasks_of(user: User, until: datetime, done_id: int | None = None) -> Tasks:
    """The open tasks of `user` up to an instant and the first one after it: one statement.

    `done_id` is a task that they closed.
    """
    found = Tasks()
    asked = {"mine": user.id, "until": until, "done_id": done_id or 0} | sight(user)
    for task, contact in db.session.execute(_tasks(user.sees_all), asked):
        if task.closed_at is not None:
            found.done = task
        elif task.due_by <= until:
            found.due.append((task, contact))
        else:
            found.upcoming = task
    return found


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
        select(Task, Contact)
        .outerjoin(Contact, and_(Contact.id == Task.contact_id, in_sight(sees_all, Contact)))
        .options(joinedload(Contact.company))
        .where(Task.id.in_(union_all(select(due), select(next_one), done)))
        .order_by(Task.due_by, Task.id)
    )
