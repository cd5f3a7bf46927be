"""What a record page shows of its timeline: composer, coming tasks, filters, entries."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import g, request

from crm.activities import forms, queries
from crm.activities.routes.place import NOUNS, Place, find
from crm.activities.rules import SHOWS
from crm.contacts import queries as consents
from crm.core import clock
from crm.core.days import FAR
from crm.core.numbers import row_number
from crm.deals.queries import Beside, deals_beside
from crm.leads import queries as leads
from crm.sequences import queries as sequences
from crm.sequences.standing import Joined, enrolments_of
from crm.web.drawing import say as _
from crm.web.session import reader

__all__ = ["Panel", "Place", "find", "new_form", "panel_after", "panel_of", "timeline_of"]
FORMS: dict[str, Any] = {
    "note": forms.NoteForm,
    "call": forms.CallForm,
    "mail": forms.MailForm,
    "reply": forms.ReplyForm,
    "task": forms.TaskForm,
    "meeting": forms.MeetingForm,
    "event": forms.EventForm,
}
KEYS = {"note": "n", "call": "l", "mail": "m", "task": "t"}


@dataclass
class Panel:
    """A place's timeline as this request asks for it."""

    place: Place
    add: str = "note"
    form: Any = None
    show: str = "all"
    by: int | None = None
    before: str | None = None
    entry: int | None = None
    offer: Any = field(default=None)
    keys: dict[str, str] = field(default_factory=KEYS.copy)

    @cached_property
    def part(self) -> queries.Shown:
        wish = queries.Wish(
            before=self.before,
            kinds=None if self.show == "all" else self.show,
            by=self.by,
            is_oldest_first=self.is_oldest_first,
            at=self.entry,
        )
        reading = self.place.reading()
        place = self.place.url
        return queries.timeline_for(reader(), wish, since=self.since, place=place, **reading)

    @property
    def is_oldest_first(self) -> bool:
        return bool(reader().is_oldest_first)

    @property
    def is_first(self) -> bool:
        """Whether this is the page a record opens with, where coming tasks stand."""
        return not (self.before or self.entry)

    @property
    def seen(self) -> int | None:
        """The newest entry, where a note by this reader would change nothing but its place.

        A page of all entries of a contact that ends at now.
        """
        ends_now = self.is_first and not (self.is_oldest_first and self.part.after)
        if self.place.kind != "contacts" or self.show != "all" or self.by or not ends_now:
            return None
        return self.part.newest or None

    @property
    def draft(self) -> str:
        """What the reader has begun to write here."""
        return self.part.draft

    @property
    def since(self):
        """A deal shows what its contact said since the deal began."""
        return self.place.record.created_at if self.place.kind == "deals" else None

    @cached_property
    def coming(self) -> list:
        return queries.coming(reader(), **self.place.reading()) if self.is_first else []

    def url_of(self, **changes: Any) -> str:
        """The address of this timeline with some of its questions asked otherwise."""
        asked = {"show": self.show if self.show != "all" else None, "by": self.by} | changes
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{self.place.url}{'?' if query else ''}{query}#timeline"

    @cached_property
    def filters(self) -> list[dict[str, Any]]:
        """The links above the entries, with how many each shows."""
        counts = self.part.counts
        labels = {
            "all": _("All"),
            "talk": _("Calls and mails"),
            "notes": _("Notes"),
            "files": _("Files"),
            "events": _("Events"),
            "changes": _("Changes"),
        }
        always = {"all", "talk", "notes", "changes", self.show}
        return [
            {
                "label": label,
                "url": self.url_of(show=show if show != "all" else None),
                "current": show == self.show,
                "count": counts[show],
            }
            for show, label in labels.items()
            if show in always or counts[show]
        ]

    @property
    def people(self) -> list[dict[str, Any]]:
        """Who wrote here, as links that show only theirs; none where one alone did."""
        if len(self.part.people) < 2 and not self.by:
            return []
        rows = [
            {"label": name, "url": self.url_of(by=number), "current": number == self.by}
            for number, name in self.part.people
        ]
        everybody = {"label": _("Everybody"), "url": self.url_of(by=None), "current": not self.by}
        return [everybody, *rows]

    @property
    def save_label(self) -> str:
        return {
            "note": _("Save note"),
            "call": _("Save call"),
            "mail": _("Log mail"),
            "reply": _("Save answer"),
            "task": _("Save task"),
            "meeting": _("Save meeting"),
            "event": _("Save event"),
        }[self.add]

    @property
    def hint(self) -> str:
        hints = {
            "call": _("A logged call stops the answer clock."),
            "mail": _("For mails you sent from elsewhere."),
            "reply": _("Stops the sequences they are in."),
            "note": _("Markdown works. @ and a name tells a colleague."),
            "meeting": _("A time to come makes it an appointment."),
            "event": _("A purchase, payment or ticket of another tool."),
        }
        if self.add == "call" and not self.place.contact:
            return ""
        return hints.get(self.add, "")

    @property
    def changes(self) -> list[str]:
        """The blocks of activities/changed.html that a change of the timeline changes."""
        beside = {"contacts": ["promise"], "deals": ["next_step"]}
        return ["timeline", *beside.get(self.place.kind, [])]

    def changes_by_talk(self, was: str) -> list[str]:
        """The same for a talk that may have moved a contact on from the lifecycle `was`.

        Each is named only where it did change.
        """
        if self.place.kind != "contacts":
            return self.changes
        is_moved = self.place.record.lifecycle != was
        moved = ["fact_lifecycle", "who_lifecycle"] if is_moved else []
        return [*self.changes, *moved, *(["enrolments"] if self.enrolments else [])]

    @cached_property
    def enrolments(self) -> list[Joined]:
        """The sequences that a talk may have stopped."""
        return enrolments_of(self.place.number) if self.standing.has_enrolments else []

    @cached_property
    def sequences(self) -> list:
        """Those into which the contact could be put: none without consent to mails."""
        may_write = consents.has_consent(self.place.number, "marketing")
        return sequences.live_sequences() if may_write else []

    @cached_property
    def standing(self) -> leads.Standing:
        """What there is about the contact of this page, its promise to answer included."""
        return leads.standing(self.place.record)

    @property
    def is_assigned(self) -> bool:
        return self.standing.is_assigned

    @property
    def answer(self) -> leads.Promise | None:
        """How the promise to answer stands."""
        return self.standing.promise

    @cached_property
    def open_deals(self) -> list[Beside]:
        """The deals of a contact that are still open."""
        return [deal for deal in deals_beside(reader(), self.place.number) if deal.is_open]

    @property
    def next(self):
        """The open dated task that comes first."""
        return next((task for task in reversed(self.coming) if task.due_by < FAR), None)

    @property
    def post_url(self) -> str:
        return f"{self.place.url}/{NOUNS[self.add]}"

    @property
    def further_url(self) -> str | None:
        """The next page, away from the end this person wants on top."""
        after = self.part.after
        return self.url_of(before=after) if after else None

    @property
    def now(self):
        return clock.now()


