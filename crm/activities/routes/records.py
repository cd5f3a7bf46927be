"""Adding to the timeline of a contact, company or deal."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, request
from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.activities import actions, queries, rules
from crm.activities.models import Entry
from crm.activities.routes.panel import new_form, panel_after, panel_of
from crm.activities.routes.place import Place, find, not_told, place_of
from crm.core import clock
from crm.core.numbers import row_number
from crm.core.refusal import Refused
from crm.files.rules import MOST_BYTES
from crm.leads import actions as leads
from crm.web.access import needs
from crm.web.headers import takes_uploads
from crm.web.page import changed, page, perform, toast
from crm.web.session import reader

bp = Blueprint("activities", __name__)
ANY = "/<any(contacts,companies,deals):kind>/<int:record_id>"
PERSON = "/<any(contacts,deals):kind>/<int:record_id>"
# The blocks of activities/changed.html that a note on top of the timeline changes; the bar
# besides, where it is its writer's first.
ADDED = ("note_fields", "timeline_shows", "timeline_now")
TALKS = {"call", "mail", "reply", "meeting"}


@bp.get(f"{ANY}/<any(notes,calls,mails,replies,tasks,meetings):noun>/new")
@bp.get(f"{ANY}/<any(events):noun>/new")
@needs("edit_records")
def new(kind: str, record_id: int, noun: str):
    """The composer alone: a page of its own without script."""
    place = _place(kind, record_id)
    add = {"replies": "reply"}.get(noun, noun.removesuffix("s"))
    if add not in place.adds:
        abort(404)
    return page("activities/compose.html", panel=panel_of(place, add))


@bp.post(f"{ANY}/notes")
@takes_uploads(MOST_BYTES)
def add_note(kind: str, record_id: int):
    place, form = _place(kind, record_id), new_form("note")
    return _answer(place, "note", form, _("Note saved."), lambda: _write_note(place, form))


@bp.post(f"{ANY}/events")
def add_event(kind: str, record_id: int):
    place, form = _place(kind, record_id), new_form("event")
    number = form.external_id.data
    word = _("Event saved.")
    if number and actions.event_taken("hand", number):
        word = _("The event with this number stands here already: nothing was added.")
    return _answer(place, "event", form, word, lambda: _take_event(place, form))


@bp.post(f"{ANY}/calls")
def add_call(kind: str, record_id: int):
    place, form = _place(kind, record_id), new_form("call")
    return _answer(place, "call", form, _("Call saved."), lambda: _log_call(place, form))


@bp.post(f"{PERSON}/mails")
def add_mail(kind: str, record_id: int):
    place, form = _person(kind, record_id), new_form("mail")
    return _answer(
        place,
        "mail",
        form,
        _("Mail logged."),
        lambda: actions.log_mail(
            by=reader(),
            subject=form.subject.data,
            body=form.body.data or "",
            occurred_at=form.occurred_at,
            **place.ids,
        ),
    )


@bp.post(f"{PERSON}/replies")
def add_reply(kind: str, record_id: int):
    place, form = _person(kind, record_id), new_form("reply")
    return _answer(
        place,
        "reply",
        form,
        _("Answer saved. Sequences to them have stopped."),
        lambda: leads.take_reply(
            contact_id=place.ids["contact_id"],
            at=form.occurred_at or clock.now(),
            text=form.body.data or "",
            by=reader(),
            deal=place.record if place.kind == "deals" else None,
        ),
    )


@bp.post(f"{ANY}/meetings")
def add_meeting(kind: str, record_id: int):
    place, form = _place(kind, record_id), new_form("meeting")
    word = _("Saved: it stands in the timeline, or under what is coming.")
    return _answer(place, "meeting", form, word, lambda: _log_meeting(place, form))


@bp.post(f"{ANY}/tasks")
def add_task(kind: str, record_id: int):
    place, form = _place(kind, record_id), new_form("task")
    return _answer(
        place,
        "task",
        form,
        _("Task saved."),
        lambda: actions.add_task(
            form.title.data,
            owner_id=form.owner_id.data,
            kind=form.kind.data,
            due_on=form.due.on,
            due_at=form.due.at,
            zone=reader().timezone,
            note=form.note.data or "",
            by=reader(),
            team_id=place.team_id,
            **place.ids,
        ),
    )


def _write_note(place: Place, form) -> queries.Shown | None:
    """The note with its files, and what it changes of the timeline it was written on.

    What was kept of it while it was written goes.
    """
    entry = actions.write_note(
        by=reader(),
        body=form.body.data,
        is_private=form.is_private.data,
        kept=form.kept,
        about=place.record,
        **place.ids,
    )
    actions.drop_draft(reader(), place.url)
    return _added(place, form, entry)


def _take_event(place: Place, form) -> Any:
    """The event; one that another record has is refused with its name, if the reader may see it."""
    try:
        return _taken(place, form)
    except actions.StandsElsewhere as held:
        there, title = place_of(held.entry), held.entry.title
        if there is None:
            raise
        said = _(
            "%(name)s has the event with this number: “%(title)s”.",
            name=there.record.name,
            title=title,
        )
        raise Refused(said, field="external_id") from None


def _taken(place: Place, form) -> Any:
    return actions.take_external_event(
        kind=form.type.data,
        title=form.title.data,
        source="hand" if form.external_id.data else "",
        external_id=form.external_id.data or "",
        amount_cents=form.amount_cents,
        currency=(form.currency.data or "").upper(),
        url=form.url.data or "",
        at=form.occurred_at,
        by=reader(),
        **place.ids,
    )


def _log_call(place: Place, form) -> Any:
    """The call and what comes next, in one transaction."""
    entry = actions.log_call(
        by=reader(),
        outcome=form.outcome.data,
        direction=form.direction.data,
        minutes=form.minutes.data,
        note=form.note.data or "",
        occurred_at=form.occurred_at,
        **place.ids,
    )
    _follow(place, form)
    return entry


def _log_meeting(place: Place, form) -> Any:
    """The meeting and what comes next; one that is still to come is an appointment, a task."""
    if form.planned_at:
        return actions.add_task(
            _("Meeting with %(name)s", name=_with(place).name),
            owner_id=reader().id,
            kind="meeting",
            due_at=form.planned_at,
            zone=reader().timezone,
            note=form.note.data or "",
            by=reader(),
            team_id=place.team_id,
            **place.ids,
        )
    entry = actions.log_meeting(
        by=reader(),
        outcome=form.outcome.data,
        note=form.note.data or "",
        minutes=form.minutes.data,
        occurred_at=form.occurred_at,
        **place.ids,
    )
    _follow(place, form)
    return entry


def _with(place: Place) -> Any:
    """Whom a talk is held with, as the reader may know: the contact, else the place's record."""
    return people.seen(reader(), place.contact) or place.record


