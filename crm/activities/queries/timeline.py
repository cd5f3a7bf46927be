"""Reading the timeline."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select, tuple_
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.activities.models import Entry
from crm.activities.queries.parts import Part, instant, of
from crm.activities.rules import SHOWS
from crm.core import keyset
from crm.core.db import db


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
        return of(model, contact_id, company_id, deal_id, people=people, since=since)

    wanted = _EVENTS.where(belongs(Entry), _shown(kinds))
    if is_counted:
        wanted = wanted.add_columns(*_counted(belongs))
    place = keyset.unpack(before, str, int)
    if place:
        at = instant(place[0])
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


def entry_for(user: User, entry_id: int) -> Entry | None:
    """An entry of `user` themselves."""
    return db.session.scalars(
        select(Entry).where(Entry.id == entry_id, Entry.user_id == user.id)
    ).first()


def may_read_entry(user: User, entry_id: int) -> bool:
    """Whether an entry is not somebody else's private one; its record is asked elsewhere."""
    private_to = db.session.scalar(select(Entry.private_to_id).where(Entry.id == entry_id))
    return private_to in {None, user.id}


def _shown(kinds: str | None):
    if kinds in SHOWS:
        return Entry.kind.in_(SHOWS[kinds])
    if kinds == "changes":
        named: Iterable[str] = [kind for show in SHOWS.values() for kind in show]
        return Entry.kind.not_in(named)
    return Entry.id.is_not(None)
