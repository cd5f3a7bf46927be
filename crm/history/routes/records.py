"""The history of one record, and one change with what an undo would do."""

from typing import Any

from flask import abort, request, url_for
from flask_login import current_user

from crm.accounts.queries import visible
from crm.accounts.rules import may
from crm.core import clock
from crm.core.db import db
from crm.core.numbers import row_number
from crm.history import queries, writing
from crm.history.models import ChangeSet
from crm.history.planning import Step, plan
from crm.history.queries import Wish
from crm.history.rights import may_put_back, taking, words_against
from crm.history.routes.base import HIDDEN, LARGEST, bp, older, tell, the_set
from crm.history.routes.conflicts import Conflict, conflicts_of, kept_of
from crm.history.routes.many import AT_ONCE
from crm.history.routes.words import Told
from crm.history.rules import is_young
from crm.history.turns import size_of, turns_to
from crm.web.page import page

KINDS = {"contacts": "contact", "companies": "company", "deals": "deal"}
PAGE = 100


@bp.get("/<any(contacts,companies,deals):kind>/<int:record_id>/history")
def of_record(kind: str, record_id: int):
    """What happened to the values of one record, and where each can be put back."""
    record = _record(KINDS[kind], record_id)
    before = row_number(request.args.get("before"))
    wish = Wish(record=KINDS[kind], record_id=record_id)
    sets = queries.sets_for(current_user, wish, before=before, limit=queries.LIMIT + 1)
    place = older(sets)
    here = url_for(".of_record", kind=kind, record_id=record_id)
    return page(
        "history/record.html",
        record=record,
        record_url=f"/{kind}/{record_id}",
        stories=tell(sets[: queries.LIMIT], of=(KINDS[kind], record_id)),
        first=here if before else None,
        next=url_for(".of_record", kind=kind, record_id=record_id, before=place) if place else None,
    )


@bp.get("/history/<int:set_id>")
def show(set_id: int):
    """One change whole: each value, who, why, and what an undo would put back or leave."""
    found, after = the_set(set_id), row_number(request.args.get("after")) or 0
    [story] = tell([found], PAGE, after=after, judges=False)
    steps = _steps(found, after) if story.may_undo else []
    story.why_not = _why_not(found, steps) if story.may_undo else ""
    may_restore = may(current_user, "edit_records") and is_young(found.at, clock.now())
    if may_restore:
        _mark_restorable(story, steps)
    stay = [one for one in steps if one.why]
    return page(
        "history/show.html",
        story=story,
        first=url_for(".show", set_id=set_id) if after else None,
        next=url_for(".show", set_id=set_id, after=story.last_id) if story.has_more else None,
        may_take_back=any(step.act for step in steps),
        conflicts=_seen_conflicts(story, stay),
        kept=[] if after else kept_of(current_user, found),
        may_restore=may_restore,
    )


def _seen_conflicts(story: Told, stay: list[Step]) -> list[Conflict]:
    """What an undo would leave, as far as this reader sees it."""
    seen, names = {line.value_id for line in story.lines}, story.names
    if not all(one.value.id in seen for one in stay):
        seen |= set(queries.values_by_id(current_user, [one.value.id for one in stay]))
        names = None
    return conflicts_of(current_user, [one for one in stay if one.value.id in seen], names)


def _steps(found: ChangeSet, after: int) -> list[Step]:
    """What an undo would do: of all of it, or of this page where it is a batch of its own."""
    if size_of([found], AT_ONCE + 1) <= AT_ONCE:
        return plan(queries.values_in(found))
    some = queries.values_of(current_user, [found], PAGE, after=after)[found.id]
    return plan(some, queries.around(some)) if some else []


def _why_not(found: ChangeSet, steps: list[Step]) -> Any:
    """Why this reader may not undo a change that stands, in words; empty where they may."""
    turns = turns_to(found)
    words = words_against(taking(turns, current_user), steps)
    return words or ("" if queries.is_wholly_seen(current_user, *turns) else HIDDEN)


def _mark_restorable(story: Told, steps: list[Step]) -> None:
    """Only values that this reader may put back by hand have the button."""
    values = {step.value.id: step.value for step in steps}
    rows = {(step.value.table, step.value.row_id): step.row for step in steps}
    lines = [line for line in story.lines if line.may_restore]
    left = [line.value_id for line in lines if line.value_id not in values]
    if left:
        found = queries.values_by_id(current_user, left)
        values |= found
        rows |= queries.rows_of(found.values())
    told = [values[line.value_id] for line in lines if line.value_id in values]
    records = queries.records_of(told, rows)
    for line in lines:
        value = values.get(line.value_id)
        row = rows.get((value.table, value.row_id)) if value else None
        line.may_restore = bool(
            value and row and may_put_back(value, row, line.name, current_user, records)
        )


def _record(kind: str, record_id: int) -> Any:
    """A record that this person may see, in the trash or not; else 404."""
    model = writing.TABLES[kind].model
    wanted = db.select(model).where(model.id == record_id, visible(current_user, model))
    found = db.session.scalars(wanted).first() if record_id < LARGEST else None
    if found is None:
        abort(404)
    return found
