"""Reading the board: columns with their sums, cards, next steps, and deals nobody moves."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import joinedload

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight, visible
from crm.activities.models import FAR, Entry, Task
from crm.activities.queries import common
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.contacts.rules import fold
from crm.core import clock
from crm.core.db import Instant, db
from crm.deals.models import Deal, Stage
from crm.deals.rules import IDLE_AFTER


@dataclass(frozen=True)
class Wish:
    """Which deals are wanted: as the query string of the board says it."""

    pipeline_id: int | None = None
    owner_id: int | None = None
    text: str = ""
    stage_id: int | None = None
    state: str = "open"
    has_no_step: bool = False
    condition: ColumnElement[bool] | None = None


@dataclass(frozen=True)
class Sums:
    """Count, sum and weighted sum (minor units) of a column, and how many have no next step."""

    count: int = 0
    cents: int = 0
    weighted: int = 0
    bare: int = 0


class Card(NamedTuple):
    """A deal as the board shows it."""

    id: int
    stage_id: int
    name: str
    amount_cents: int | None
    currency: str
    stage_since: datetime
    contact: str | None
    company: str | None
    owner_id: int | None
    owner: str | None


class Step(NamedTuple):
    """What comes next for a deal."""

    title: str
    due_at: datetime | None
    due_on: date | None
    due_by: datetime


@cache
def _cards(sees_all: bool) -> Select:
    """Written once: such a statement takes longer to build than to run."""
    return (
        select(
            Deal.id,
            Deal.stage_id,
            Deal.name,
            Deal.amount_cents,
            Deal.currency,
            Deal.stage_since,
            Contact.name,
            Company.name,
            Deal.owner_id,
            User.name,
        )
        .outerjoin(Contact, and_(Contact.id == Deal.contact_id, in_sight(sees_all, Contact)))
        .outerjoin(Company, and_(Company.id == Deal.company_id, in_sight(sees_all, Company)))
        .outerjoin(User, User.id == Deal.owner_id)
    )


_TURN = func.row_number().over(partition_by=Task.deal_id, order_by=(Task.due_by, Task.id))
_FIRST = (
    select(Task.deal_id, Task.title, Task.due_at, Task.due_on, Task.due_by, _TURN.label("turn"))
    .where(
        Task.deal_id.in_(bindparam("ids", expanding=True)),
        Task.closed_at.is_(None),
        Task.due_by < FAR,
    )
    .subquery()
)
STEPS = select(*list(_FIRST.c)[:5]).where(_FIRST.c.turn == 1)


def sums(user: User, wish: Wish) -> dict[int, Sums]:
    """What the stages hold, over all their deals, by stage id: one statement."""
    amount = func.coalesce(func.sum(Deal.amount_cents), 0)
    bare = func.sum(case((_has_step(), 0), else_=1))
    held = (Deal.stage_id, func.count(), amount, bare, Stage.probability)
    rows = db.session.execute(
        wanted_deals(user, wish, *held).group_by(Deal.stage_id, Stage.probability)
    )
    return {
        stage_id: Sums(count, int(cents), int(cents) * probability // 100, int(bare))
        for stage_id, count, cents, bare, probability in rows
    }


def cards(
    user: User, wish: Wish, *, limit: int = 25, more: dict[int, int] | None = None
) -> dict[int, list[Card]]:
    """The first deals of each stage in their order, by stage id: one statement.

    `more` gives single stages a limit of their own.
    """
    place = func.row_number().over(partition_by=Deal.stage_id, order_by=(Deal.rank, Deal.id))
    ranked = wanted_deals(user, wish, Deal.id, Deal.stage_id, place.label("place")).subquery()
    within = [ranked.c.place <= limit]
    within += [
        and_(ranked.c.stage_id == stage, ranked.c.place <= own)
        for stage, own in (more or {}).items()
    ]
    found: dict[int, list[Card]] = {}
    rows = _cards(user.sees_all).join(ranked, ranked.c.id == Deal.id).where(or_(*within))
    for row in db.session.execute(rows.order_by(Deal.rank, Deal.id), sight(user)):
        card = Card._make(row)
        found.setdefault(card.stage_id, []).append(card)
    return found


def next_steps(deal_ids: list[int]) -> dict[int, Step]:
    """The open dated task that comes first, by deal id: one statement for all of them."""
    if not deal_ids:
        return {}
    return {row[0]: Step._make(row[1:]) for row in db.session.execute(STEPS, {"ids": deal_ids})}


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
    bare = _own_open("bare", Deal.stage_since).where(~_has_step()).limit(limit)
    idle = (
        _own_open("idle", Deal.updated_at)
        .outerjoin(Contact, Contact.id == Deal.contact_id)
        .where(Deal.created_at < since, ~words, quiet, _has_step())
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


def _has_step() -> ColumnElement[bool]:
    return exists().where(Task.deal_id == Deal.id, Task.closed_at.is_(None), Task.due_by < FAR)


def wanted_deals(user: User, wish: Wish, *what: Any) -> Select:
    """What of the deals that are wanted."""
    found = (
        select(*what)
        .select_from(Deal)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(Deal.deleted_at.is_(None), Stage.kind == wish.state, visible(user, Deal))
        # Said once more, so that the deals are found by stage and not all looked through.
        .where(Deal.stage_id.in_(select(Stage.id).where(Stage.kind == wish.state)))
    )
    if wish.pipeline_id:
        found = found.where(Deal.pipeline_id == wish.pipeline_id)
    if wish.owner_id:
        found = found.where(Deal.owner_id == wish.owner_id)
    if wish.stage_id:
        found = found.where(Deal.stage_id == wish.stage_id)
    if wish.has_no_step:
        found = found.where(~_has_step())
    if wish.condition is not None:
        found = found.where(wish.condition)
    if wish.text:
        found = found.where(_named(user, wish.text))
    return found


def _named(user: User, text: str) -> ColumnElement[bool]:
    words = fold(text)
    return or_(
        Deal.sort_name.contains(words, autoescape=True),
        exists().where(
            Contact.id == Deal.contact_id,
            Contact.sort_name.contains(words, autoescape=True),
            visible(user, Contact),
        ),
        exists().where(
            Company.id == Deal.company_id,
            Company.sort_name.contains(words, autoescape=True),
            visible(user, Company),
        ),
    )
