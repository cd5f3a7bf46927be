"""The list of sequences and each one: steps, who is in, what was sent and stopped."""

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.queries import user_by_id
from crm.accounts.rules import may
from crm.core.numbers import row_number
from crm.filters.queries import unreadable
from crm.sequences import actions, queries
from crm.sequences.forms import EnrolForm, NewForm
from crm.sequences.models import Sequence
from crm.sequences.ready import read
from crm.sequences.words import ENROLMENT, REASONS, SEQUENCE, wait
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("sequences", __name__, url_prefix="/sequences")
SHOW = "sequences/show.html"


@bp.get("")
def index():
    rows = queries.sequences_for(current_user)
    ids = [row.id for row in rows]
    return page(
        "sequences/index.html",
        sequences=rows,
        counts=queries.counts(ids),
        next_due=queries.next_due(ids),
        states=SEQUENCE,
        can_edit=may(current_user, "manage_sequences"),
    )


@bp.get("/new")
@needs("manage_sequences")
def new():
    return page("sequences/new.html", form=NewForm(formdata=None))


@bp.post("")
@needs("manage_sequences")
def create():
    form = NewForm()
    spec = read(form.start.data) if form.validate() and form.start.data else None
    made = perform(form, actions.create, form.name.data, current_user, spec)
    if made is None:
        return page("sequences/new.html", status=422, form=form)
    toast(_("Sequence created."), _("Write its steps, then publish it."))
    return changed(url_for("sequence_editing.edit", sequence_id=made.id))


@bp.get("/<int:sequence_id>")
def show(sequence_id):
    return page(SHOW, **context(find(sequence_id), EnrolForm(formdata=None)))


@bp.post("/<int:sequence_id>/pausing")
@needs("manage_sequences")
def pause(sequence_id):
    words = _("Paused. Nothing of it leaves.")
    return _decide(sequence_id, actions.pause_sequence, words, undo=True)


@bp.post("/<int:sequence_id>/resumption")
@needs("manage_sequences")
def resume(sequence_id):
    return _decide(sequence_id, actions.resume_sequence, _("Live again."), undo=True)


@bp.post("/<int:sequence_id>/archiving")
@needs("manage_sequences")
def archive(sequence_id):
    return _decide(sequence_id, actions.archive, _("Put away; everybody in it is stopped."))


def _decide(sequence_id: int, act, words: str, undo: bool = False):
    if perform(None, act, find(sequence_id), current_user):
        toast(words, undo=undo)
    return changed(url_for(".show", sequence_id=sequence_id))


def find(sequence_id: int) -> Sequence:
    """The sequence of the URL, 404 where this person may not see it."""
    return queries.sequence_for(current_user, sequence_id) or abort(404)


def context(sequence: Sequence, form: EnrolForm) -> dict:
    """What the page of a sequence shows."""
    state = request.args.get("state", "")
    state = state if state in ENROLMENT else ""
    people = queries.people_in(
        current_user, sequence, state, request.args.get("before", type=row_number)
    )
    more = people[queries.PAGE - 1].id if len(people) > queries.PAGE else None
    states, stopped = queries.ends(sequence)
    spec = sequence.live_version.spec if sequence.live_version else sequence.draft
    return {
        "sequence": sequence,
        "spec": spec,
        "form": form,
        "people": people[: queries.PAGE],
        "next": url_for(".show", sequence_id=sequence.id, state=state or None, before=more)
        if more
        else None,
        "state": state,
        "counts": states,
        "step_counts": queries.step_counts(sequence),
        "stop_counts": stopped,
        "sender": user_by_id(sequence.sender_id),
        "is_changed": bool(sequence.live_version and sequence.live_version.spec != sequence.draft),
        "states": SEQUENCE,
        "enrolment_states": ENROLMENT,
        "reasons": REASONS,
        "wait": wait,
        "unreadable": unreadable() if sequence.state == "live" else [],
        "can_edit": may(current_user, "manage_sequences"),
        "can_enrol": may(current_user, "edit_records"),
    }
