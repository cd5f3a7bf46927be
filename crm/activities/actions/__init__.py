"""Every change to the timeline and to tasks."""

from crm.activities.actions.entries import (
    log_call,
    log_mail,
    log_meeting,
    record,
)
from crm.activities.actions.external import EXTERNAL_KINDS, take_external_event
from crm.activities.actions.files import add_files
from crm.activities.actions.notes import (
    drop_draft,
    edit_note,
    forget_texts,
    keep_draft,
    pin,
    put_back_note,
    remove_note,
    reply,
    show_oldest_first,
    unpin,
    write_note,
)
from crm.activities.actions.reminders import (
    Reminder,
    bundled,
    reminder_key,
    take_due,
    tell_bundle,
)
from crm.activities.actions.tasks import (
    add_task,
    cancel_task,
    change_task,
    close_tasks,
    complete_task,
    follow_task,
    reassign_task,
    refresh_days,
    reopen_cancelled,
    reopen_task,
    snapshot_of_task,
    snooze,
)
from crm.activities.actions.wishes import save_wish

__all__ = [
    "EXTERNAL_KINDS",
    "Reminder",
    "add_files",
    "add_task",
    "bundled",
    "cancel_task",
    "change_task",
    "close_tasks",
    "complete_task",
    "drop_draft",
    "edit_note",
    "follow_task",
    "forget_texts",
    "keep_draft",
    "log_call",
    "log_mail",
    "log_meeting",
    "pin",
    "put_back_note",
    "reassign_task",
    "record",
    "refresh_days",
    "reminder_key",
    "remove_note",
    "reopen_cancelled",
    "reopen_task",
    "reply",
    "save_wish",
    "show_oldest_first",
    "snapshot_of_task",
    "snooze",
    "take_due",
    "take_external_event",
    "tell_bundle",
    "unpin",
    "write_note",
]
