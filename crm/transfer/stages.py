"""Stages that a file names and that are only made by the first row of its import that is taken.

Until then a value says so: "+3:Negotiating" is a stage to be made in pipeline 3.
"""

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.rules import may
from crm.core.db import db
from crm.core.folding import fold
from crm.deals import actions
from crm.deals.models import Pipeline, Stage
from crm.transfer.rules.mapping import ADDED


def makes() -> dict[str, str]:
    """In which pipelines a stage may be made: what stands before its name, to words."""
    rows = db.session.scalars(
        select(Pipeline)
        .where(Pipeline.archived_at.is_(None))
        .order_by(Pipeline.position, Pipeline.id)
    ).all()
    one = _("Make this stage")
    return {f"{ADDED}{row.id}:": one if len(rows) == 1 else f"{one}: {row.name}" for row in rows}


def made(value: str, by: User) -> Stage | None:
    """The stage that a value asks for: of this name, else made last of the open ones.

    None for one of a pipeline that is gone, or where `by` may make none any more.
    """
    pipeline, name = _asked(value)
    found = planned(value)
    if pipeline is None or found is None or found.id:
        return found
    may_make = may(by, "manage_pipelines")
    return actions.add_stage(pipeline, by, name=name) if may_make else None


def planned(value: str) -> Stage | None:
    """The stage that a value asks for: as it stands, else as it would be, without making it."""
    pipeline, name = _asked(value)
    if pipeline is None:
        return None
    last = max(one.position for one in pipeline.stages)
    new = Stage(pipeline_id=pipeline.id, name=name, kind="open", position=last)
    return next((one for one in pipeline.stages if fold(one.name) == fold(name)), new)


def is_planned(value: str | None) -> bool:
    """Whether a value is a stage that is still to be made."""
    return bool(value) and str(value).startswith(ADDED)


def _asked(value: str) -> tuple[Pipeline | None, str]:
    number, _colon, name = value.removeprefix(ADDED).partition(":")
    is_asked = value.startswith(ADDED) and number.isdecimal()
    return (db.session.get(Pipeline, int(number)) if is_asked else None), name
