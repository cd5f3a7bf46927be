"""How people want to be reminded, and when a task reminds next."""

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.activities import rules
from crm.activities.models import ReminderWish, Task
from crm.activities.queries import wish_of
from crm.core import clock
from crm.core.business_time import Calendar, is_working_day
from crm.core.db import db

WISHES = ("before_minutes", "is_belled", "is_mailed", "repeats", "hour", "has_digest",
          "digest_hour")  # fmt: skip


def save_wish(user: User, **values: object) -> ReminderWish:
    """Keep how `user` wants to be reminded; tasks whose reminders have not begun follow it.

    Only WISHES count.
    """
    wish = wish_of(user)
    db.session.add(wish)
    for name in WISHES:
        if name in values:
            setattr(wish, name, values[name])
    for task in user_tasks(user):
        if task.remind_step != "overdue":
            plan(task, user)
    return wish


def user_tasks(user: User) -> list[Task]:
    """The open tasks of `user` that will remind them."""
    return list(
        db.session.query(Task).filter(
            Task.owner_id == user.id, Task.closed_at.is_(None), Task.remind_at > clock.now()
        )
    )


def planned(task: Task, owner: User) -> list[rules.Step]:
    """The reminders of a task up to its due time."""
    due = rules.Due(on=task.due_on, at=task.due_at)
    asks = bool(task.contact_id) and rules.asks_again(due, task.due_set_at, owner.zone)
    calendar = people.calendar_of(owner)
    return rules.steps(due, calendar, before=wish_of(owner).before_minutes, asks=asks)


def plan(task: Task, owner: User) -> None:
    """Set what a task reminds of next, and when."""
    step = rules.upcoming(planned(task, owner), clock.now())
    task.remind_at = step.at if step else None
    task.remind_step = step.kind if step else "due"


def repeats_in(owner: User) -> Calendar:
    """When late tasks are brought up: not during leave, unless somebody stands in."""
    calendar = people.calendar_of(owner)
    is_covered = people.delegate_of(owner, clock.today(owner.zone)) is not None
    return calendar if is_covered else people.days_there(owner)


def works_today(owner: User) -> bool:
    """Whether this is a day on which `owner`, or who stands in, can be bothered with old things."""
    return is_working_day(clock.today(owner.zone), repeats_in(owner))
