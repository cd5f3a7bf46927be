"""Reading the timeline and tasks, always through what a person may see."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased, joinedload

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.activities.models import Entry, Task
from crm.activities.rules import SHOWS
from crm.core import clock, keyset
from crm.core.db import db


@dataclass
class Part:
    """Some rows of a long list and the place after the last one, if there are more.

    `counts` says of a timeline how many entries each of its filters shows.
    """

    rows: list
    after: str | None = None
    counts: dict[str, int] = field(default_factory=dict)


class Speaker(NamedTuple):
    """Who did what an entry tells."""

    name: str

    @property
    def first_name(self) -> str:
        return self.name.split(" ", 1)[0]


class Event(NamedTuple):
    """An entry as a timeline shows it."""

    id: int
    kind: str
    at: datetime
    created_at: datetime
    actor: str
    title: str
    body: str
    direction: str | None
    outcome: str | None
    minutes: int | None
    details: dict[str, Any]
    by: str | None

    @property
    def user(self) -> Speaker | None:
        return None if self.by is None else Speaker(self.by)


_EVENTS = select(
    *(getattr(Entry, name) for name in Event._fields[:-1]), User.name.label("by")
).outerjoin(User, User.id == Entry.user_id)


def timeline(
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    *,
    before: str | None = None,
    kinds: str | None = None,
    limit: int = 25,
    people: Select | None = None,
    since: datetime | None = None,
    is_counted: bool = False,
) -> Part:
    """Entries of one record, newest first; `before` is the place of an earlier answer.

    `kinds`: talk, notes, changes, or None for all. `people` selects contact ids whose entries
    belong here too, for deals those from `since` on: the caller has asked what the reader may
    see. With `is_counted` the same statement counts what each filter shows.
    """

    def belongs(model):
        return _of(model, contact_id, company_id, deal_id, people=people, since=since)

    wanted = _EVENTS.where(belongs(Entry), _shown(kinds))
    if is_counted:
        wanted = wanted.add_columns(*_counted(belongs))
    place = keyset.unpack(before, str, int)
    if place:
        at = _instant(place[0])
        wanted = wanted.where(tuple_(Entry.at, Entry.id) < (at, place[1])) if at else wanted
    wanted = wanted.order_by(Entry.at.desc(), Entry.id.desc()).limit(limit + 1)
    found = db.session.execute(wanted).all()
    width = len(Event._fields)
    rows = [Event._make(row[:width]) for row in found[:limit]]
    part = Part(rows)
    if len(found) > limit:
        part.after = keyset.pack(rows[-1].at.isoformat(), rows[-1].id)
    if is_counted:
        first = found[0] if found else db.session.execute(select(*_counted(belongs))).one()
        part.counts = _by_filter(*first[-1 - len(SHOWS) :])
    return part


def _counted(belongs: Callable[[Any], ColumnElement[bool]]) -> list[ScalarSelect[int]]:
    """How many entries there are, and how many of each of SHOWS."""
    every = aliased(Entry)
    whole = select(func.count()).select_from(every).where(belongs(every))
    shows = [whole.where(every.kind.in_(kinds)) for kinds in SHOWS.values()]
    return [one.scalar_subquery() for one in (whole, *shows)]


def _by_filter(total: int, *shown: int) -> dict[str, int]:
    counts = dict(zip(SHOWS, shown, strict=True))
    return {"all": total, **counts, "changes": total - sum(shown)}


def coming(
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    *,
    people: Select | None = None,
    limit: int = 20,
) -> list[Task]:
    """Open tasks of a record, the farthest first, as they stand over the now line."""
    nearest = db.session.scalars(
        select(Task)
        .options(joinedload(Task.owner))
        .where(_of(Task, contact_id, company_id, deal_id, people=people), Task.closed_at.is_(None))
        .order_by(Task.due_by, Task.id)
        .limit(limit)
    )
    return list(nearest)[::-1]


def task_for(user: User, task_id: int) -> Task | None:
    """The task if `user` may see it."""
    return db.session.scalars(
        select(Task).options(joinedload(Task.owner)).where(Task.id == task_id, visible(user, Task))
    ).first()


def entry_for(user: User, entry_id: int) -> Entry | None:
    """An entry of `user` themselves."""
    return db.session.scalars(
        select(Entry).where(Entry.id == entry_id, Entry.user_id == user.id)
    ).first()


def may_read_entry(user: User, entry_id: int) -> bool:
    """Whether an entry is not somebody else's private one; its record is asked elsewhere."""
    private_to = db.session.scalar(select(Entry.private_to_id).where(Entry.id == entry_id))
    return private_to in {None, user.id}


