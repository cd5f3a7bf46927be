"""Moving a deal along its pipeline: the stage, the place in the column, the visits."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals.models import Deal, Stage, StageVisit
from crm.deals.rules import rank_after, rank_before, rank_between
from crm.fields import actions as fields


def move(
    deal: Deal,
    stage: Stage,
    by: User,
    *,
    after_id: int | None = None,
    from_id: int | None = None,
    custom: dict[str, Any] | None = None,
) -> None:
    """Put an open deal into an open stage of its pipeline, below the card `after_id` or on top.

    `from_id` is the stage in which the mover saw it, `custom` plain values of fields that the
    stage may need. Raises Refused for closed deals, closing stages, stages of other pipelines,
    when somebody else moved it meanwhile, and while a field that a stage needs is empty.
    """
    if deal.closure:
        raise Refused(_("%(name)s is closed. Reopen it first.", name=deal.name), field="stage_id")
    if stage.pipeline_id != deal.pipeline_id:
        raise Refused(_("This stage belongs to another pipeline."), field="stage_id")
    if stage.kind != "open":
        raise Refused(_("Closing a deal asks for more: use Won or Lost."), field="stage_id")
    fields.set_values(deal, custom or {}, by)
    if stage.position > deal.stage.position:
        fields.require(deal, passed(stage), stage.name)
    _lock(stage)
    if from_id and deal.stage_id not in {from_id, stage.id}:
        raise Refused(
            _(
                "%(who)s moved %(name)s to %(stage)s meanwhile.",
                who=_last_mover(deal),
                name=deal.name,
                stage=deal.stage.name,
            ),
            field="stage_id",
        )
    if stage.id != deal.stage_id:
        enter(deal, stage, by)
    elif after_id == deal.id:
        return
    deal.rank = _rank(deal, stage, after_id)
    deal.updated_at = clock.now()


def passed(stage: Stage) -> list[int]:
    """The stages whose needs count in a stage: itself and those before it; for won ones all."""
    return [
        one.id
        for one in stage.pipeline.stages
        if one.id == stage.id or (one.kind == "open" and one.position < stage.position)
    ]


def refuse_cleared(deal: Deal, key: str) -> None:
    """Refuse that a field is empty which the deal's stage needs."""
    if any(custom.key == key for custom in fields.missing(deal, passed(deal.stage))):
        raise Refused(_("%(name)s needs this.", name=deal.stage.name), field=key)


def _last_mover(deal: Deal) -> str:
    name = db.session.scalars(
        select(User.name)
        .join(StageVisit, StageVisit.user_id == User.id)
        .where(StageVisit.deal_id == deal.id, StageVisit.left_at.is_(None))
    ).first()
    return name or "Somebody"


def step(deal: Deal, by: User, *, forward: bool) -> Stage:
    """Move a deal to the next or previous open stage; the stage it stands in then.

    Raises Refused at either end of the pipeline.
    """
    stages = [stage for stage in deal.pipeline.stages if stage.kind == "open"]
    places = [stage.id for stage in stages]
    if deal.stage_id not in places:
        raise Refused(_("%(name)s is closed. Reopen it first.", name=deal.name))
    place = places.index(deal.stage_id) + (1 if forward else -1)
    if not 0 <= place < len(stages):
        ends = _("%(name)s is the last open stage."), _("%(name)s is the first open stage.")
        raise Refused(ends[0 if forward else 1] % {"name": deal.stage.name})
    move(deal, stages[place], by)
    return stages[place]


def enter(deal: Deal, stage: Stage, by: User | None, *, cause: str = "user") -> None:
    """End the visit of the present stage, begin one of `stage`, and say so in the timeline."""
    now = clock.now()
    before = deal.stage
    for visit in db.session.scalars(
        select(StageVisit).where(StageVisit.deal_id == deal.id, StageVisit.left_at.is_(None))
    ):
        visit.left_at = now
    visit = begin_visit(deal, stage, by, at=now, cause=cause)
    visit.from_stage_id = before.id
    activities.record(**passage(deal, before, stage, by))
    deal.stage, deal.stage_since = stage, now


def passage(deal: Deal, before: Stage, stage: Stage, by: User | None) -> dict[str, Any]:
    """The entry of the timeline about a move, before the deal says it."""
    return {
        "kind": "stage",
        "deal_id": deal.id,
        "contact_id": deal.contact_id,
        "company_id": deal.company_id,
        "user_id": by.id if by else None,
        "actor": "user" if by else "rule",
        "title": deal.name,
        "details": {"from": before.name, "to": stage.name, "since": deal.stage_since.isoformat()},
    }


def begin_visit(
    deal: Deal, stage: Stage, by: User | None, *, at: datetime, cause: str = "user"
) -> StageVisit:
    """A new stay of `deal` in `stage`, from `at` on."""
    visit = stay(deal, stage, by, at=at, cause=cause)
    db.session.add(visit)
    return visit


def stay(
    deal: Deal, stage: Stage, by: User | None, *, at: datetime, cause: str = "user"
) -> StageVisit:
    """A stay that is not in the session yet."""
    user_id = by.id if by else None
    return StageVisit(
        deal_id=deal.id, stage_id=stage.id, entered_at=at, user_id=user_id, cause=cause
    )


def top_rank(stage: Stage) -> str:
    """A rank on top of a column."""
    return rank_before(_edge(stage, Deal.rank.asc()))


def _rank(deal: Deal, stage: Stage, after_id: int | None) -> str:
    if after_id is None:
        return rank_before(_edge(stage, Deal.rank.asc(), but=deal.id))
    column = _column(stage, but=deal.id)
    above = db.session.scalar(column.where(Deal.id == after_id))
    if above is None:  # the card was moved away meanwhile: the end of the column is next to it
        return rank_after(_edge(stage, Deal.rank.desc(), but=deal.id))
    below = db.session.scalar(column.where(Deal.rank > above).order_by(Deal.rank).limit(1))
    return rank_between(above, below) if below else rank_after(above)


def _edge(stage: Stage, order, but: int | None = None) -> str | None:
    return db.session.scalar(_column(stage, but=but).order_by(order).limit(1))


def _column(stage: Stage, but: int | None = None):
    wanted = select(Deal.rank).where(
        Deal.pipeline_id == stage.pipeline_id, Deal.stage_id == stage.id, Deal.deleted_at.is_(None)
    )
    return wanted.where(Deal.id != but) if but else wanted


def _lock(stage: Stage) -> None:
    """One mover a column at a time, so that two cards never get the same rank."""
    db.session.execute(select(Stage.id).where(Stage.id == stage.id).with_for_update())
