"""Stages that go: by hand into another one, or with an undo of what made them."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import column as a_column
from sqlalchemy import select, true, union_all, update
from sqlalchemy import table as a_table

from crm.accounts.models import User
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals.actions.pipelines import number
from crm.deals.models import Closure, Deal, Pipeline, Stage, StageVisit
from crm.fields import actions as fields
from crm.filters import actions as filters
from crm.history import writing

NAMING = (StageVisit.stage_id, StageVisit.from_stage_id, Closure.stage_before_id)
VACATED = 500  # deals a time
field_need = a_table("field_need", a_column("stage_id"))


def delete_stage(stage: Stage, by: User, *, target: Stage) -> int:
    """Move the deals of an open stage to `target` and delete it; how many deals moved.

    Visits and closings that name the stage name the target afterwards, and so do conditions of
    views, segments and rules. Fields that deals need from it on are needed from the next one on.
    Raises Refused for the last open stage, closing stages and targets elsewhere.
    """
    if stage.kind != "open" or target.kind != "open":
        raise Refused(_("Only open stages can be deleted, into an open stage."), field="target_id")
    if target.pipeline_id != stage.pipeline_id or target.id == stage.id:
        raise Refused(_("Choose another stage of this pipeline."), field="target_id")
    db.session.flush()
    moved = _pass_on(stage, target)
    fields.pass_on_needs(stage.id, after(stage).id)
    filters.follow_quick("stage", str(stage.id), str(target.id))
    filters.follow("stage", stage.id, target.id)
    _remove(stage)
    return moved


def after(stage: Stage) -> Stage:
    """The stage behind an open one, which asks for what it needed once it is gone.

    Of the last in the row, behind Won, the one before it.
    """
    stages = [one for one in stage.pipeline.stages if one.kind != "lost"]
    place = stages.index(stage)
    return stages[place + 1] if place + 1 < len(stages) else stages[place - 1]


def drop_stage(stage: Stage, by: User) -> None:
    """Remove a stage that nothing living needs: its deals in the trash stand in another one.

    Raises Refused where a deal, its way through the stages or a needed field names it.
    """
    db.session.flush()
    while vacate(stage, by):
        continue
    _remove(stage)


def vacate(stage: Stage, by: User) -> bool:
    """Move some deals of the trash out of a stage that is to go; whether there are more.

    Raises Refused as `drop_stage`.
    """
    named = _deals_of(stage)
    living = select(Deal.id).where(Deal.id.in_(select(named.c.deal_id)), Deal.deleted_at.is_(None))
    needs = select(field_need.c.stage_id).where(field_need.c.stage_id == stage.id)
    if db.session.scalar(living.limit(1)) or db.session.scalar(needs.limit(1)):
        raise Refused(_("“%(name)s” is in use.", name=stage.name))
    found = list(db.session.scalars(select(named.c.deal_id).distinct().limit(VACATED)))
    if found:
        _pass_on(stage, _beside(stage), found)
    return bool(found)


def _deals_of(stage: Stage) -> Any:
    """The deals that stand in a stage, or once did."""
    return union_all(
        select(Deal.id.label("deal_id")).where(Deal.stage_id == stage.id),
        *(select(one.class_.deal_id).where(one == stage.id) for one in NAMING),
    ).subquery()


def _beside(stage: Stage) -> Stage:
    """The open stage before this one, else the next one."""
    others = [
        one
        for one in db.session.get_one(Pipeline, stage.pipeline_id).stages
        if one.kind == "open" and one.id != stage.id
    ]
    if not others or stage.kind != "open":
        raise Refused(_("Only open stages can be deleted, into an open stage."))
    before = [one for one in others if one.position <= stage.position]
    return before[-1] if before else others[0]


def _pass_on(stage: Stage, target: Stage, deals: list[int] | None = None) -> int:
    """Let deals, their visits and closings name `target` for a stage; how many deals stood there.

    All of them, or those with these numbers.
    """
    before, after = {"stage_id": stage.id}, {"stage_id": target.id}
    of_deal = Deal.id.in_(deals) if deals is not None else true()
    moved = db.session.scalars(
        update(Deal)
        .where(Deal.stage_id == stage.id, of_deal)
        .values(stage_id=target.id, version=Deal.version + 1)
        .returning(Deal.id)
        .execution_options(synchronize_session=False)
    ).all()
    writing.record_rows(Deal, "update", [(number, before, after) for number in moved])
    for column in NAMING:
        model: Any = column.class_
        of_deal = model.deal_id.in_(deals) if deals is not None else true()
        named = db.session.execute(
            update(model)
            .where(column == stage.id, of_deal)
            .values({column.key: target.id})
            .returning(model.id, model.deal_id)
            .execution_options(synchronize_session=False)
        ).all()
        writing.record_rows(
            model,
            "update",
            [(row.id, {column.key: stage.id}, {column.key: target.id}) for row in named],
            {row.id: {"deal": row.deal_id} for row in named},
        )
    return len(moved)


def _remove(stage: Stage) -> None:
    pipeline = db.session.get_one(Pipeline, stage.pipeline_id)
    db.session.delete(stage)
    db.session.flush()
    db.session.expire_all()
    number(list(pipeline.stages))
