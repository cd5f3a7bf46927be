"""Reading tasks, always through what a person may see."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select, true, tuple_
from sqlalchemy.orm import joinedload

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight, visible
from crm.activities.models import Task
from crm.activities.queries.parts import Part, of
from crm.activities.rules import Due, start_of
from crm.core import clock, keyset, reading
from crm.core.days import instant
from crm.core.db import db
from crm.core.ready import ready

LONGEST_CADENCE = 366
MOST_COMING = 20


class Coming(NamedTuple):
    """An open task as a timeline shows it."""

    id: int
    title: str
    note: str
    due_at: datetime | None
    due_on: date | None
    due_by: datetime
    snoozes: int
    owner_name: str


def coming(
    user: User,
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    *,
    people: Select | None = None,
    limit: int = MOST_COMING,
) -> list[Coming]:
    """Open tasks of a record that `user` may see, the farthest first, as over the now line.

    A task may be another team's, as may be the deal it belongs to besides.
    """
    if contact_id and limit == MOST_COMING:
        asked = {"of_contact": contact_id} | sight(user)
        return coming_from(reading.rows(_coming_to(user.sees_all), asked))
    belongs = of(Task, contact_id, company_id, deal_id, people=people)
    return coming_from(reading.rows(_coming(belongs, visible(user, Task)).limit(limit)))


def coming_part(sees_all: bool, people: Select | None = None) -> Select:
    """`coming` of the contact `of_contact`, to be asked for beside others.

    With `people` that of the company `of_company`, whose contacts they are.
    """
    if people is None:
        belongs = Task.contact_id == bindparam("of_contact")
    else:
        belongs = of(Task, None, bindparam("of_company"), None, people=people)
    return _coming(belongs, in_sight(sees_all, Task)).limit(MOST_COMING)


def coming_from(rows: Sequence[Any]) -> list[Coming]:
    """What such rows, the nearest first, come to."""
    nearest = sorted((Coming._make(row) for row in rows), key=lambda one: (one.due_by, one.id))
    return nearest[::-1]


_coming_to = ready(coming_part)  # every page of a contact asks for it


def _coming(belongs: ColumnElement[bool], is_seen: ColumnElement[bool]) -> Select:
    return (
        select(*(getattr(Task, name) for name in Coming._fields[:-1]), User.name)
        .join(User, User.id == Task.owner_id)
        .where(belongs, is_seen, Task.closed_at.is_(None))
        .order_by(Task.due_by, Task.id)
    )


def task_for(user: User, task_id: int) -> Task | None:
    """The task if `user` may see it."""
    return db.session.scalars(
        select(Task).options(joinedload(Task.owner)).where(Task.id == task_id, visible(user, Task))
    ).first()


def next_task(contact_id: int, user: User | None = None) -> Task | None:
    """The open task of a contact that comes first; with `user` of those they may see."""
    is_seen = visible(user, Task) if user is not None else true()
    return db.session.scalars(
        select(Task)
        .where(Task.contact_id == contact_id, Task.closed_at.is_(None), is_seen)
        .order_by(Task.due_by, Task.id)
        .limit(1)
    ).first()


def with_open_tasks(contact_ids: Sequence[int]) -> list[int]:
    """Which of these contacts have an open task."""
    wanted = select(Task.contact_id).where(
        Task.contact_id.in_(contact_ids), Task.closed_at.is_(None)
    )
    return [number for number in db.session.scalars(wanted.distinct()) if number]


def open_tasks_for(
    user: User,
    *,
    team: bool = False,
    span: ColumnElement[bool] | None = None,
    after: str | None = None,
    limit: int = 50,
    where: ColumnElement[bool] | None = None,
) -> Part:
    """Open tasks of a `span` (activities/lists.py), first due first.

    Own ones, or with `team` all that `user` may see.
    """
    wanted = select(Task).options(joinedload(Task.owner)).where(Task.closed_at.is_(None))
    wanted = wanted.where(visible(user, Task) if team else Task.owner_id == user.id)
    if where is not None:
        wanted = wanted.where(where)
    if span is not None:
        wanted = wanted.where(span)
    place = keyset.unpack(after, str, int)
    if place and (at := instant(place[0])):
        wanted = wanted.where(tuple_(Task.due_by, Task.id) > (at, place[1]))
    rows = list(db.session.scalars(wanted.order_by(Task.due_by, Task.id).limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    return Part(rows, keyset.pack(rows[-1].due_by.isoformat(), rows[-1].id) if more else None)


def task_counts(user: User, spans: dict[str, ColumnElement[bool]], *whose: Any) -> dict[str, int]:
    """How many open tasks each span of `spans` holds of those that `user` may see, in one
    statement; `whose` are further conditions.
    """
    counts = [func.count(Task.id).filter(span).label(name) for name, span in spans.items()]
    row = db.session.execute(
        select(*counts).where(Task.closed_at.is_(None), visible(user, Task), *whose)
    ).one()
    return dict(row._mapping)


def to_remind(limit: int = 1000) -> list[Task]:
    """Open tasks whose owner is to be reminded now."""
    return list(
        db.session.scalars(
            select(Task)
            .where(Task.closed_at.is_(None), Task.remind_at <= clock.now())
            .order_by(Task.remind_at)
            .limit(limit)
        )
    )


def moved_days(limit: int = 500) -> list[Task]:
    """Open day tasks whose owner's zone is no longer the one their midnight was taken in."""
    return list(
        db.session.scalars(
            select(Task)
            .join(Task.owner)
            .where(Task.closed_at.is_(None), Task.due_on.is_not(None), Task.zone != User.timezone)
            .limit(limit)
        )
    )


def left_behind(limit: int = 500) -> list[Task]:
    """Open tasks of people who can no longer sign in, whose reminder is due."""
    return list(
        db.session.scalars(
            select(Task)
            .join(Task.owner)
            .where(
                Task.closed_at.is_(None),
                Task.remind_at <= clock.now(),
                User.deactivated_at.is_not(None),
            )
            .limit(limit)
        )
    )


def cadence_of(task: Task) -> int | None:
    """Days between a task that is done and the one before it about the same record.

    Without one before, the days since the task was set; None for less than a day or over a year.
    """
    column = next(
        (one for one in (Task.contact_id, Task.deal_id, Task.company_id) if getattr(task, one.key)),
        None,
    )
    if column is None or task.closed_at is None:
        return None
    before = db.session.scalar(
        select(func.max(Task.closed_at)).where(
            column == getattr(task, column.key),
            Task.closed_as == "done",
            Task.id != task.id,
            Task.closed_at < task.closed_at,
        )
    )
    days = round((task.closed_at - (before or task.created_at)).total_seconds() / 86400)
    return days if 1 <= days <= LONGEST_CADENCE else None


def counts_on(owner: User, days: list[date]) -> dict[date, int]:
    """How many open tasks of a person are due on each of some days of their zone, at any time."""
    zone = owner.zone
    # What has only a day is late from its end on, perhaps by the clock of another zone.
    since = start_of(min(days), zone) - timedelta(days=1)
    until = start_of(max(days), zone) + timedelta(days=3)
    rows = db.session.execute(
        select(Task.due_on, Task.due_at).where(
            Task.owner_id == owner.id,
            Task.closed_at.is_(None),
            Task.due_by >= since,
            Task.due_by < until,
        )
    )
    return Counter(day for on, at in rows if (day := Due(on=on, at=at).day(zone)) in days)
