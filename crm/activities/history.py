"""What of tasks the history keeps, in which words, and how adding one is undone."""

from flask_babel import lazy_gettext as _l

from crm.activities import actions
from crm.activities.models import Task
from crm.history.rules import Tracked

HISTORY = [
    Tracked(
        Task,
        _l("Task"),
        links={"contact": "contact_id", "company": "company_id", "deal": "deal_id"},
        labels={
            "title": _l("Title"),
            "kind": _l("Kind"),
            "note": _l("Note"),
            "priority": _l("Priority"),
            "owner_id": _l("Owner"),
            "due_on": _l("Due on"),
            "due_at": _l("Due at"),
            "snoozes": _l("Times put off"),
            "closed_at": _l("Closed"),
            "closed_as": _l("Closed as"),
            "outcome": _l("Outcome"),
        },
        follows={
            "due_on": "due_by",
            "due_at": "due_by",
            "zone": "due_by",
            "due_set_at": "due_by",
            "snoozes": "due_by",
            "closed_as": "closed_at",
            "closed_by_id": "closed_at",
            "outcome": "closed_at",
        },
        counts="due_version",
        take_back=actions.cancel_task,
    ),
]
# What the history calls an act, by its endpoint.
ACTS = [
    ("tasks.create", _l("Task added")),
    ("tasks.update", _l("Task edited")),
    ("tasks.complete", _l("Task done")),
    ("tasks.reopen", _l("Task opened again")),
    ("tasks.snooze", _l("Task put off")),
    ("tasks.reassign", _l("Task handed over")),
    ("tasks.follow", _l("Next step set")),
]
