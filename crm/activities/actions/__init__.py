"""Every change to the timeline and to tasks."""

from crm.activities.actions.entries import (
    log_call,
    log_mail,
    log_meeting,
    record,
    write_note,
)
from crm.activities.actions.files import add_files
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
    snooze,
)
from crm.activities.actions.wishes import save_wish

__all__ = [
    "Reminder",
    "add_files",
    "add_task",
    "bundled",
    "cancel_task",
    "change_task",
    "close_tasks",
    "complete_task",
    "follow_task",
    "log_call",
    "log_mail",
    "log_meeting",
    "reassign_task",
    "record",
    "refresh_days",
    "reminder_key",
    "reopen_cancelled",
    "reopen_task",
    "save_wish",
    "snooze",
    "take_due",
    "tell_bundle",
    "write_note",
]
