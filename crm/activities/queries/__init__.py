"""Reading the timeline and tasks, always through what a person may see."""

from crm.activities.queries.parts import Part
from crm.activities.queries.tasks import (
    coming,
    done_tasks_for,
    left_behind,
    moved_days,
    next_task,
    open_tasks_for,
    task_counts,
    task_for,
    to_remind,
)
from crm.activities.queries.timeline import Event, entry_for, may_read_entry, timeline
from crm.activities.queries.wishes import answer_since, last_result_lines, wish_of

__all__ = [
    "Event",
    "Part",
    "answer_since",
    "coming",
    "done_tasks_for",
    "entry_for",
    "last_result_lines",
    "left_behind",
    "may_read_entry",
    "moved_days",
    "next_task",
    "open_tasks_for",
    "task_counts",
    "task_for",
    "timeline",
    "to_remind",
    "wish_of",
]
