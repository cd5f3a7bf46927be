"""What one more entry changes of a timeline that is open: itself and the counts, nothing else."""

from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select

from crm.accounts.models import User
from crm.accounts.queries import sight
from crm.activities.models import Entry
from crm.activities.queries.parts import counted, numbers
from crm.activities.queries.timeline import Event, Shown, of_one
from crm.core import reading
from crm.core.ready import ready


def event_of(entry: Entry, by: User) -> Event:
    """An entry that `by` wrote just now, as the timeline of its contact shows it."""
    written: tuple[Any, ...] = tuple(getattr(entry, name) for name in Event._fields[:-2])
    return Event._make((*written, by.name, None))


def added(user: User, contact_id: int, event: Event, seen: int) -> Shown | None:
    """The part of a contact's timeline that this entry adds for who wrote it.

    None where somebody else wrote since the entry `seen`, the newest that stands there.
    """
    asked = {"of_contact": contact_id, "reader": user.id, "seen": seen} | sight(user)
    *counts, others = reading.rows(_since(user.sees_all), asked)[0]
    if others:
        return None
    people = [(user.id, user.name)]
    return Shown([event], counts=counted(counts), people=people, newest=event.id)


@ready
def _since(sees_all: bool) -> Select:
    """Built once: every note asks for it."""
    theirs = or_(Entry.user_id.is_(None), Entry.user_id != bindparam("reader"))
    others = func.count().filter(Entry.id > bindparam("seen"), theirs)
    return select(*numbers(), others).select_from(Entry).where(*of_one(sees_all))
