"""Pages of a batch: what it would do, how far it is, what came of each row."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import actions as accounts
from crm.batches import actions, jobs, queries
from crm.batches.models import PLANNED, Batch, BatchItem
from crm.batches.rules import AT_ONCE, BatchKind, silent_for
from crm.core import clock
from crm.core.db import db, run
from crm.core.numbers import row_number
from crm.core.sheets import safe_cell
from crm.filters.queries.cells import Cell
from crm.history.models import ChangeSet
from crm.history.turns import turns_of
from crm.web.access import needs
from crm.web.limits import count
from crm.web.page import changed, is_htmx, page, perform, toast

bp = Blueprint("batches", __name__, url_prefix="/batches")
STATES = (
    "creates",
    "updates",
    "planned",
    "created",
    "updated",
    "done",
    "skipped",
    "refused",
    "waiting",
)
MOST_HELD = 20
DONE = ("done", "created", "updated")


@bp.get("")
def index():
    before = request.args.get("before", type=row_number)
    batches = queries.batches_for(current_user, before)
    older = batches[-1].id if len(batches) == queries.PAGE else None
    return page(
        "batches/index.html", batches=batches, before=before, older=older, kinds=actions.kind_of,
        words_of=actions.words_of,
    )  # fmt: skip


@bp.get("/<int:batch_id>")
def show(batch_id: int):
    found = _context(_batch(batch_id))
    if is_htmx():
        # It asks how far it is: the rows come with the answer, there may be none on the page yet.
        url = url_for(".show", batch_id=batch_id)
        return changed(url, "batches/show.html", "progress", "items", **found)
    return page("batches/show.html", **found)


@bp.get("/<int:batch_id>/results.csv")
@needs("export_records")
def results(batch_id: int):
    """What came of each row, to keep or to mend; that it was taken along is kept too."""
    batch = _batch(batch_id)
    count("30 per 1 hour", "export", str(current_user.id), always=True)
    run(lambda: accounts.note("export", current_user, by=current_user, what="rows of a batch"))
    return Response(
        stream_with_context(_lines(batch)),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename=results-{batch.id}.csv"},
    )


@bp.post("/<int:batch_id>/start")
def start(batch_id: int):
    batch = _batch(batch_id)
    if perform(None, actions.start, batch, current_user) and batch.total <= AT_ONCE:
        # The person waits less than for the worker's turn.
        jobs.work_on(batch_id)
        _tell(batch_id)
    return changed(url_for(".show", batch_id=batch_id))


def _tell(batch_id: int) -> None:
    """What came of a batch that was done while its person waited, and the way back."""
    batch = _batch(batch_id)
    if batch.state == "done":
        is_undoable = actions.kind_of(batch.kind).is_undoable and any(map(batch.counts.get, DONE))
        undo = f"/history/{batch.change_set_id}/undo" if is_undoable else None
        toast(_("Done."), actions.words_of(batch), undo=undo)


@bp.post("/<int:batch_id>/cancellation")
def cancel(batch_id: int):
    batch = _batch(batch_id)
    has_begun = batch.started_at is not None
    if perform(None, actions.cancel, batch, current_user):
        done = _("What was done stays; undo takes it back.")
        toast(_("Stopped."), done if has_begun else _("Nothing was changed."))
    return changed(url_for(".show", batch_id=batch_id))


@bp.post("/<int:batch_id>/items/<int:position>/omission")
def omit(batch_id: int, position: int):
    """Leave a row of the dry run out, with those that hang together with it."""
    perform(None, actions.leave_out, _batch(batch_id), position, current_user)
    return _planned(batch_id, position)


@bp.post("/<int:batch_id>/items/<int:position>/inclusion")
def include(batch_id: int, position: int):
    """Take them in again."""
    perform(None, actions.take_in, _batch(batch_id), position, current_user)
    return _planned(batch_id, position)


def _planned(batch_id: int, position: int):
    """The dry run as it is now, on the page of rows that was looked at."""
    kept: dict[str, Any] = {name: request.args.get(name) for name in ("state", "after")}
    url = url_for(".show", batch_id=batch_id, **kept) + f"#item-{position}"
    found = _context(_batch(batch_id))
    return changed(url, "batches/show.html", "items", "progress", **found)


def _batch(batch_id: int) -> Batch:
    return queries.batch_for(current_user, batch_id) or abort(404)


def _context(batch: Batch) -> dict[str, Any]:
    kind = actions.kind_of(batch.kind)
    state = request.args.get("state")
    state = state if state in STATES else None
    items = queries.items_of(batch, state=state, after=row_number(request.args.get("after")) or 0)
    # What goes on by itself where nothing speaks against it waits because of these.
    held = queries.items_told(batch, MOST_HELD) if batch.state == "checked" and kind.goes_on else []
    ids = [one.record_id for one in (*items, *held) if one.record_id]
    return {
        "batch": batch,
        "title": kind.words(batch.options),
        "kind": kind,
        "state": state,
        "states": [one for one in STATES if batch.counts.get(one)],
        "items": items,
        "held": held,
        "told": _told(kind, held, batch.options),
        "names": kind.names(current_user, ids, batch.options),
        "next": items[-1].position if len(items) == queries.PAGE else None,
        "is_first": "after" not in request.args,
        "planned": sum(batch.counts.get(one, 0) for one in PLANNED),
        "finished": batch.total
        - sum(batch.counts.get(one, 0) for one in ("waiting", *_left(batch))),
        "said": actions.words_of(batch),
        "undone": _undone(batch),
        "can_go_on": actions.can_go_on(batch),
        "silent": silent_for(batch, clock.now()),
        "stays": kind.stays(batch.options) if kind.stays else None,
        "beside": kind.beside(batch.options) if kind.beside else "",
        "called": _called(kind, items, batch.options),
        "shown": {**_shown(items), **_previews(kind, items, batch.options)},
    }


def _called(kind: BatchKind, items: list[BatchItem], options: dict[str, Any]) -> Mapping[int, str]:
    """What rows are called that are no records yet."""
    bare = [one for one in items if not one.record_id]
    return kind.calls(current_user, bare, options) if kind.calls and bare else {}


def _shown(items: list[BatchItem]) -> dict[int, tuple[str, list[dict[str, Any]]]]:
    """What rows of a file change and leave, field by field, with a word on the row."""
    found = {}
    for item in items:
        said = item.payload or {}
        if said.get("lines") and item.state != "refused":
            found[item.position] = said.get("word", ""), [_line_of(one) for one in said["lines"]]
    return found


def _previews(
    kind: BatchKind, items: list[BatchItem], options: dict[str, Any]
) -> dict[int, tuple[str, list[dict[str, Any]]]]:
    """What rows of a file would hold that only add."""
    new = [one for one in items if one.state == "creates"]
    found = kind.previews(current_user, new, options) if kind.previews and new else {}
    return {
        place: ("", [_line_of(one) | {"is_new": True} for one in lines])
        for place, lines in found.items()
    }


def _line_of(plain: list[Any]) -> dict[str, Any]:
    label, now, then, why = plain
    cells = [Cell(*one) if one else None for one in (now, then)]
    return {"label": label, "now": cells[0], "then": cells[1], "why": why}


def _undone(batch: Batch) -> ChangeSet | None:
    """The change set that took all of it back, where that is what stands."""
    made = db.session.get(ChangeSet, batch.change_set_id) if batch.change_set_id else None
    turns = turns_of(made) if made else []
    return turns[-1] if len(turns) % 2 == 0 and turns else None


def _told(kind: BatchKind, held: list[BatchItem], options: dict[str, Any]) -> Mapping[int, str]:
    ids = [one.record_id for one in held if one.record_id]
    return kind.tell(current_user, ids, options) if kind.tell and ids else {}


def _left(batch: Batch) -> tuple[str, ...]:
    """States that a running batch has still before it."""
    return PLANNED if batch.started_at else ()


def _lines(batch: Batch):
    kind, after = actions.kind_of(batch.kind), 0
    yield _line(["number", "name", "state", "reason"])
    while items := queries.items_of(batch, after=after):
        names = kind.names(
            current_user, [one.record_id for one in items if one.record_id], batch.options
        )
        for one in items:
            name = names.get(one.record_id or 0, ("", ""))[0]
            number = one.record_id or (one.payload or {}).get("line", one.position)
            yield _line([str(number), name, one.state, one.reason])
        after = items[-1].position


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()
