"""What comes after a task that is done: how long until then, and the form filled in for it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_login import current_user

from crm.accounts import queries as people
from crm.activities import queries, rules
from crm.activities.forms import FullTaskForm, named
from crm.activities.models import Task
from crm.core import clock


def form_after(task_id: int | None) -> FullTaskForm:
    """A fresh form; after a task that is done, the same again as long from now as the last."""
    task = queries.task_for(current_user, task_id) if task_id else None
    if task is None:
        return FullTaskForm(current_user, formdata=None)
    due = next_due(task, "cadence")
    data = {name: getattr(task, name) for name in ("title", "kind", "note", "owner_id", "priority")}
    data |= {"day": due.on if due else None} | named(current_user, task, is_gone_fine=False)
    return FullTaskForm(current_user, task=task, formdata=None, data=data)


def next_due(task: Task, choice: str) -> rules.Due | None:
    calendar = people.days_there(current_user)
    today = clock.today(calendar.zone)
    days = queries.cadence_of(task) if choice == "cadence" else None
    return (
        rules.again_in(days, today, calendar) if days else rules.follow_up(choice, today, calendar)
    )


def cadence(task: Task) -> dict | None:
    """The next step as long after a task that is done as that came after the last one."""
    days, due = queries.cadence_of(task), next_due(task, "cadence")
    return {"days": days, "on": due.on} if days and due else None


def time_in(when: datetime, zone: ZoneInfo) -> str:
    """Weekday and time of an instant on somebody else's clock."""
    return f"{when.astimezone(zone):%a %H:%M}"
