"""What of deals the history keeps, in which words, and how opening one is undone."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from crm.core.db import db
from crm.deals import actions
from crm.deals.models import Closure, Deal, Pipeline, Stage, StageVisit
from crm.history.models import ChangeValue
from crm.history.rules import Tracked
from crm.history.staying import any_stays


def _outlives(stage: Stage, set_id: int) -> str:
    """Who keeps a stage when the act is taken back that made it (`Tracked.outlives`)."""
    touched = select(ChangeValue.row_id).where(
        ChangeValue.change_set_id == set_id, ChangeValue.table == "deal"
    )
    here = select(Deal.id).where(Deal.stage_id == stage.id, Deal.deleted_at.is_(None))
    if db.session.scalar(here.where(Deal.id.not_in(touched)).limit(1)):
        return "used"
    own = here.where(Deal.id.in_(touched.where(ChangeValue.op == "insert")))
    return "used" if any_stays(set_id, "deal", own, Deal.updated_at) else ""


OF_DEAL = {"deal": "deal_id"}
HISTORY = [
    Tracked(
        Deal,
        _l("Deal"),
        links={"deal": "id"},
        labels={
            "name": _l("Name"),
            "stage_id": _l("Stage"),
            "amount_cents": _l("Value"),
            "close_on": _l("Close date"),
            "contact_id": _l("Contact"),
            "company_id": _l("Company"),
            "owner_id": _l("Owner"),
            "team_id": _l("Team"),
            "deleted_at": _l("In the trash since"),
        },
        follows={
            "sort_name": "name",
            "stage_since": "stage_id",
            "pipeline_id": "stage_id",
            "currency": "amount_cents",
            "deleted_by_id": "deleted_at",
        },
        take_back=actions.delete,
    ),
    Tracked(StageVisit, _l("Stay in a stage"), links=OF_DEAL, is_part=True, hangs_on=("stage_id",)),
    Tracked(
        Closure,
        _l("Closing"),
        links=OF_DEAL,
        labels={
            "is_won": _l("Won"),
            "reason": _l("Reason"),
            "competitor": _l("Competitor"),
            "amount_cents": _l("Value"),
            "closed_on": _l("Closed on"),
            "reopened_at": _l("Reopened"),
        },
        follows={"reopened_by_id": "reopened_at"},
        is_part=True,
        hangs_on=("stage_id",),
    ),
    Tracked(
        Pipeline,
        _l("Pipeline"),
        labels={
            "name": _l("Name"),
            "currency": _l("Currency"),
            "position": _l("Place"),
            "archived_at": _l("Put away"),
        },
        right="manage_pipelines",
    ),
    Tracked(
        Stage,
        _l("Stage"),
        labels={
            "name": _l("Name"),
            "pipeline_id": _l("Pipeline"),
            "kind": _l("Kind"),
            "probability": _l("Probability"),
            "position": _l("Place"),
            "expected_days": _l("Expected days"),
            "colour": _l("Colour"),
        },
        right="manage_pipelines",
        take_back=actions.drop_stage,
        empties=actions.vacate,
        comes_back=actions.untangle,
        outlives=_outlives,
        given_back=actions.untangle,
    ),
]
# What the history calls an act, by its endpoint.
ACTS = [
    ("pipelines.create", _l("Pipeline added")),
    ("pipelines.update", _l("Pipeline changed")),
    ("pipelines.add_stage", _l("Stage added")),
    ("pipelines.update_stage", _l("Stage changed")),
    ("pipelines.shift_stage", _l("Stage moved")),
    ("pipelines.delete_stage", _l("Stage removed")),
    ("deals.create", _l("Deal opened")),
    ("deals.update", _l("Deal edited")),
    ("board.move", _l("Deal moved")),
    ("deals.close", _l("Deal closed")),
    ("deals.reopen", _l("Deal reopened")),
    ("deals.decide", _l("Next step set")),
    ("deals.delete", _l("Moved to the trash")),
    ("deals.restore", _l("Taken out of the trash")),
]
