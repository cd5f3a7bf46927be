"""What the timeline and tasks offer: places in the frame, mails, fields and relations."""

from operator import attrgetter
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import and_, case, select

from crm.activities.bulk import BATCHES  # noqa: F401 - offered to create_app
from crm.activities.forms.cells import SETTINGS
from crm.activities.letters import MAILS
from crm.activities.lists import in_scope, spans_for, when_of
from crm.activities.models import Entry, Task
from crm.activities.queries import common
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core.days import FAR
from crm.core.db import db
from crm.deals.models import Deal
from crm.fields.queries import team_options
from crm.fields.rules import Field, Relation, choices
from crm.filters.queries import Asked, Group, Menu, field_named, group, months
from crm.web.shell import ShellItem

SHELL = [
    ShellItem(_("Tasks"), "/tasks", icon="check", order=50),
    ShellItem(
        _("Task"),
        "/tasks/new",
        icon="check",
        order=40,
        place="new",
        right="edit_records",
        help=_("What you promise, with its day or time"),
    ),
]

TASK_WORDS = {
    "todo": _("To do"),
    "call": _("Call"),
    "mail": _("Mail"),
    "meeting": _("Meeting"),
}
CLOSED_WORDS = {"done": _("Done"), "reassigned": _("Given away"), "cancelled": _("Cancelled")}
ENTRY_WORDS = {
    "note": _("Note"),
    "call": _("Call"),
    "mail_out": _("Mail to them"),
    "mail_in": _("Mail from them"),
    "meeting": _("Meeting"),
    "task_done": _("Task done"),
    "stage": _("Deal moved"),
    "closure": _("Deal closed"),
    "lifecycle": _("Lifecycle"),
    "quiz_start": _("Quiz started"),
    "quiz_result": _("Quiz result"),
    "nurture_sent": _("Sequence mail"),
    "nurture_stop": _("Sequence ended"),
    "assignment": _("Given away"),
    "tag": _("Tag"),
    "file": _("File"),
    "external": _("Event of another tool"),
    "no_show": _("Missed meeting"),
    "created": _("Added"),
    "intake": _("Arrived"),
}
WAY_WORDS = {"in": _("From them"), "out": _("To them")}
OUTCOME_WORDS = {
    "reached": _("Reached"),
    "voicemail": _("Voicemail"),
    "no_answer": _("No answer"),
    "wrong": _("Wrong number"),
}


SPAN_WORDS = {
    "late": _("Late"),
    "today": _("Today"),
    "week": _("This week"),
    "later": _("Later"),
}


def _by_due(asked: Asked) -> list[Group]:
    """As the tabs part open tasks; what is done, by the months in which it was due."""
    if when_of(asked) == "done":
        by = field_named("task", "due", asked.user)
        return months(asked, by) if by else []
    spans, dated = spans_for(asked), Task.due_by < FAR
    found = [
        Group(
            when, str(word), and_(spans[when], dated), asked.url(when=when, group=None, shut=None)
        )
        for when, word in SPAN_WORDS.items()
    ]
    bare = group(asked, "none", gettext("No day"), {"field": "due", "op": "empty"})
    return [*found, bare]


def _by_priority(asked: Asked) -> list[Group]:
    high = {"field": "priority", "op": "gt", "values": ["0"]}
    usual = {"field": "priority", "op": "lte", "values": ["0"]}
    return [
        group(asked, "high", gettext("High"), high),
        group(asked, "usual", gettext("Normal"), usual),
    ]


def _usual(asked: Asked) -> tuple[str, bool]:
    """What is open, first due first; what is done, the latest first."""
    return ("closed_at", False) if when_of(asked) == "done" else ("due", True)


