"""Every change to sequences and enrolments."""

from crm.sequences.actions.editing import (
    add_step,
    archive,
    create,
    delete_step,
    move_step,
    pause_sequence,
    publish,
    resume_sequence,
    save_settings,
    save_step,
)
from crm.sequences.actions.enrolling import enrol
from crm.sequences.actions.going_on import go_back, go_on_from_trash, why_they_stay
from crm.sequences.actions.running import queue_due_steps, settled
from crm.sequences.actions.stopping import (
    pause,
    postpone_for_contact,
    resume,
    stop,
    stop_for_contact,
)
from crm.sequences.actions.trying import queue_test
from crm.sequences.actions.unsubscribing import resubscribe, save_preferences, unsubscribe
from crm.sequences.actions.waiting import begin_waiting

__all__ = [
    "add_step",
    "archive",
    "begin_waiting",
    "create",
    "delete_step",
    "enrol",
    "go_back",
    "go_on_from_trash",
    "move_step",
    "pause",
    "pause_sequence",
    "postpone_for_contact",
    "publish",
    "queue_due_steps",
    "queue_test",
    "resubscribe",
    "resume",
    "resume_sequence",
    "save_preferences",
    "save_settings",
    "save_step",
    "settled",
    "stop",
    "stop_for_contact",
    "unsubscribe",
    "why_they_stay",
]
