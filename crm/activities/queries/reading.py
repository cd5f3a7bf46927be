"""Which entries a person may read: the one condition that every reader of entries asks."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, column, or_, select, table

from crm.accounts.models import User
from crm.accounts.queries import in_sight, visible
from crm.activities.models import Entry
from crm.core import clock
from crm.core.db import db
from crm.history.models import ChangeValue
from crm.history.rules import UNDOABLE

# The features that own these tables stand below; they are named by text, as foreign keys are.
PLACES = {
    f"{name}_id": table(
        name,
        *(column(one) for one in ("id", "name", "owner_id", "team_id", "deleted_at")),
    )
    for name in ("contact", "deal")
}


def readable(user_id: Any, model: Any = Entry) -> ColumnElement[bool]:
    """Entries that are there, and private to nobody else; who may see the record is asked too.

    `user_id` may be a number or a column, where many readers are asked at once.
    """
    return and_(
        model.removed_at.is_(None),
        or_(model.private_to_id.is_(None), model.private_to_id == user_id),
    )


def common(model: Any = Entry) -> ColumnElement[bool]:
    """Entries that are there and meant for everybody: what mails, counts and lists may tell."""
    return and_(model.removed_at.is_(None), model.private_to_id.is_(None))


def beside(user: User, *links: str) -> list[ColumnElement[bool]]:
    """Of entries that also belong to other records (`links`): only those this person sees."""
    return [] if user.sees_all else [_there(link, partial(visible, user)) for link in links]


def beside_sight(sees_all: bool, *links: str) -> list[ColumnElement[bool]]:
    """As `beside`, for a statement that is built once: `sight(user)` are its values."""
    return [] if sees_all else [_there(link, partial(in_sight, sees_all)) for link in links]


def _there(link: str, is_seen: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Asked of each entry that was found: as a list, planners read it all first, or begin there."""
    there, own = PLACES[link], getattr(Entry, link)
    found = select(there.c.id).where(there.c.id == own, is_seen(there.c))
    return or_(own.is_(None), found.correlate(Entry).exists())


def contact_seen(user: User) -> ColumnElement[bool]:
    """What joins an entry to its contact, if that is there and this person sees it."""
    contact = PLACES["contact_id"].c
    is_there = and_(contact.id == Entry.contact_id, contact.deleted_at.is_(None))
    return is_there if user.sees_all else and_(is_there, visible(user, contact))


def entry_for(user: User, entry_id: int) -> Entry | None:
    """An entry of `user` themselves that is there."""
    return db.session.scalars(
        select(Entry).where(Entry.id == entry_id, Entry.user_id == user.id, readable(user.id))
    ).first()


def entry_read(user: User, entry_id: int, *, removed: bool = False) -> Entry | None:
    """An entry that is not somebody else's private one; its record is asked elsewhere."""
    is_there = readable(user.id)
    if removed:
        is_there = and_(
            Entry.removed_at.is_not(None),
            or_(Entry.private_to_id.is_(None), Entry.private_to_id == user.id),
        )
    return db.session.scalars(select(Entry).where(Entry.id == entry_id, is_there)).first()


def logged_by(entry: Entry) -> int | None:
    """The act of the last 30 days that logged a talk, which takes it back with all of itself."""
    links = ("contact_id", "deal_id", "company_id")
    link = next((name for name in links if getattr(entry, name)), None)
    if link is None or clock.now() - entry.created_at > UNDOABLE:
        return None
    its = getattr(ChangeValue, link) == getattr(entry, link)
    made = and_(ChangeValue.table == "entry", ChangeValue.op == "insert")
    return db.session.scalar(
        select(ChangeValue.change_set_id).where(its, made, ChangeValue.row_id == entry.id)
    )


def may_read_entry(user: User, entry_id: int) -> bool:
    """Whether an entry is there and not somebody else's private one; its record is asked elsewhere.

    An entry that is replied to opens its replies, never the other way round.
    """
    found = select(Entry.id).where(Entry.id == entry_id, readable(user.id))
    return db.session.scalar(found) is not None
