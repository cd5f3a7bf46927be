"""The list of deals, as board or table, as asked for by query string and saved view."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from crm.core.numbers import row_number
from crm.deals.models import Deal, Pipeline
from crm.deals.queries.board import Wish, wanted_deals
from crm.deals.queries.records import pipelines
from crm.filters.queries import Asked, Group, Menu, group
from crm.filters.rules.quick import owner_is


def _by_stage(asked: Asked) -> list[Group]:
    line = line_of(asked, pipelines())
    return [
        group(asked, str(one.id), one.name, {"field": "stage", "op": "is", "values": [str(one.id)]})
        for one in (line.stages if line else ())
    ]


MENU = Menu(
    "deal",
    "/deals",
    quick={"owner": owner_is},
    names=("q", "pipeline", "next", "as", "state", "stage"),
    columns=("name", "who", "stage", "amount", "close_on", "next", "owner"),
    extra={"who": _l("Who"), "next": _l("Next step")},
    major=("name", "amount", "next"),
    groups={
        "stage": _by_stage,
        **dict.fromkeys(("owner", "company", "contact", "team", "close_on", "created_at")),
    },
    scope=lambda asked: [_in_scope(asked)],
)
STATES = ("open", "won", "lost")


def wish_of(asked: Asked, pipeline_id: int | None) -> Wish:
    """What a list asks for, in one pipeline."""
    owner = asked.get("owner")
    return Wish(
        pipeline_id=pipeline_id,
        owner_id=asked.user.id if owner == "me" else row_number(owner),
        text=asked.get("q")[:100],
        stage_id=row_number(asked.get("stage")) if asked.get("as") else None,
        state=asked.get("state") if asked.get("state") in STATES else "open",
        has_no_step=asked.get("next") == "none",
        condition=asked.condition if asked.raw or asked.problem else None,
    )


def line_of(asked: Asked, lines: Sequence[Pipeline]) -> Pipeline | None:
    """The pipeline a list asks for; the first one where it names none."""
    wanted = row_number(asked.get("pipeline"))
    return next((one for one in lines if one.id == wanted), lines[0] if lines else None)


def _in_scope(asked: Asked) -> ColumnElement[bool]:
    """The condition that the parameters of the page stand for."""
    line = line_of(asked, pipelines())
    return Deal.id.in_(wanted_deals(asked.user, wish_of(asked, line.id if line else None), Deal.id))