def _follow(place: Place, form) -> None:
    """The next step that was chosen in the form of a talk."""
    calendar = people.days_there(reader())
    today = clock.today(calendar.zone)
    due = rules.follow_up(form.next.data, today, calendar, form.next_on.data)
    if due:
        actions.add_task(
            rules.follow_up_title(form.next.data, _with(place).name),
            owner_id=reader().id,
            kind="mail" if form.next.data == "next_week" else "call",
            due_on=due.on,
            due_at=due.at,
            note=form.note.data or "",
            source="follow_up",
            by=reader(),
            team_id=place.team_id,
            **place.ids,
        )


def _settled(place: Place, add: str, save: Callable[[], Any]) -> Any:
    """Save, and let a talk meet its promise at once: the page that follows shows it."""
    saved = save()
    if add in TALKS and place.contact:
        leads.settle(place.contact.id)
    return saved


def _answer(place: Place, add: str, form, word: str, save: Callable[[], Any]):
    url, was = f"{place.url}#timeline", place.contact.lifecycle if place.contact else ""
    made = perform(form, lambda: _settled(place, add, save), leads_to=lambda _entry: url)
    if made:
        named = form.body.data if add == "note" else ""
        toast(word, not_told(place, named, add == "note" and form.is_private.data), undo=True)
        if "alone" in request.form:
            return changed(url)
        if isinstance(made, queries.Shown):
            panel = panel_after(place, form, made)
            blocks = [*ADDED, "timeline_bar"] if len(made.people) > 1 else ADDED
            return changed(url, "activities/changed.html", *blocks, is_moved=True, panel=panel)
        panel = panel_of(place, add)
        # A note promises nothing: what stands beside the timeline is as it was.
        blocks = ["timeline"] if add == "note" else panel.changes
        blocks = panel.changes_by_talk(was) if add in TALKS else blocks
        return changed(url, "activities/changed.html", *blocks, panel=panel)
    return page(
        "activities/compose.html", status=422, block="composer", panel=panel_of(place, add, form)
    )


def _added(place: Place, form, entry: Entry) -> queries.Shown | None:
    """What a note changes of the timeline it was written on; None where all is drawn anew.

    The composer says by `seen` that nothing but the note is missing there, unless others wrote.
    """
    seen = row_number(request.form.get("seen"))
    if seen is None or form.kept or place.kind != "contacts":
        return None
    return queries.added(reader(), entry, seen)


def _place(kind: str, record_id: int) -> Place:
    return find(kind, record_id) or abort(404)


def _person(kind: str, record_id: int) -> Place:
    place = _place(kind, record_id)
    return place if place.contact else abort(404)
