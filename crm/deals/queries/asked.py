"""The list of deals, as board or table, as asked for by query string and saved view."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from crm.core.numbers import row_number
from crm.deals.models import Deal, Pipeline
from crm.deals.queries.board import Wish, wanted_deals
from crm.deals.queries.records import pipelines
from crm.filters.queries import Asked, Group, Menu, group
from crm.filters.rules import All, Test, own_tests
from crm.filters.rules.quick import owner_is


def _by_stage(asked: Asked) -> list[Group]:
    lines = lines_of(asked)
    line = line_of(asked, lines)
    shown = [line] if line else lines
    return [
        group(
            asked,
            str(stage.id),
            stage.name if len(shown) == 1 else f"{one.name}: {stage.name}",
            {"field": "stage", "op": "is", "values": [str(stage.id)]},
        )
        for one in shown
        for stage in one.stages
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
ALL = "all"
OF_CLOSING = {"state", "closed_on", "lost_reason"}


def wish_of(asked: Asked, pipeline_id: int | None) -> Wish:
    """What a list asks for, in one pipeline or, None, in all."""
    owner = asked.get("owner")
    return Wish(
        pipeline_id=pipeline_id,
        owner_id=asked.user.id if owner == "me" else row_number(owner),
        text=asked.get("q")[:100],
        stage_id=row_number(asked.get("stage")) if asked.get("as") else None,
        state=state_of(asked),
        has_no_step=asked.get("next") == "none",
        condition=asked.condition if asked.raw or asked.problem else None,
    )


def state_of(asked: Asked) -> str:
    """Open, won or lost, "" for all; the board shows what is open.

    Where the address says nothing, open ones are meant, unless the filter itself speaks of it.
    """
    said = asked.get("state")
    if is_board(asked):
        return "open"
    if said in STATES:
        return said
    return "" if said == ALL or names_state(asked) else "open"


def line_of(asked: Asked, lines: Sequence[Pipeline]) -> Pipeline | None:
    """The pipeline a list asks for, None for all of them; a board has always one.

    Where the address says nothing, the first one is meant, unless the filter itself speaks of it.
    """
    said = asked.get("pipeline")
    first = lines[0] if lines else None
    wanted = row_number(said)
    if wanted is not None or not (said == ALL or names_line(asked, lines)):
        return next((one for one in lines if one.id == wanted), first)
    return _named_line(asked, lines) or first if is_board(asked) else None


def is_board(asked: Asked) -> bool:
    """Whether the deals are asked for as cards."""
    return asked.get("as") != "table"


def names_state(asked: Asked) -> bool:
    """Whether the filter speaks of how deals end, or of a stage where they have."""
    tests = own_tests(asked.node)
    if any(test.field.key in OF_CLOSING for test in tests):
        return True
    named = _stages_named(tests)
    return any(
        str(stage.id) in named and stage.kind != "open"
        for line in (lines_of(asked) if named else ())
        for stage in line.stages
    )


def names_line(asked: Asked, lines: Sequence[Pipeline]) -> bool:
    """Whether the filter speaks of pipelines, or of a stage of another one than the first."""
    tests = own_tests(asked.node)
    named = _stages_named(tests)
    further = {str(stage.id) for line in lines[1:] for stage in line.stages}
    return any(test.field.key == "pipeline" for test in tests) or bool(named & further)


def is_short(asked: Asked, lines: Sequence[Pipeline]) -> bool:
    """Whether the board leaves out what the filter speaks of."""
    if not is_board(asked):
        return False
    is_further = names_line(asked, lines) and _named_line(asked, lines) != line_of(asked, lines)
    return is_further or names_state(asked)


def _named_line(asked: Asked, lines: Sequence[Pipeline]) -> Pipeline | None:
    """The one pipeline of which alone a filter speaks, as a condition that all must fulfil."""
    node = asked.node
    for test in node.parts if isinstance(node, All) else (node,):
        if isinstance(test, Test) and (test.field.key, test.operator.key) == ("pipeline", "is"):
            return next((one for one in lines if str(one.id) in map(str, test.values)), None)
    return None


def _stages_named(tests: Sequence[Test]) -> set[str]:
    return {str(value) for test in tests if test.field.key == "stage" for value in test.values}


def lines_of(asked: Asked) -> Sequence[Pipeline]:
    """The pipelines, read once for a list."""
    if "pipelines" not in asked.held:
        asked.held["pipelines"] = pipelines()
    found: list[Pipeline] = asked.held["pipelines"]
    return found


def _in_scope(asked: Asked) -> ColumnElement[bool]:
    """The condition that the parameters of the page stand for."""
    line = line_of(asked, lines_of(asked))
    return Deal.id.in_(wanted_deals(asked.user, wish_of(asked, line.id if line else None), Deal.id))
