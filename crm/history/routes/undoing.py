"""Taking a change back, and putting one value back."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from crm.accounts.rules import may
from crm.activities import actions as activities
from crm.core.refusal import Refused
from crm.history import actions, queries, writing
from crm.history.actions import Undone
from crm.history.models import ChangeSet, ChangeValue
from crm.history.planning import Step
from crm.history.routes import many
from crm.history.routes.base import LARGEST, bp, the_set
from crm.history.routes.words import URLS, act_behind, label_of
from crm.history.turns import size_of, turns_of
from crm.leads import actions as leads
from crm.web.access import safe_next
from crm.web.page import changed, perform, toast

MOST_LINES = 20
NAMED = 3


@bp.post("/history/<int:set_id>/undo")
def undo(set_id: int):
    """Take one change back; the toast offers to do it again."""
    return _undo(the_set(set_id))


@bp.post("/history/undo")
def undo_last():
    """Take back the last thing this person did."""
    found = queries.last_of(current_user)
    if found is None:
        toast(_("There is nothing to undo."))
        return changed(url_for(".index"))
    return _undo(found)


@bp.post("/history/values/<int:value_id>/restoration")
def restore(value_id: int):
    """Give one field the value it had before."""
    value = queries.value_for(current_user, value_id) if value_id < LARGEST else None
    if value is None:
        abort(404)
    if perform(None, _restore, value, request.form.get("field", "")[:60]):
        toast(_("Value restored."), undo=True)
    return changed(_back(value.records))


def _undo(found: ChangeSet) -> Response:
    turns = turns_of(found)
    is_large = size_of(turns, many.AT_ONCE + 1) > many.AT_ONCE
    if is_large or many.is_looked_at(turns, current_user):
        batch = perform(None, many.begin, found, many.changes_in(found))
        return changed(f"/batches/{batch.id}" if batch else url_for(".show", set_id=found.id))
    number, records = found.id, _records(found)
    done = perform(None, _take_back, found)
    if done:
        words = " ".join(_kept(done) + many.stays(found))
        toast(_("Undone."), words, undo=True, tells_more=bool(done.kept))
    elif request.referrer is None:
        return changed(url_for(".show", set_id=number))
    return changed(_back(records))


def _kept(done: Undone) -> list[str]:
    """Which values stay because they were changed, and how many for other reasons."""
    changed_since = [step for step in done.kept if step.why == "changed"]
    count, others = len(changed_since), len(done.kept) - len(changed_since)
    named = ", ".join(_labels(changed_since))
    texts = {
        ngettext(
            "%(num)s value was changed since and stays: %(names)s.",
            "%(num)s values were changed since and stay: %(names)s.",
            count,
            names=named,
        ): count,
        ngettext(
            "%(num)s value stays; the history of the undo says why.",
            "%(num)s values stay; the history of the undo says why.",
            others,
        ): others,
    }
    return [text for text, number in texts.items() if number]


def _labels(steps: Sequence[Step]) -> list[str]:
    """What the first few values that stay are called."""
    words = [
        label_of(step.tracked, step.tracked.labels[name])
        for step in steps
        for name in step.blocked or list(step.tracked.labels)[:1]
        if name in step.tracked.labels
    ]
    found = list(dict.fromkeys(words))
    return [*found[:NAMED], *(["…"] if len(found) > NAMED else [])]


def _take_back(found: ChangeSet) -> Undone:
    """Undo, and say so in the timeline of the records.

    The page that follows shows at once what it means for promises; further records get it by bell.
    """
    kind, (title, is_again) = found.kind, act_behind(found)
    done = actions.undo(found, current_user)
    for record, number in list(done.records)[:MOST_LINES]:
        if record == "contact":
            leads.settle(number)
    for links in _together(done)[:MOST_LINES]:
        told: dict[str, Any] = {f"{record}_id": number for record, number in links.items()}
        activities.record(
            "undone",
            **told,
            user_id=current_user.id,
            title=title,
            details={"change_set_id": found.id, "kind": kind, "again": is_again},
        )
    return done


def _together(done: Undone) -> list[dict[str, int]]:
    """The records that an undo touched, those of one row together: each is told of it once."""
    found: list[dict[str, int]] = []
    told: set[tuple[str, int]] = set()
    for links in sorted(done.links, key=len, reverse=True):
        new = [place for place in links if place not in told]
        if new:
            found.append(dict(new))
            told.update(new)
    return found


def _restore(value: ChangeValue, name: str) -> None:
    tracked = writing.TABLES.get(value.table)
    if (
        tracked is None
        or name not in tracked.labels
        or (tracked.right and not may(current_user, tracked.right))
        or name not in tracked.returns(value.old, value.new)
    ):
        raise Refused(_("This value cannot be restored."))
    actions.restore_value(value, name, current_user)


def _records(found: ChangeSet) -> dict[str, int]:
    return {found.record: found.record_id} if found.record and found.record_id else {}


def _back(records: dict[str, int]) -> str:
    """The page the person came from if it is still there, else the record's, else the list."""
    came_from = urlsplit(request.referrer or "")
    here = safe_next(came_from.path + (f"?{came_from.query}" if came_from.query else ""), "")
    for kind, number in records.items():
        model = writing.TABLES[kind].model
        row = queries.row_of(kind, number)
        url = f"{URLS[kind]}{number}"
        if row is None or getattr(row, "deleted_at", None) is not None:
            is_its_own = came_from.path == url or came_from.path.startswith(url + "/")
            if is_its_own and not came_from.path.endswith("/history"):
                return f"/{model.__tablename__}s" if kind != "company" else "/companies"
        elif not here:
            return url
    return here or url_for("history.index")
