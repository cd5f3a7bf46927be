"""Reading the timeline and tasks, always through what a person may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.activities.models import Entry, Task
from crm.activities.rules import SHOWS
from crm.core import clock, keyset
from crm.core.db import db


@dataclass
class Part:
    """Some rows of a long list and the place after the last one, if there are more."""

    rows: list
    after: str | None = None


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
) -> Part:
    """Entries of one record, newest first; `before` is the place of an earlier answer.

    `kinds`: talk, notes, changes, or None for all. `people` selects contact ids whose entries
    belong here too, for deals those from `since` on: the caller has asked what the reader may
    see.
    """
    wanted = select(Entry).options(joinedload(Entry.user))
    belongs = _of(Entry, contact_id, company_id, deal_id, people=people, since=since)
    wanted = wanted.where(belongs, _shown(kinds))
    place = keyset.unpack(before, str, int)
    if place:
        at = _instant(place[0])
        wanted = wanted.where(tuple_(Entry.at, Entry.id) < (at, place[1])) if at else wanted
    rows = list(
        db.session.scalars(wanted.order_by(Entry.at.desc(), Entry.id.desc()).limit(limit + 1))
    )
    more = len(rows) > limit
    rows = rows[:limit]
    return Part(rows, keyset.pack(rows[-1].at.isoformat(), rows[-1].id) if more else None)


def timeline_counts(
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    *,
    people: Select | None = None,
    since: datetime | None = None,
) -> dict[str, int]:
    """How many entries each filter of a timeline shows: all, talk, notes, changes."""
    by_kind: dict[str, int] = {
        kind: count
        for kind, count in db.session.execute(
            select(Entry.kind, func.count())
            .where(_of(Entry, contact_id, company_id, deal_id, people=people, since=since))
            .group_by(Entry.kind)
        )
    }
    counts = {show: sum(by_kind.get(kind, 0) for kind in SHOWS[show]) for show in SHOWS}
    total = sum(by_kind.values())
    return {"all": total, **counts, "changes": total - sum(counts.values())}


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
) -> Part:
    """Open tasks late from `since` (exclusive) up to `until`, first due first.

    Own ones, or with `team` all that `user` may see.
    """
    wanted = select(Task).options(joinedload(Task.owner)).where(Task.closed_at.is_(None))
    wanted = wanted.where(visible(user, Task) if team else Task.owner_id == user.id)
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
    user: User, *, team: bool = False, after: str | None = None, limit: int = 50
) -> Part:
    """Closed tasks, the latest first."""
    wanted = select(Task).options(joinedload(Task.owner)).where(Task.closed_at.is_not(None))
    wanted = wanted.where(visible(user, Task) if team else Task.owner_id == user.id)
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
