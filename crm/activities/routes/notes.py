"""What is done to one entry: answering, editing, taking away, pinning; and the writer's draft."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.queries import who_sees
from crm.activities import actions, queries
from crm.activities.forms import AnswerForm, EditForm, TalkForm
from crm.activities.models import Entry
from crm.activities.routes.panel import panel_of
from crm.activities.routes.place import Place, find, not_told, place_of
from crm.web.access import background, needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("notes", __name__)
TALKS = ("call", "meeting", "no_show")
ONE = "/entries/<int:entry_id>"
RECORD = "/<any(contacts,companies,deals):kind>/<int:record_id>"


@bp.get(ONE)
def show(entry_id: int):
    """One entry with its former texts, its replies and the form to answer."""
    return _shown(*_entry(entry_id))


@bp.post(f"{ONE}/replies")
@needs("edit_records")
def answer(entry_id: int):
    entry, place = _entry(entry_id)
    form = AnswerForm()
    text = form.body.data or ""
    if perform(form, actions.reply, entry, current_user, text, place.record):
        toast(_("Answer saved."), not_told(place, text, entry.private_to_id), undo=True)
        return _back(place, entry)
    return _shown(entry, place, status=422, answer=form)


@bp.get(f"{ONE}/edit")
@needs("edit_records")
def edit(entry_id: int):
    entry, place = _entry(entry_id, own=True)
    return _edit_page(entry, place, _edit_form(entry, formdata=None))


@bp.post(ONE)
@needs("edit_records")
def update(entry_id: int):
    entry, place = _entry(entry_id, own=True)
    form, was = _edit_form(entry), entry.body
    text, seen = form.body.data or "", form.seen.data or ""
    if perform(form, lambda: _save(entry, form, text, seen=seen, about=place.record)):
        left_out = not_told(place, text, entry.private_to_id)
        kept = _("Text changed. The former one is kept.")
        toast(_("Saved.") if text == was else kept, left_out, undo=True)
        return changed(_entry_url(place, entry))
    return _edit_page(entry, place, form, 422)


@bp.post(f"{ONE}/deletion")
@needs("edit_records")
def delete(entry_id: int):
    entry, place = _entry(entry_id)
    if perform(None, actions.remove_note, entry, current_user):
        toast(_("Taken away."), undo=url_for(".restore", entry_id=entry_id))
    return _back(place)


@bp.post(f"{ONE}/restoration")
@needs("edit_records")
def restore(entry_id: int):
    entry, place = _entry(entry_id, removed=True)
    if perform(None, actions.put_back_note, entry, current_user):
        toast(_("It is back."))
        return _back(place, entry)
    return _back(place)


@bp.post(f"{ONE}/pin")
@needs("edit_records")
def pin(entry_id: int):
    entry, place = _entry(entry_id)
    if perform(None, actions.pin, entry):
        toast(_("Pinned on top."), undo=True)
    return _back(place)


@bp.post(f"{ONE}/unpinning")
@needs("edit_records")
def unpin(entry_id: int):
    entry, place = _entry(entry_id)
    if perform(None, actions.unpin, entry):
        toast(_("No longer pinned."), undo=True)
    return _back(place)


@bp.post(f"{RECORD}/notes/draft")
@needs("edit_records")
@background
def keep_draft(kind: str, record_id: int):
    """What is being written, kept while it is; without script a refused form keeps it itself."""
    place = find(kind, record_id) or abort(404)
    body = request.form.get("body", "")[:20_000]
    ids: dict[str, Any] = {f"{place.record.__tablename__}_id": place.number}
    perform(None, actions.keep_draft, current_user, place.url, body, **ids)
    return page("activities/entries/kept.html", place=place, body=body)


@bp.get(f"{RECORD}/colleagues")
def colleagues(kind: str, record_id: int):
    """Whom a note on this record can name: as the list below what is written, and as a page."""
    place = find(kind, record_id) or abort(404)
    seeing = who_sees(place.record)
    others = [one for one in seeing if one.id != current_user.id]
    return page(
        "activities/colleagues.html", part="activities/_mentions.html", place=place, people=others
    )


@bp.post(f"{RECORD}/timeline-order")
def order(kind: str, record_id: int):
    """Which end of every timeline this person wants on top."""
    place = find(kind, record_id) or abort(404)
    oldest = request.form.get("order") == "oldest"
    perform(None, actions.show_oldest_first, current_user, oldest)
    return _back(place)


def _entry(entry_id: int, *, own: bool = False, removed: bool = False) -> tuple[Entry, Place]:
    """The entry and its record if this person may see both, else 404."""
    entry = queries.entry_read(current_user, entry_id, removed=removed) or abort(404)
    place = place_of(entry) or abort(404)
    if own and entry.user_id != current_user.id:
        abort(404)
    return entry, place


def _edit_form(entry: Entry, **more: Any) -> EditForm | TalkForm:
    if entry.kind in TALKS:
        return TalkForm(current_user, entry, **more)
    return EditForm(**more, data={"body": entry.body, "seen": entry.body})


def _save(entry: Entry, form: EditForm | TalkForm, text: str, **more: Any) -> None:
    if isinstance(form, TalkForm):
        actions.edit_talk(entry, current_user, text, facts=form.facts, **more)
    else:
        actions.edit_note(entry, current_user, text, **more)


def _edit_page(entry: Entry, place: Place, form: EditForm | TalkForm, status: int = 200):
    return page(
        "activities/entries/edit.html",
        status=status, entry=entry, place=place, form=form,
        left_out=not_told(place, form.body.data or "", entry.private_to_id),
    )  # fmt: skip


def _shown(entry: Entry, place: Place, status: int = 200, **more: Any):
    thread = queries.threads(current_user, [entry]).get(entry.id)
    texts = queries.texts_before(entry.id)
    context = {"answer": AnswerForm(formdata=None)} | more
    logged = queries.logged_by(entry) if entry.kind in TALKS else None
    return page(
        "activities/entries/show.html",
        status=status, entry=entry, place=place, texts=texts,
        thread=thread, logged=logged, **context,
    )  # fmt: skip


def _back(place: Place, entry: Entry | None = None):
    """The record, where htmx asks for its timeline; else at the entry."""
    url = f"{place.url}#timeline"
    if entry is not None:
        url = _entry_url(place, entry)
    return changed(url, "activities/changed.html", "timeline", panel=panel_of(place))


def _entry_url(place: Place, entry: Entry) -> str:
    number = entry.parent_id or entry.id
    return f"{place.url}?entry={number}#event-{number}"
