"""The history of one record, and one change with what an undo would do."""

from typing import Any

from flask import abort, request, url_for
from flask_login import current_user

from crm.accounts.queries import visible
from crm.accounts.rules import may
from crm.core import clock
from crm.core.db import db
from crm.core.numbers import row_number
from crm.core.refusal import Refused
from crm.history import actions, queries, writing
from crm.history.models import ChangeSet
from crm.history.planning import Step, plan
from crm.history.queries import Wish
from crm.history.routes.base import LARGEST, bp, older, tell, the_set
from crm.history.routes.conflicts import conflicts_of, kept_of
from crm.history.routes.many import AT_ONCE
from crm.history.rules import is_young
from crm.history.turns import size_of, turns_of
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
    [story] = tell([found], PAGE, after=after)
    steps = _steps(found, after) if story.may_undo else []
    stay = [one for one in steps if one.why]
    seen, names = {line.value_id for line in story.lines}, story.names
    if not all(one.value.id in seen for one in stay):
        seen |= set(queries.values_by_id(current_user, [one.value.id for one in stay]))
        names = None
    return page(
        "history/show.html",
        story=story,
        first=url_for(".show", set_id=set_id) if after else None,
        next=url_for(".show", set_id=set_id, after=story.last_id) if story.has_more else None,
        is_whole=queries.is_wholly_seen(current_user, *turns_of(found)),
        may_take_back=_may_take_back(steps),
        conflicts=conflicts_of(current_user, [one for one in stay if one.value.id in seen], names),
        kept=[] if after else kept_of(current_user, found),
        may_restore=may(current_user, "edit_records") and is_young(found.at, clock.now()),
    )


def _steps(found: ChangeSet, after: int) -> list[Step]:
    """What an undo would do: of all of it, or of this page where it is a batch of its own."""
    if size_of([found], AT_ONCE + 1) <= AT_ONCE:
        return plan(queries.values_in(found))
    some = queries.values_of(current_user, [found], PAGE, after=after)[found.id]
    return plan(some, queries.around(some)) if some else []


def _may_take_back(steps: list[Step]) -> bool:
    """Whether an undo would do anything, and nothing that only somebody else may."""
    for step in steps:
        try:
            actions.check_step(step, current_user)
        except Refused:
            return False
    return any(step.act for step in steps)


def _record(kind: str, record_id: int) -> Any:
    """A record that this person may see, in the trash or not; else 404."""
    model = writing.TABLES[kind].model
    wanted = db.select(model).where(model.id == record_id, visible(current_user, model))
    found = db.session.scalars(wanted).first() if record_id < LARGEST else None
    if found is None:
        abort(404)
    return found