MENU = Menu(
    "task",
    "/tasks",
    names=("when", "who"),
    columns=("title", "due", "who", "owner"),
    extra={"who": _("About")},
    major=("title", "due"),
    usual=_usual,
    groups={
        "due": _by_due,
        "priority": _by_priority,
        **dict.fromkeys(("owner", "kind", "contact", "company", "deal", "created_at", "closed_at")),
    },
    scope=in_scope,
)
LISTS = [MENU]
MODELS = [("task", Task), ("entry", Entry)]
FIELDS: list[Field | Relation] = [
    Field("task", "title", _("Title"), "text", Task.title, attrgetter("title"),
          is_required=True, is_editable=True),
    Field("task", "kind", _("Kind"), "select", Task.kind, attrgetter("kind"),
          options=choices(TASK_WORDS), is_editable=True),
    Field("task", "note", _("Note"), "long", Task.note, attrgetter("note"), is_editable=True),
    Field("task", "priority", _("Priority"), "number", Task.priority, attrgetter("priority"),
          is_sortable=True, is_editable=True),
    Field("task", "owner", _("Owner"), "user", Task.owner_id, attrgetter("owner_id"),
          is_editable=True),
    Field("task", "team", _("Team"), "select", Task.team_id, attrgetter("team_id"),
          options=team_options),
    Field("task", "due", _("Due"), "at", case((Task.due_by < FAR, Task.due_by)),
          lambda task: task.due_by if task.due_by < FAR else None, sort_column=Task.due_by,
          bare_column=Task.due_by, is_sortable=True, is_editable=True),
    Field("task", "due_on", _("Due on the day"), "on", Task.due_on, attrgetter("due_on"),
          is_listed=False),
    Field("task", "is_open", _("Open"), "bool", Task.closed_at.is_(None), attrgetter("is_open")),
    Field("task", "closed_at", _("Closed"), "at", Task.closed_at, attrgetter("closed_at"),
          is_sortable=True),
    Field("task", "closed_as", _("Closed as"), "select", Task.closed_as, attrgetter("closed_as"),
          options=choices(CLOSED_WORDS)),
    Field("task", "outcome", _("Outcome"), "text", Task.outcome, attrgetter("outcome")),
    Field("task", "source", _("Source"), "text", Task.source, attrgetter("source")),
    Field("task", "snoozes", _("Times put off"), "number", Task.snoozes, attrgetter("snoozes")),
    Field("task", "created_at", _("Added"), "at", Task.created_at, attrgetter("created_at"),
          is_sortable=True),
    Field("task", "contact", _("Contact"), "reference", Task.contact_id,
          attrgetter("contact_id"), target="contact"),
    Field("task", "company", _("Company"), "reference", Task.company_id,
          attrgetter("company_id"), target="company"),
    Field("task", "deal", _("Deal"), "reference", Task.deal_id, attrgetter("deal_id"),
          target="deal"),
    Field("entry", "kind", _("Kind"), "select", Entry.kind, attrgetter("kind"),
          options=choices(ENTRY_WORDS)),
    Field("entry", "at", _("When"), "at", Entry.at, attrgetter("at")),
    Field("entry", "direction", _("Direction"), "select", Entry.direction,
          attrgetter("direction"), options=choices(WAY_WORDS)),
    Field("entry", "outcome", _("Outcome"), "select", Entry.outcome, attrgetter("outcome"),
          options=choices(OUTCOME_WORDS)),
    Field("entry", "user", _("By"), "user", Entry.user_id, attrgetter("user_id")),
    Field("entry", "minutes", _("Minutes"), "number", Entry.minutes, attrgetter("minutes")),
    Field("entry", "title", _("Title"), "text", Entry.title, attrgetter("title")),
    Relation("contact", "entries", _("Calls, mails and notes"), "entry",
             lambda: and_(Entry.contact_id == Contact.id, common()),
             lambda contact: _entries(Entry.contact_id == contact.id)),
    Relation("company", "entries", _("Calls, mails and notes"), "entry",
             lambda: and_(Entry.company_id == Company.id, common()),
             lambda company: _entries(Entry.company_id == company.id)),
    Relation("deal", "entries", _("Calls, mails and notes"), "entry",
             lambda: and_(Entry.deal_id == Deal.id, common()),
             lambda deal: _entries(Entry.deal_id == deal.id)),
]  # fmt: skip


def _entries(where: Any) -> list[Entry]:
    return list(db.session.scalars(select(Entry).where(where, common())))


__all__ = ["FIELDS", "MAILS", "MODELS", "SETTINGS", "SHELL"]
