"""Deals that nobody moves: without a next step, or without a word for long."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, literal, or_, select, union_all
from sqlalchemy.orm import joinedload

from crm.accounts.models import User
from crm.activities.models import Entry
from crm.activities.queries import common
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import Instant, db
from crm.deals.models import Deal, Stage
from crm.deals.queries.board import has_step
from crm.deals.rules import IDLE_AFTER


def unmoved(user: User, limit: int = 20) -> dict[str, list[Deal]]:
    """Open deals of `user` that nobody moves, the longest waiting first: one statement.

    "bare": nobody has promised anything about them. "idle": they have a next step, but there
    was no word either way for IDLE_AFTER.
    """
    found: dict[str, list[Deal]] = {"bare": [], "idle": []}
    asked = {"mine": user.id, "since": clock.now() - IDLE_AFTER}
    for kind, deal in db.session.execute(_unmoved(limit), asked):
        found[kind].append(deal)
    return found


@cache
def _unmoved(limit: int) -> Select:
    """Written once: such a statement takes longer to build than to run."""
    since = bindparam("since", type_=Instant())
    words = exists().where(
        Entry.deal_id == Deal.id,
        Entry.at >= since,
        Entry.kind.not_in(("change", "task_done")),
        common(),
    )
    quiet = or_(Contact.last_touch_at.is_(None), Contact.last_touch_at < since)
    bare = _own_open("bare", Deal.stage_since).where(~has_step()).limit(limit)
    idle = (
        _own_open("idle", Deal.updated_at)
        .outerjoin(Contact, Contact.id == Deal.contact_id)
        .where(Deal.created_at < since, ~words, quiet, has_step())
        .limit(limit)
    )
    both = union_all(select(bare.subquery()), select(idle.subquery())).subquery()
    return (
        select(both.c.as_, Deal)
        .join(both, both.c.id == Deal.id)
        .options(joinedload(Deal.stage), joinedload(Deal.company))
        .order_by(both.c.as_, both.c.since, Deal.id)
    )


def _own_open(kind: str, since: Any) -> Select:
    return (
        select(literal(kind).label("as_"), Deal.id, since.label("since"))
        .join(Deal.stage)
        .where(Deal.owner_id == bindparam("mine"), Deal.deleted_at.is_(None), Stage.kind == "open")
        .order_by(since, Deal.id)
    )
