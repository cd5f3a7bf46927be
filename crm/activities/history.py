"""What of tasks and of what people wrote the history keeps, and how adding one is undone."""

from flask_babel import lazy_gettext as _l

from crm.accounts.models import User
from crm.activities import actions
from crm.activities.models import Entry, Task
from crm.activities.rules import WRITTEN
from crm.history.rules import Tracked


def _keeps(entry: Entry, op: str) -> bool:
    """What people wrote or logged; the rest of the timeline tells of what is kept elsewhere.

    Of a private note nobody else learns that there is one.
    """
    if entry.private_to_id:
        return False
    return op != "insert" or (entry.kind in WRITTEN and entry.actor == "user")


def _is_read(entry: Entry) -> bool:
    return entry.removed_at is None and entry.private_to_id is None


def _may_remove(entry: Entry | None, by: User, adder_id: int | None) -> None:
    actions.check_remover(entry.user_id if entry else adder_id, by)


FACTS = frozenset({"outcome", "direction", "minutes", "at"})
LINKS = {"contact": "contact_id", "company": "company_id", "deal": "deal_id"}
HISTORY = [
    Tracked(
        Task,
        _l("Task"),
        links=LINKS,
        labels={
            "title": _l("Title"),
            "kind": _l("Kind"),
            "note": _l("Note"),
            "priority": _l("Priority"),
            "owner_id": _l("Owner"),
            "contact_id": _l("Contact"),
            "company_id": _l("Company"),
            "deal_id": _l("Deal"),
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
    # Texts have no label of their own: as on the timeline, nobody reads those of what was taken
    # away or is private.
    Tracked(
        Entry,
        _l("Timeline"),
        links=LINKS,
        labels={
            "pinned_at": _l("Pinned"),
            "removed_at": _l("Taken away"),
            "edited_at": _l("Text"),
            "outcome": _l("How it ended"),
            "direction": _l("Who called"),
            "minutes": _l("Minutes"),
            "at": _l("When"),
        },
        automatic=FACTS,  # a talk that was put right is still taken back as a whole
        follows={"body": "edited_at", "removed_by_id": "removed_at"},
        shows={"edited_at": "body"},
        is_shown=_is_read,
        only=FACTS | {"kind", "body", "edited_at", "pinned_at", "removed_at", "removed_by_id"},
        keeps=_keeps,
        take_back=actions.unsay,
        given_back=lambda entry, _by: actions.recount(entry),
        may_set=actions.check_writer,
        may_remove=_may_remove,
    ),
]
# What the history calls an act, by its endpoint.
ACTS = [
    ("activities.add_note", _l("Note added")),
    ("activities.add_call", _l("Call logged")),
    ("activities.add_meeting", _l("Meeting logged")),
    ("notes.answer", _l("Note answered")),
    ("notes.update", _l("Text changed")),
    ("notes.delete", _l("Note taken away")),
    ("notes.restore", _l("Note put back")),
    ("notes.pin", _l("Pinned on top")),
    ("notes.unpin", _l("No longer pinned")),
    ("tasks.create", _l("Task added")),
    ("tasks.update", _l("Task edited")),
    ("tasks.complete", _l("Task done")),
    ("tasks.reopen", _l("Task opened again")),
    ("tasks.snooze", _l("Task put off")),
    ("tasks.reassign", _l("Task handed over")),
    ("tasks.follow", _l("Next step set")),
]