def timeline_of(contact=None, deal=None, company=None, coming=None) -> Panel:
    """The panel of the first record given, by the query string: add, show, by, before, entry.

    Several parts of a page ask for it; it is made once an answer. `coming`: its open tasks, where
    the page has read them.
    """
    if "timeline_panel" not in g:
        panel = g.timeline_panel = _asked_for(contact, deal, company)
        if coming is not None and panel.is_first:
            panel.coming = coming
    return g.timeline_panel


def _asked_for(contact, deal, company) -> Panel:
    if contact:
        place = Place("contacts", contact, contact)
    elif deal:
        place = Place("deals", deal, deal.contact)
    else:
        place = Place("companies", company)
    show = request.args.get("show", "all")
    entry = row_number(request.args.get("entry"))
    return panel_of(
        place,
        request.args.get("add"),
        show=show if show in {*SHOWS, "changes"} and not entry else "all",
        by=None if entry else row_number(request.args.get("by")),
        before=request.args.get("before"),
        entry=entry if entry and is_shown(place, entry) else None,
    )


def is_shown(place: Place, entry_id: int) -> bool:
    """Whether a permanent link leads to an entry that this person may read."""
    return queries.entry_read(reader(), entry_id) is not None


def panel_of(place: Place, add: str | None = None, form=None, **more: Any) -> Panel:
    """The panel with a composer of the kind `add`, filled with `form` or fresh."""
    add = add if add in place.adds else place.adds[0]
    panel = Panel(place, add, form or new_form(add, fresh=True), **more)
    if add == "note" and not form:
        panel.form.body.data = panel.part.draft
    return panel


def panel_after(place: Place, form, part: queries.Shown) -> Panel:
    """The panel of a timeline to which its reader added `part`; the `form` is empty again."""
    form.process()
    panel = Panel(place, form=form)
    panel.part = part
    return panel


def new_form(add: str, *, fresh: bool = False):
    """The composer's form; `fresh` leaves what was posted alone."""
    kind = FORMS[add]
    data = {"formdata": None} if fresh else {}
    return kind(**data) if add == "note" else kind(reader(), **data)
