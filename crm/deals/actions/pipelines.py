"""Pipelines and their stages."""

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals.models import Pipeline, Stage

# name, kind, probability in per cent, usual days
SALES = (
    ("Lead in", "open", 10, 7),
    ("Discovery", "open", 25, 14),
    ("Proposal", "open", 50, 14),
    ("Negotiation", "open", 75, 14),
    ("Won", "won", 100, None),
    ("Lost", "lost", 0, None),
)
CLOSING = {"won": 100, "lost": 0}


def create_default_pipeline(currency: str = "EUR") -> Pipeline:
    """The pipeline every workspace begins with: Sales, with four open stages."""
    pipeline = Pipeline(name="Sales", currency=currency, created_at=clock.now())
    db.session.add(pipeline)
    db.session.flush()
    _add_stages(pipeline)
    return pipeline


def create_pipeline(name: str, currency: str, by: User) -> Pipeline:
    """A further pipeline, with the stages of the first. Raises Refused when the name is taken."""
    _refuse_taken(name)
    last = db.session.scalar(select(func.max(Pipeline.position))) or 0
    pipeline = Pipeline(name=name, currency=currency, position=last + 1, created_at=clock.now())
    db.session.add(pipeline)
    db.session.flush()
    _add_stages(pipeline)
    return pipeline


def rename_pipeline(pipeline: Pipeline, name: str, by: User) -> None:
    """Give a pipeline another name. Raises Refused when it is taken."""
    if name != pipeline.name:
        _refuse_taken(name)
        pipeline.name = name


def add_stage(
    pipeline: Pipeline,
    by: User,
    *,
    name: str,
    kind: str = "open",
    probability: int = 50,
    expected_days: int | None = None,
) -> Stage:
    """A new stage: open ones stand before the closing ones."""
    _refuse_second(pipeline, kind)
    stage = Stage(
        pipeline_id=pipeline.id,
        name=name,
        kind=kind,
        probability=CLOSING.get(kind, probability),
        expected_days=expected_days if kind == "open" else None,
        position=0,
    )
    db.session.add(stage)
    others = list(pipeline.stages)
    open_ones = [one for one in others if one.kind == "open"]
    closed = [one for one in others if one.kind != "open"]
    number([*open_ones, stage, *closed] if kind == "open" else [*others, stage])
    db.session.flush()
    db.session.expire(pipeline, ["stages"])
    return stage


def untangle(stage: Stage, by: User) -> None:
    """Number the stages of a pipeline anew where an undo put two of them in one place."""
    stages = list(
        db.session.scalars(
            select(Stage)
            .where(Stage.pipeline_id == stage.pipeline_id)
            .order_by(Stage.position, Stage.kind != "open", Stage.id)
        )
    )
    if len({one.position for one in stages}) < len(stages):
        number(stages)
        db.session.flush()


def change_stage(
    stage: Stage, by: User, *, name: str, probability: int, expected_days: int | None
) -> None:
    """Rename a stage and set its chance (per cent) and usual days; closing stages keep theirs."""
    stage.name = name
    if stage.kind == "open":
        stage.probability, stage.expected_days = probability, expected_days


def shift_stage(stage: Stage, by: User, *, up: bool) -> None:
    """Swap a stage with its neighbour; at the end nothing happens."""
    pipeline = db.session.get_one(Pipeline, stage.pipeline_id)
    stages = list(pipeline.stages)
    place = stages.index(stage)
    other = place + (-1 if up else 1)
    if not 0 <= other < len(stages):
        return
    stages[place], stages[other] = stages[other], stages[place]
    number(stages)
    db.session.flush()
    db.session.expire(pipeline, ["stages"])


def _add_stages(pipeline: Pipeline) -> None:
    for position, (name, kind, probability, days) in enumerate(SALES):
        db.session.add(
            Stage(
                pipeline_id=pipeline.id,
                name=name,
                kind=kind,
                probability=probability,
                expected_days=days,
                position=position,
                colour=position,
            )
        )
    db.session.flush()
    db.session.expire(pipeline, ["stages"])


def number(stages: list[Stage]) -> None:
    """Let stages stand in this order."""
    for position, stage in enumerate(stages):
        stage.position = position


def _refuse_taken(name: str) -> None:
    if db.session.scalar(select(Pipeline.id).where(Pipeline.name == name)):
        raise Refused(_("A pipeline of this name exists already."), field="name")


def _refuse_second(pipeline: Pipeline, kind: str) -> None:
    if kind != "open" and any(stage.kind == kind for stage in pipeline.stages):
        raise Refused(_("A pipeline has one stage for won and one for lost deals."), field="kind")
