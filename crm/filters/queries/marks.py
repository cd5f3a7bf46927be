"""Reading what somebody starred, follows and opened last; who follows what happened."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, func, or_, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.activities.models import Entry
from crm.activities.queries import readable
from crm.core import clock
from crm.core.db import Instant, db
from crm.fields.queries import catalogue
from crm.filters.models import Mark

MARKED = ("contact", "company", "deal")
MOST = 100
AGAIN = timedelta(minutes=1)  # so that what came meanwhile counts as seen


class Kept(NamedTuple):
    """A record that somebody keeps: what it is, its name, since when."""

    record: str
    id: int
    name: str
    at: datetime


def record_for(user: User, record: str, record_id: int) -> Any:
    """A record that `user` may see, else None."""
    model: Any = catalogue().models[record]
    seen = [model.id == record_id, model.deleted_at.is_(None), visible(user, model)]
    return db.session.scalars(select(model).where(*seen)).first()


def marked(user: User, kind: str, limit: int = MOST) -> list[Kept]:
    """What `user` starred, follows or opened, the newest first, as far as they may see it."""
    found: list[Kept] = []
    for record in MARKED:
        model: Any = catalogue().models[record]
        rows = db.session.execute(
            select(model.id, model.name, Mark.at)
            .join(Mark, and_(Mark.record == record, Mark.record_id == model.id))
            .where(
                Mark.user_id == user.id,
                Mark.kind == kind,
                model.deleted_at.is_(None),
                visible(user, model),
            )
            .order_by(Mark.at.desc())
            .limit(limit)
        )
        found += [Kept(record, row.id, row.name, row.at) for row in rows]
    return sorted(found, key=lambda kept: kept.at, reverse=True)[:limit]


def marks_on(user: User, record: str, record_id: int) -> set[str]:
    """Whether `user` starred or follows a record."""
    return set(
        db.session.scalars(
            select(Mark.kind).where(
                Mark.user_id == user.id,
                Mark.record == record,
                Mark.record_id == record_id,
                Mark.kind.in_(("star", "follow")),
            )
        )
    )


# Built once: every page asks for it.
_LAST = (
    select(Mark.record, Mark.record_id, Mark.at)
    .where(Mark.user_id == bindparam("seen_by"), Mark.kind == "seen")
    .order_by(Mark.at.desc(), Mark.id.desc())
    .limit(1)
    .subquery()
)
_SEEN = (
    select(_LAST.c.record + " " + cast(_LAST.c.record_id, String))
    .where(_LAST.c.at > bindparam("seen_since", type_=Instant()))
    .scalar_subquery()
)


def seen_part(user: User) -> tuple[ColumnElement[Any], dict[str, Any]] | None:
    """What `user` opened last, if that was within AGAIN ("contact 7"), as part of a statement."""
    if not user.is_authenticated:
        return None
    return _SEEN, {"seen_by": user.id, "seen_since": clock.now() - AGAIN}


def news(limit: int = 500) -> list[tuple[Mark, Entry]]:
    """Entries that followers have not been told of, by others than themselves, oldest first."""
    about = or_(
        and_(Mark.record == "contact", Entry.contact_id == Mark.record_id),
        and_(Mark.record == "company", Entry.company_id == Mark.record_id),
        and_(Mark.record == "deal", Entry.deal_id == Mark.record_id),
    )
    rows = db.session.execute(
        select(Mark, Entry)
        .join(Entry, about)
        .where(
            Mark.kind == "follow",
            Entry.created_at > func.coalesce(Mark.told_at, Mark.at),
            or_(Entry.user_id.is_(None), Entry.user_id != Mark.user_id),
            readable(Mark.user_id),
        )
        .order_by(Entry.created_at, Entry.id)
        .limit(limit)
    )
    return [(held, entry) for held, entry in rows]
