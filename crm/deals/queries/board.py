"""Reading the board: columns with their sums, cards, next steps, and deals nobody moves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select, true

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight, visible
from crm.activities.models import Task
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.contacts.rules import fold
from crm.core import reading
from crm.core.days import FAR
from crm.core.db import db
from crm.deals.models import Deal, Stage


@dataclass(frozen=True)
class Wish:
    """Which deals are wanted: as the query string of the board says it; `state` "": whatever."""

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

    def __add__(self, more: "Sums") -> "Sums":
        return Sums(
            self.count + more.count,
            self.cents + more.cents,
            self.weighted + more.weighted,
            self.bare + more.bare,
        )


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
    owner_left_at: datetime | None


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
            User.deactivated_at,
        )
        .outerjoin(Contact, and_(Contact.id == Deal.contact_id, in_sight(sees_all, Contact)))
        .outerjoin(Company, and_(Company.id == Deal.company_id, in_sight(sees_all, Company)))
        .outerjoin(User, User.id == Deal.owner_id)
    )


def has_step() -> ColumnElement[bool]:
    """That something is planned for a deal, on some day."""
    return exists().where(Task.deal_id == Deal.id, Task.closed_at.is_(None), Task.due_by < FAR)


NUMBERS = ("pipeline_id", "owner_id", "stage_id")
_PLACE = func.row_number().over(partition_by=Deal.stage_id, order_by=(Deal.rank, Deal.id))
RANKED = (Deal.id, Deal.stage_id, _PLACE.label("place"))
BY = (Deal.stage_id, Stage.probability)
# Of a stage: how many deals, their sum, how many of them have no next step, its probability.
HELD = (
    Deal.stage_id,
    func.count(),
    func.coalesce(func.sum(Deal.amount_cents), 0),
    func.sum(case((Stage.kind != "open", 0), (has_step(), 0), else_=1)),
    Stage.probability,
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
    if _is_plain(wish):
        rows = reading.rows(_sums(user.sees_all, _shape(wish), _by_stage()), _values(user, wish))
    else:
        rows = reading.rows(_held(partial(wanted_deals, user, wish), wish.state, _by_stage()))
    return {
        stage_id: Sums(count, int(cents), int(cents) * probability // 100, int(bare))
        for stage_id, count, cents, bare, probability in rows
    }


@cache
def _sums(sees_all: bool, shape: Wish, by_stage: bool) -> Select:
    """Written once: such a statement takes longer to build than to run."""
    return _held(partial(_shaped, sees_all, shape), shape.state, by_stage)


def _held(wanted: Callable[..., Select], state: str, by_stage: bool) -> Select:
    if not by_stage:
        return wanted(*HELD).group_by(*BY)
    stage = _stages(state)
    of_stage = wanted(*HELD).where(Deal.stage_id == stage.c.id).group_by(*BY)
    each = of_stage.correlate(stage).lateral("each")
    return select(*each.c).select_from(stage.join(each, true()))


def cards(
    user: User, wish: Wish, *, limit: int = 25, more: dict[int, int] | None = None
) -> dict[int, list[Card]]:
    """The first deals of each stage in their order, by stage id: one statement.

    `more` gives single stages a limit of their own.
    """
    further = [*(more or {}).items()]
    values = _values(user, wish) | {"first": limit}
    values["most"] = max(limit, *(own for _stage, own in further), 0)
    for n, (stage, own) in enumerate(further):
        values |= {f"stage_{n}": stage, f"upto_{n}": own}
    if _is_plain(wish):
        rows = reading.rows(_board(user.sees_all, _shape(wish), _by_stage(), len(further)), values)
    else:
        ranked = _ranked(partial(wanted_deals, user, wish), wish.state, _by_stage())
        rows = reading.rows(_shown(user.sees_all, ranked, len(further)), values)
    found: dict[int, list[Card]] = {}
    for card in map(Card._make, rows):
        found.setdefault(card.stage_id, []).append(card)
    return found


@cache
def _board(sees_all: bool, shape: Wish, by_stage: bool, further: int) -> Select:
    """Written once: such a statement takes longer to build than to run."""
    ranked = _ranked(partial(_shaped, sees_all, shape), shape.state, by_stage)
    return _shown(sees_all, ranked, further)


def _ranked(wanted: Callable[..., Select], state: str, by_stage: bool) -> Select:
    """The numbers of deals with their place in the stage; of many at least those that are shown."""
    if not by_stage:
        return wanted(*RANKED)
    stage = _stages(state)
    of_stage = wanted(Deal.id, Deal.stage_id, Deal.rank).where(Deal.stage_id == stage.c.id)
    of_stage = of_stage.order_by(Deal.rank, Deal.id).limit(bindparam("most"))
    each = of_stage.correlate(stage).lateral("each")
    place = func.row_number().over(partition_by=each.c.stage_id, order_by=(each.c.rank, each.c.id))
    rows = select(each.c.id, each.c.stage_id, place.label("place"))
    return rows.select_from(stage.join(each, true()))


def _by_stage() -> bool:
    """Whether deals are asked for stage by stage.

    PostgreSQL takes each stage for as full as the others, and reads all deals although the open
    ones are few.
    """
    return db.engine.dialect.name == "postgresql"


def _stages(state: str) -> Any:
    of_state = [Stage.kind == state] if state else []
    return select(Stage.id).where(*of_state).subquery("in_turn")


def _shown(sees_all: bool, wanted: Select, further: int) -> Select:
    """The cards of the deals that are wanted, as far as their places in the stage allow."""
    ranked = wanted.subquery()
    within = [ranked.c.place <= bindparam("first")]
    within += [
        and_(ranked.c.stage_id == bindparam(f"stage_{n}"), ranked.c.place <= bindparam(f"upto_{n}"))
        for n in range(further)
    ]
    rows = _cards(sees_all).join(ranked, ranked.c.id == Deal.id).where(or_(*within))
    return rows.order_by(Deal.rank, Deal.id)


def next_steps(deal_ids: list[int]) -> dict[int, Step]:
    """The open dated task that comes first, by deal id: one statement for all of them."""
    if not deal_ids:
        return {}
    return {row[0]: Step._make(row[1:]) for row in reading.rows(STEPS, {"ids": deal_ids})}


def wanted_deals(user: User, wish: Wish, *what: Any) -> Select:
    """What of the deals that are wanted."""
    found = _wanted(what, wish, visible(user, Deal), lambda name: getattr(wish, name))
    if wish.condition is not None:
        found = found.where(wish.condition)
    return found.where(_named(user, wish.text)) if wish.text else found


def _shaped(sees_all: bool, shape: Wish, *what: Any) -> Select:
    return _wanted(what, shape, in_sight(sees_all, Deal), _later)


def _wanted(
    what: Sequence[Any], wish: Wish, seen: ColumnElement[bool], value: Callable[[str], Any]
) -> Select:
    """What of the deals a wish names by numbers, which `value` gives, as far as they are seen."""
    tests = [getattr(Deal, name) == value(name) for name in NUMBERS if getattr(wish, name)]
    state = wish.state or ("open" if wish.has_no_step else "")
    if wish.has_no_step:
        tests.append(~has_step())
    if state:
        # Said twice, so that the deals are found by stage and not all looked through.
        tests += [Stage.kind == state]
        tests += [Deal.stage_id.in_(select(Stage.id).where(Stage.kind == state))]
    return (
        select(*what)
        .select_from(Deal)
        .join(Stage, Stage.id == Deal.stage_id, isouter=not state)
        .where(Deal.deleted_at.is_(None), seen, *tests)
    )


def _is_plain(wish: Wish) -> bool:
    """Whether a statement written once serves it."""
    return wish.condition is None and not wish.text


def _shape(wish: Wish) -> Wish:
    """The wish without its numbers."""
    named: dict[str, Any] = {name: 1 for name in NUMBERS if getattr(wish, name)}
    return replace(wish, **named)


def _values(user: User, wish: Wish) -> dict[str, Any]:
    return {f"of_{name}": getattr(wish, name) for name in NUMBERS} | sight(user)


def _later(name: str) -> Any:
    return bindparam(f"of_{name}")


def _named(user: User, text: str) -> ColumnElement[bool]:
    words = fold(text)
    # Names are asked of each deal: as a condition, PostgreSQL rather looks through all people.
    names = [
        select(model.sort_name).where(model.id == link, visible(user, model)).scalar_subquery()
        for model, link in ((Contact, Deal.contact_id), (Company, Deal.company_id))
    ]
    return or_(*(name.contains(words, autoescape=True) for name in (Deal.sort_name, *names)))
