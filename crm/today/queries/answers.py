"""Answers of one's contacts that still wait for one's own."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select, true
from sqlalchemy.orm import joinedload

from crm.accounts.models import User
from crm.accounts.queries import sight
from crm.activities.models import Entry
from crm.activities.queries.reading import beside_sight
from crm.contacts.models import Contact
from crm.core.db import Instant, db
from crm.today.queries.tasks import MOST

REPLY_DAYS = 30


def answers_to(user: User, now: datetime) -> list[Any]:
    """The last answer of each contact of `user` to which nobody has written or called since.

    Entry, contact and what it says: nothing, where it stands on a deal that they may not see.
    """
    values = {"mine": user.id, "since": now - timedelta(days=REPLY_DAYS)} | sight(user)
    return list(db.session.execute(_answers(user.sees_all), values))


@cache
def _answers(sees_all: bool) -> Select:
    """Written once: such a statement takes longer to build than to run."""
    since = bindparam("since", type_=Instant())
    later = (
        select(func.max(Entry.id))
        .where(Entry.contact_id == Contact.id, Entry.kind == "mail_in", Entry.removed_at.is_(None))
        .correlate(Contact)
        .scalar_subquery()
    )
    is_read = and_(true(), *beside_sight(sees_all, "deal_id"))
    return (
        select(Entry, Contact, case((is_read, Entry.body), else_=""))
        .join(Contact, Contact.id == Entry.contact_id)
        .options(joinedload(Contact.company))
        .where(
            Contact.owner_id == bindparam("mine"),
            Contact.deleted_at.is_(None),
            Contact.last_in_at >= since,
            Entry.id == later,
            Entry.at >= since,
            or_(Contact.last_out_at.is_(None), Contact.last_out_at < Entry.at),
        )
        .order_by(Entry.at)
        .limit(MOST)
    )
