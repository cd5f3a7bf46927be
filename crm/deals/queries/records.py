"""Reading deals, pipelines and whom deals and tasks are about."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight, visible
from crm.activities.models import Task
from crm.contacts.models import Contact
from crm.core import reading
from crm.core.db import db
from crm.core.folding import fold
from crm.core.ready import ready
from crm.deals.models import Closure, Deal, Pipeline, Stage, StageVisit


def deal_for(user: User, deal_id: int | None, trashed: bool = False) -> Deal | None:
    """A deal that `user` may see; with `trashed` one that lies in the trash."""
    gone = Deal.deleted_at.is_not(None) if trashed else Deal.deleted_at.is_(None)
    return (
        db.session.scalars(
            select(Deal)
            .options(
                joinedload(Deal.contact).joinedload(Contact.phones),
                joinedload(Deal.company),
                joinedload(Deal.owner),
                joinedload(Deal.closures),
                joinedload(Deal.pipeline).selectinload(Pipeline.stages),
            )
            .where(Deal.id == deal_id, gone, visible(user, Deal))
        )
        .unique()
        .first()
    )


def pipelines() -> list[Pipeline]:
    """The pipelines in use, with their stages, in order."""
    found: dict[Pipeline, list[Stage]] = {}
    width = len(reading.columns(Pipeline))
    for row in reading.rows(_pipelines()):
        stages = found.setdefault(reading.entity(Pipeline, row[:width]), [])
        if row[-1] is not None:
            stages.append(reading.entity(Stage, row[width:-1]))
    for pipeline, stages in found.items():
        set_committed_value(pipeline, "stages", stages)
    return list(found)


@cache
def _pipelines() -> Select:
    """Written once: a board asks for it."""
    return (
        select(*reading.columns(Pipeline), *reading.columns(Stage), Stage.id)
        .outerjoin(Stage, Stage.pipeline_id == Pipeline.id)
        .where(Pipeline.archived_at.is_(None))
        .order_by(Pipeline.position, Pipeline.id, Stage.position, Stage.id)
    )


def pipeline_by_id(pipeline_id: int | None) -> Pipeline | None:
    """A pipeline in use."""
    return next((one for one in pipelines() if one.id == pipeline_id), None)


def stage_by_id(stage_id: int | None) -> Stage | None:
    """A stage of any pipeline."""
    return db.session.get(Stage, stage_id) if stage_id is not None else None


MOST_BESIDE = 20
OPEN_FIRST = (
    select(Deal)
    .join(Deal.stage)
    .options(joinedload(Deal.stage), joinedload(Deal.closures))
    .where(Deal.deleted_at.is_(None))
    .order_by((Stage.kind == "open").desc(), Deal.updated_at.desc(), Deal.id)
    .limit(MOST_BESIDE)
)


def deals_of(user: User, *, contact_id: int | None = None, company_id: int | None = None) -> list:
    """Deals of a contact or company, the open ones first."""
    of = Deal.contact_id == contact_id if contact_id else Deal.company_id == company_id
    return list(db.session.scalars(OPEN_FIRST.where(of, visible(user, Deal))).unique())


class Beside(NamedTuple):
    """A deal as the page of its contact or company shows it."""

    id: int
    name: str
    amount_cents: int | None
    currency: str
    close_on: date | None
    stage_name: str
    is_open: bool


def beside_part(sees_all: bool, of: str = "contact") -> Select:
    """The deals of a contact or company (`of`) that a reader may see, the open ones first.

    Its number is `of_contact` or `of_company`.
    """
    closed = exists().where(Closure.deal_id == Deal.id, Closure.reopened_at.is_(None))
    return (
        select(*(getattr(Deal, name) for name in Beside._fields[:5]), Stage.name, ~closed)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(
            getattr(Deal, f"{of}_id") == bindparam(f"of_{of}"),
            Deal.deleted_at.is_(None),
            in_sight(sees_all, Deal),
        )
        .order_by((Stage.kind == "open").desc(), Deal.updated_at.desc(), Deal.id)
        .limit(MOST_BESIDE)
    )


_beside = ready(beside_part)


def deals_beside(user: User, contact_id: int) -> list[Beside]:
    """The deals of a contact as its page shows them, the open ones first."""
    rows = reading.rows(_beside(user.sees_all), {"of_contact": contact_id} | sight(user))
    return [Beside._make(row) for row in rows]


def visits(deal_id: int) -> list[tuple[StageVisit, Stage, User | None]]:
    """Every stay of a deal, the first one first."""
    rows = db.session.execute(
        select(StageVisit, Stage, User)
        .join(Stage, Stage.id == StageVisit.stage_id)
        .outerjoin(User, User.id == StageVisit.user_id)
        .where(StageVisit.deal_id == deal_id)
        .order_by(StageVisit.entered_at, StageVisit.id)
    )
    return [(visit, stage, user) for visit, stage, user in rows]


def subjects(user: User, tasks: Iterable[Task]) -> dict[int | None, Contact]:
    """Whom the tasks are about, by contact id, as far as `user` may see them."""
    ids = {task.contact_id for task in tasks if task.contact_id}
    if not ids:
        return {}
    people = db.session.scalars(
        select(Contact)
        .options(joinedload(Contact.company))
        .where(Contact.id.in_(ids), visible(user, Contact))
    )
    return {contact.id: contact for contact in people}


def deals_named(user: User, name: str, limit: int = 6) -> list[Deal]:
    """Deals of exactly this name, whatever its case or marks, the latest first."""
    return list(
        db.session.scalars(
            select(Deal)
            .where(
                Deal.sort_name == fold(name),
                Deal.deleted_at.is_(None),
                visible(user, Deal),
            )
            .order_by(Deal.id.desc())
            .limit(limit)
        )
    )


def people_named(user: User, name: str, limit: int = 6) -> list[Contact]:
    """Contacts of exactly this name, whatever its case or marks, in the order they were added."""
    rows = db.session.scalars(
        select(Contact)
        .where(
            Contact.sort_name == fold(name)[:60],
            Contact.deleted_at.is_(None),
            visible(user, Contact),
        )
        .order_by(Contact.id)
    )
    return [row for row in rows if fold(row.name) == fold(name)][:limit]


def deals_added(user: User, limit: int) -> list[Deal]:
    """The deals added last: offered while typing."""
    return list(
        db.session.scalars(
            select(Deal)
            .where(Deal.deleted_at.is_(None), visible(user, Deal))
            .order_by(Deal.id.desc())
            .limit(limit)
        )
    )


def people_known(user: User, limit: int) -> list[Contact]:
    """Contacts of `user` and their teams, the last spoken to first: offered while typing."""
    return list(
        db.session.scalars(
            select(Contact)
            .options(selectinload(Contact.emails))
            .where(Contact.deleted_at.is_(None), visible(user, Contact))
            .order_by(Contact.last_touch_at.desc(), Contact.id.desc())
            .limit(limit)
        )
    )
