"""The board of a pipeline, the same deals as a table, and moving a card."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.core import clock
from crm.core.numbers import row_number
from crm.deals import actions, queries
from crm.deals.forms import MoveForm
from crm.deals.models import Deal
from crm.deals.queries import Wish
from crm.deals.queries.asked import MENU, is_short, line_of, lines_of, names_state, wish_of
from crm.deals.queries.listing import table
from crm.deals.routes.cards import faces
from crm.deals.routes.deals import shown
from crm.fields import actions as fields
from crm.fields.inputs import form_with
from crm.filters.queries import Asked
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast
from crm.web.session import reader

bp = Blueprint("board", __name__, url_prefix="/deals")
FIRST = 25
MOST = 500


@bp.get("")
def index():
    if _asked().get("as") == "table":
        return _table()
    return page("deals/index.html", **_board())


@bp.get("/<int:deal_id>/stage")
@needs("edit_records")
def moving(deal_id: int):
    deal = _deal(deal_id)
    to = request.args.get("to", type=row_number) or deal.stage_id
    form = _form(deal)(formdata=None, data={"stage_id": to})
    return page("deals/move.html", deal=deal, form=form)


@bp.post("/<int:deal_id>/stage")
def move(deal_id: int):
    deal = _deal(deal_id)
    form = _form(deal)()
    moved = perform(form, lambda: _move(deal, form))
    if moved:
        toast(_("Moved to %(stage)s.", stage=deal.stage.name), deal.name, undo=True)
    if request.form.get("on") == "board":
        return _to_board(form, bool(moved))
    if moved:
        url = url_for("deals.show", deal_id=deal_id)
        return changed(url, "deals/show.html", "deal_stage", "timeline", **shown(deal))
    if "from" not in request.form and form.customs:
        # A button of the path was pressed: the form offers what the stage needs.
        _say_why(form)
        return changed(url_for(".moving", deal_id=deal_id, to=form.stage_id.data))
    return page("deals/move.html", status=422, block="move_form", deal=deal, form=form)


def _to_board(form: Any, moved: bool):
    """The board as it is now: a card that may not move is back where it was."""
    if moved:
        url = url_for(".index", **_kept(_asked()))
        return changed(url, "deals/index.html", "board", "totals", **_board())
    _say_why(form)
    return page("deals/index.html", status=422, block="board", **_board())


def _say_why(form: Any) -> None:
    for messages in form.errors.values():
        toast(str(messages[0]), is_bad=True)


def _form(deal: Deal) -> type:
    """The form of a move with what a later stage needs and the deal does not say yet."""
    ahead = [stage.id for stage in deal.pipeline.stages if stage.kind == "open"]
    wanted = fields.missing(deal, ahead)
    return form_with(MoveForm, "deal", reader(), row=deal, wanted=wanted)


def _move(deal: Deal, form: Any) -> None:
    stage = queries.stage_by_id(form.stage_id.data) or abort(404)
    actions.move(
        deal,
        stage,
        reader(),
        after_id=form.after_id.data,
        from_id=form.from_id.data,
        custom=form.custom_values,
    )
    if form.next_title.data:
        actions.decide_next_step(
            deal, reader(), title=form.next_title.data, due_on=form.next_on.data
        )


def _deal(deal_id: int) -> Deal:
    return queries.deal_for(reader(), deal_id) or abort(404)


def _asked() -> Asked:
    """What the query string, its saved view or the move form that repeats it ask for."""
    return Asked(MENU, reader(), request.values, has_looks=True)


def _kept(asked: Asked) -> dict[str, Any]:
    """The filters in the query string, to be carried along."""
    names = ("view", "pipeline", "owner", "q", "next", "filter", "sort", "turned", "columns")
    return {name: value for name, value in asked.query().items() if name in names}


def _frame() -> dict[str, Any]:
    asked = _asked()
    lines = lines_of(asked)
    line = line_of(asked, lines)
    wish, kept = wish_of(asked, line.id if line else None), _kept(asked)
    sums = queries.sums(reader(), wish)
    return {
        "pipelines": lines,
        "pipeline": line,
        "wish": wish,
        "asked": asked,
        "kept": kept,
        "carried": {name: value for name, value in kept.items() if name != "q"},
        "owner": _owner(wish) if kept.get("owner", "me") != "me" else None,
        "is_short": is_short(asked, lines),
        "usual_state": "" if names_state(asked) else "open",
        "sums": sums,
        "totals": _totals(lines, line, sums),
        "bare": sum(held.bare for held in sums.values()),
        "now": clock.now(),
    }


def _totals(lines: Any, line: Any, sums: Any) -> dict[str, queries.Sums]:
    """What the stages hold together, apart for each currency."""
    found: dict[str, queries.Sums] = {}
    for one in [line] if line else lines:
        held = found.get(one.currency, queries.Sums())
        for more in (sums[stage.id] for stage in one.stages if stage.id in sums):
            held += more
        found[one.currency] = held
    return found


def _owner(wish: Wish) -> User | None:
    """Whose deals are shown, if this person may know them."""
    known = people.owners_for(reader())
    return next((user for user in known if user.id == wish.owner_id), None)


def _board() -> dict[str, Any]:
    frame = _frame()
    wish = frame["wish"]
    cards = queries.cards(reader(), wish, limit=FIRST, more=_more())
    steps = queries.next_steps([card.id for column in cards.values() for card in column])
    line = frame["pipeline"]
    return frame | {
        "cards": faces(line.stages if line else [], cards, steps, frame["now"]),
        "first": FIRST,
    }


def _more() -> dict[int, int]:
    """The stage whose further cards were asked for: ?more=3&upto=50."""
    stage, upto = (
        request.args.get("more", type=row_number),
        request.args.get("upto", type=row_number),
    )
    return {stage: min(upto, MOST)} if stage and upto else {}


def _table():
    frame = _frame()
    asked, args = frame["asked"], request.args
    listed = table(asked, frame["wish"], after=args.get("after"), before=args.get("before"))
    is_next = "next" in asked.columns
    return page(
        "deals/table.html",
        listed=listed,
        steps=queries.next_steps([deal.id for deal in listed.rows]) if is_next else {},
        **frame,
    )
