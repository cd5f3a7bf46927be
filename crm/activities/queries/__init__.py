"""Reading the timeline and tasks, always through what a person may see."""

from crm.activities.queries.adding import added
from crm.activities.queries.hearing import not_told
from crm.activities.queries.parts import Part
from crm.activities.queries.reading import (
    common,
    entry_for,
    entry_read,
    logged_by,
    may_read_entry,
    readable,
)
from crm.activities.queries.tasks import (
    Coming,
    cadence_of,
    coming,
    coming_from,
    coming_part,
    counts_on,
    left_behind,
    moved_days,
    next_task,
    open_tasks_for,
    task_counts,
    task_for,
    to_remind,
    with_open_tasks,
)
from crm.activities.queries.thread import texts_before, threads
from crm.activities.queries.timeline import Event, Shown, Wish, timeline, timeline_for
from crm.activities.queries.wishes import answer_since, last_result_lines, wish_of

__all__ = [
    "Coming",
    "Event",
    "Part",
    "Shown",
    "Wish",
    "added",
    "answer_since",
    "cadence_of",
    "coming",
    "coming_from",
    "coming_part",
    "common",
    "counts_on",
    "entry_for",
    "entry_read",
    "last_result_lines",
    "left_behind",
    "logged_by",
    "may_read_entry",
    "moved_days",
    "next_task",
    "not_told",
    "open_tasks_for",
    "readable",
    "task_counts",
    "task_for",
    "texts_before",
    "threads",
    "timeline",
    "timeline_for",
    "to_remind",
    "wish_of",
    "with_open_tasks",
]
