"""The list of tasks as asked for by query string and saved view."""

from datetime import datetime, timedelta
from typing import Any

from crm.accounts.models import User
from crm.activities import rules
from crm.activities.models import Task
from crm.core import clock

Edges = dict[str, tuple[datetime | None, datetime | None]]


def edges_of(user: User) -> Edges:
    """The spans of the list in the reader's zone: (late from, until), by name."""
    now, today = clock.now(), clock.today(user.zone)
    tonight = rules.end_of(today, user.zone)
    sunday = rules.end_of(today + timedelta(days=6 - today.weekday()), user.zone)
    return {
        "open": (None, None),
        "late": (None, now),
        "today": (now, tonight),
        "week": (tonight, sunday),
        "later": (sunday, None),
    }


def when_of(asked: Any) -> str:
    """Which span a list (filters.queries.Asked) asks for, or "done"."""
    when = asked.get("when")
    return when if when == "done" or when in edges_of(asked.user) else "open"


def in_scope(asked: Any) -> list[Any]:
    """The conditions that the parameters of the page stand for."""
    when = when_of(asked)
    tests = [] if asked.get("who") == "team" else [Task.owner_id == asked.user.id]
    if when == "done":
        return [*tests, Task.closed_at.is_not(None)]
    since, until = edges_of(asked.user)[when]
    tests.append(Task.closed_at.is_(None))
    tests += [Task.due_by > since] if since else []
    return tests + ([Task.due_by <= until] if until else [])
