"""What a record page shows of its timeline: composer, coming tasks, filters, entries."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Select, select

from crm.accounts.queries import visible
from crm.activities import forms, queries
from crm.activities.models import FAR
from crm.companies.models import Company
from crm.companies.queries import company_for
from crm.contacts.models import Contact
from crm.contacts.queries import contact_for
from crm.core import clock
from crm.deals.models import Deal
from crm.deals.queries import deal_for, deals_of

FORMS = {
    "note": forms.NoteForm,
    "call": forms.CallForm,
    "mail": forms.MailForm,
    "reply": forms.ReplyForm,
    "task": forms.TaskForm,
    "meeting": forms.MeetingForm,
}
NOUNS = {
    "note": "notes",
    "call": "calls",
    "mail": "mails",
    "reply": "replies",
    "task": "tasks",
    "meeting": "meetings",
}


@dataclass
class Place:
    """A record that has a timeline."""

    kind: str
    record: Any
    contact: Contact | None = None

    @property
    def url(self) -> str:
        return f"/{self.kind}/{self.record.id}"

    @property
    def ids(self) -> dict[str, Any]:
        """Where an entry about this place belongs."""
        if self.kind == "companies":
            return {"company_id": self.record.id}
        if self.kind == "contacts":
            return {"contact_id": self.record.id}
        return {"deal_id": self.record.id, "contact_id": self.record.contact_id}

    @property
    def team_id(self) -> int | None:
        return self.record.team_id

    @property
    def adds(self) -> list[str]:
        """What can be added here; talks need a person."""
        return list(NOUNS) if self.contact else ["note", "task"]

    def reading(self) -> dict[str, Any]:
        """The arguments under which queries find this place's rows."""
        if self.kind == "companies":
            return {"company_id": self.record.id, "people": _people_of(self.record)}
        if self.kind == "contacts":
            return {"contact_id": self.record.id}
        people = select(Contact.id).where(Contact.id == self.record.contact_id)
        return {"deal_id": self.record.id, "people": people}


@dataclass
class Panel:
    """A place's timeline as this request asks for it."""

    place: Place
    add: str = "note"
    form: Any = None
    show: str = "all"
    before: str | None = None
    offer: Any = field(default=None)

    @cached_property
    def part(self) -> queries.Part:
        return queries.timeline(
            **self.place.reading(),
            since=self.since,
            before=self.before,
            kinds=None if self.show == "all" else self.show,
            is_counted=True,
        )

    @property
    def since(self):
        """A deal shows what its contact said since the deal began."""
        return self.place.record.created_at if self.place.kind == "deals" else None

    @cached_property
    def coming(self) -> list:
        return [] if self.before else queries.coming(**self.place.reading())

    @cached_property
    def filters(self) -> list[dict[str, Any]]:
        """The links above the entries, with how many each shows."""
        counts = self.part.counts
        labels = {
            "all": _("All"),
            "talk": _("Calls and mails"),
            "notes": _("Notes"),
            "changes": _("Changes"),
        }
        return [
            {
                "label": label,
                "url": f"{self.place.url}?show={show}#timeline",
                "current": show == self.show,
                "count": counts[show],
            }
            for show, label in labels.items()
        ]

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The kinds of the composer; each is a link, and a fragment for htmx."""
        labels = {
            "note": _("Note"),
            "call": _("Call"),
            "mail": _("Mail"),
            "reply": _("They answered"),
            "task": _("Task"),
            "meeting": _("Meeting"),
        }
        return [
            {
                "label": labels[add],
                "add": add,
                "url": f"{self.place.url}?add={add}#composer",
                "fragment": f"{self.place.url}/{NOUNS[add]}/new",
                "current": add == self.add,
            }
            for add in self.place.adds
        ]

    @property
    def save_label(self) -> str:
        return {
            "note": _("Save note"),
            "call": _("Save call"),
            "mail": _("Log mail"),
            "reply": _("Save answer"),
            "task": _("Save task"),
            "meeting": _("Save meeting"),
        }[self.add]

    @property
    def hint(self) -> str:
        hints = {
            "call": _("A logged call stops the answer clock."),
            "mail": _("For mails you sent from elsewhere."),
            "reply": _("Stops the sequences they are in."),
            "note": _("Markdown works."),
        }
        return hints.get(self.add, "")

    @property
    def changes(self) -> list[str]:
        """The blocks of activities/changed.html that a change of the timeline changes."""
        beside = {"contacts": ["promise"], "deals": ["next_step"]}
        return ["timeline", *beside.get(self.place.kind, [])]

    @cached_property
    def open_deals(self) -> list[Deal]:
        """The deals of a contact that are still open."""
        found = deals_of(current_user, contact_id=self.place.record.id)
        return [deal for deal in found if deal.stage.kind == "open"]

    @property
    def next(self):
        """The open dated task that comes first."""
        return next((task for task in reversed(self.coming) if task.due_by < FAR), None)

    @property
    def post_url(self) -> str:
        return f"{self.place.url}/{NOUNS[self.add]}"

    @property
    def older_url(self) -> str | None:
        after = self.part.after
        return f"{self.place.url}?show={self.show}&before={after}#timeline" if after else None

    @property
    def now(self):
        return clock.now()


def timeline_of(contact=None, deal=None, company=None) -> Panel:
    """The panel of the first record given, by the query string: add, show, before.

    Several parts of a page ask for it; it is made once an answer.
    """
    if "timeline_panel" not in g:
        g.timeline_panel = _asked_for(contact, deal, company)
    return g.timeline_panel


def _asked_for(contact, deal, company) -> Panel:
    if contact:
        place = Place("contacts", contact, contact)
    elif deal:
        place = Place("deals", deal, deal.contact)
    else:
        place = Place("companies", company)
    show = request.args.get("show", "all")
    return panel_of(
        place,
        request.args.get("add"),
        show=show if show in {"talk", "notes", "changes"} else "all",
        before=request.args.get("before"),
    )


def panel_of(place: Place, add: str | None = None, form=None, **more: Any) -> Panel:
    """The panel with a composer of the kind `add`, filled with `form` or fresh."""
    add = add if add in place.adds else place.adds[0]
    return Panel(place, add, form or new_form(add, fresh=True), **more)


def new_form(add: str, *, fresh: bool = False):
    """The composer's form; `fresh` leaves what was posted alone."""
    kind = FORMS[add]
    data = {"formdata": None} if fresh else {}
    return kind(**data) if add == "note" else kind(current_user, **data)


def find(kind: str, record_id: int) -> Place | None:
    """The record named by a URL, if the reader may see it."""
    if kind == "contacts":
        contact = contact_for(current_user, record_id)
        return Place(kind, contact, contact) if contact else None
    if kind == "deals":
        deal: Deal | None = deal_for(current_user, record_id)
        return Place(kind, deal, deal.contact) if deal else None
    company: Company | None = company_for(current_user, record_id)
    return Place(kind, company) if company else None


def _people_of(company: Company) -> Select:
    return select(Contact.id).where(
        Contact.company_id == company.id,
        Contact.deleted_at.is_(None),
        visible(current_user, Contact),
    )
