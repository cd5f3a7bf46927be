"""Every change to the timeline and to tasks."""

from crm.activities.actions.entries import (
    log_call,
    log_mail,
    log_meeting,
    record,
    write_note,
)
from crm.activities.actions.files import add_files
from crm.activities.actions.tasks import (
    add_task,
    cancel_task,
    change_task,
    close_tasks,
    complete_task,
    follow_task,
    reassign_task,
    refresh_days,
    remind,
    reminder_key,
    reopen_cancelled,
    reopen_task,
    snooze,
)

__all__ = [
    "add_files",
    "add_task",
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
    "remind",
    "reminder_key",
    "reopen_cancelled",
    "reopen_task",
    "snooze",
    "write_note",
]
