"""Reading the timeline and tasks, always through what a person may see."""

from crm.activities.queries.parts import Part
from crm.activities.queries.tasks import (
    coming,
    done_tasks_for,
    moved_days,
    next_task,
    open_tasks_for,
    task_counts,
    task_for,
    to_remind,
)
from crm.activities.queries.timeline import Event, entry_for, may_read_entry, timeline

__all__ = [
    "Event",
    "Part",
    "coming",
    "done_tasks_for",
    "entry_for",
    "may_read_entry",
    "moved_days",
    "next_task",
    "open_tasks_for",
    "task_counts",
    "task_for",
    "timeline",
    "to_remind",
]