def next_task(contact_id: int) -> Task | None:
    """The open task of a contact that comes first."""
    return db.session.scalars(
        select(Task)
        .where(Task.contact_id == contact_id, Task.closed_at.is_(None))
        .order_by(Task.due_by, Task.id)
        .limit(1)
    ).first()


def open_tasks_for(
    user: User,
    *,
    team: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
    where: ColumnElement[bool] | None = None,
) -> Part:
    """Open tasks late from `since` (exclusive) up to `until`, first due first.

    Own ones, or with `team` all that `user` may see.
    """
    wanted = select(Task).options(joinedload(Task.owner)).where(Task.closed_at.is_(None))
    wanted = wanted.where(visible(user, Task) if team else Task.owner_id == user.id)
    if where is not None:
        wanted = wanted.where(where)
    if since:
        wanted = wanted.where(Task.due_by > since)
    if until:
        wanted = wanted.where(Task.due_by <= until)
    place = keyset.unpack(after, str, int)
    if place and (at := _instant(place[0])):
        wanted = wanted.where(tuple_(Task.due_by, Task.id) > (at, place[1]))
    rows = list(db.session.scalars(wanted.order_by(Task.due_by, Task.id).limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    return Part(rows, keyset.pack(rows[-1].due_by.isoformat(), rows[-1].id) if more else None)


def done_tasks_for(
    user: User,
    *,
    team: bool = False,
    after: str | None = None,
    limit: int = 50,
    where: ColumnElement[bool] | None = None,
) -> Part:
    """Closed tasks, the latest first."""
    wanted = select(Task).options(joinedload(Task.owner)).where(Task.closed_at.is_not(None))
    wanted = wanted.where(visible(user, Task) if team else Task.owner_id == user.id)
    if where is not None:
        wanted = wanted.where(where)
    place = keyset.unpack(after, str, int)
    if place and (at := _instant(place[0])):
        wanted = wanted.where(tuple_(Task.closed_at, Task.id) < (at, place[1]))
    rows = list(
        db.session.scalars(wanted.order_by(Task.closed_at.desc(), Task.id.desc()).limit(limit + 1))
    )
    more = len(rows) > limit
    rows = rows[:limit]
    return Part(rows, keyset.pack(str(rows[-1].closed_at), rows[-1].id) if more else None)


def task_counts(
    user: User, edges: dict[str, tuple[datetime | None, datetime | None]], *, team: bool = False
) -> dict[str, int]:
    """How many open tasks each span of `edges` (name: since, until) holds, in one statement."""
    spans = []
    for name, (since, until) in edges.items():
        bounds = [Task.due_by > since] if since else []
        bounds += [Task.due_by <= until] if until else []
        spans.append(func.count(Task.id).filter(and_(True, *bounds)).label(name))
    row = db.session.execute(
        select(*spans).where(
            Task.closed_at.is_(None), visible(user, Task) if team else Task.owner_id == user.id
        )
    ).one()
    return dict(row._mapping)


def to_remind(limit: int = 200) -> list[Task]:
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


def _of(model, contact_id, company_id, deal_id, *, people: Select | None, since=None):
    if contact_id:
        return model.contact_id == contact_id
    if deal_id and people is not None and since:
        talks = and_(
            model.contact_id.in_(people),
            model.deal_id.is_(None),
            model.at >= since,
        )
        return or_(model.deal_id == deal_id, talks)
    if deal_id:
        return model.deal_id == deal_id
    if people is not None:
        return or_(model.company_id == company_id, model.contact_id.in_(people))
    return model.company_id == company_id


def _shown(kinds: str | None):
    if kinds in SHOWS:
        return Entry.kind.in_(SHOWS[kinds])
    if kinds == "changes":
        named: Iterable[str] = [kind for show in SHOWS.values() for kind in show]
        return Entry.kind.not_in(named)
    return Entry.id.is_not(None)


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
