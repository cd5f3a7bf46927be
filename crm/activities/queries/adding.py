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


def added(user: User, entry: Entry, seen: int) -> Shown | None:
    """The part of a contact's timeline that an entry adds for `user`, who wrote it just now.

    None where somebody else wrote since the entry `seen`, the newest that stands there; `people`
    only where it is their first here. Asked in the transaction that writes it: nobody comes
    between, and no other reading begins.
    """
    asked = {"of_contact": entry.contact_id, "reader": user.id, "seen": seen} | sight(user)
    *counts, own, others = reading.rows(_since(user.sees_all), asked)[0]
    if others:
        return None
    written: tuple[Any, ...] = tuple(getattr(entry, name) for name in Event._fields[:-2])
    event = Event._make((*written, user.name, None))
    people = reading.rows(_writers(user.sees_all), asked) if own == 1 else ()
    return Shown(
        [event], counts=counted(counts), people=[(*one,) for one in people], newest=event.id
    )


@ready
def _since(sees_all: bool) -> Select:
    """The counts, how many are the reader's, and how many newer ones are not; built once."""
    own = Entry.user_id == bindparam("reader")
    theirs = or_(Entry.user_id.is_(None), ~own)
    others = func.count().filter(Entry.id > bindparam("seen"), theirs)
    counts = (*numbers(), func.count().filter(own), others)
    return select(*counts).select_from(Entry).where(*of_one(sees_all))


@ready
def _writers(sees_all: bool) -> Select:
    wrote = select(Entry.user_id).where(*of_one(sees_all))
    return select(User.id, User.name).where(User.id.in_(wrote)).order_by(User.name)
