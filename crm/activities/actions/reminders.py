"""Reminding: each time once, the latest of what was missed, and many late ones together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import update

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.activities import rules
from crm.activities.actions.wishes import plan, planned, repeats_in, works_today
from crm.activities.models import Task
from crm.activities.queries import answer_since, wish_of
from crm.core import clock
from crm.core.db import db
from crm.notices import actions as notices

# What comes later than this is no longer on time, and may share a mail with others.
ON_TIME = timedelta(minutes=30)
MOST_ALONE = 5
KEYS = {"due": "due", "ask": "ask", "before": "soon", "overdue": "late"}


@dataclass(frozen=True)
class Reminder:
    """One reminder that was claimed: its `kind` (rules.Step), for whom, and whether it is late."""

    task: Task
    kind: str
    owner: User
    stand_in: User | None
    on: date
    is_behind: bool

    @property
    def reader(self) -> User:
        """Who gets the mail."""
        return self.stand_in or self.owner

    @property
    def key(self) -> str:
        """What makes a reminder the same one: kind, task and due time; repeats also their day."""
        return reminder_key(self.task, self.kind) + (
            f":{self.on}" if self.kind == "overdue" else ""
        )


def reminder_key(task: Task, kind: str = "due") -> str:
    """What makes a reminder up to the due time the same one."""
    return f"{KEYS[kind]}:{task.id}:{task.due_version}"


def take_due(tasks: Iterable[Task]) -> list[Reminder]:
    """Claim the reminders whose time has come; each is claimed by one process alone."""
    return [one for task in tasks if (one := _take(task)) is not None]


def _take(task: Task) -> Reminder | None:
    now, owner = clock.now(), db.session.get_one(User, task.owner_id)
    at = task.remind_at
    kind = _kind(task, owner, now)
    following = _following(task, owner, kind or task.remind_step, now)
    if at is None or not _claim(task, at, following):
        return None
    if kind is None or (kind == "ask" and answer_since(task) is None):
        return None
    today = clock.today(owner.zone)
    stand_in = people.delegate_of(owner, today)
    is_behind = kind == "overdue" or now - at > ON_TIME
    return Reminder(task, kind, owner, stand_in, today, is_behind)


def _kind(task: Task, owner: User, now: datetime) -> str | None:
    """What is to be said now; None where the day is a free one, or the plan has moved."""
    if task.remind_step == "overdue":
        return "overdue" if works_today(owner) else None
    step = rules.passed(planned(task, owner), now)
    return step.kind if step else None


def _following(task: Task, owner: User, kind: str, now: datetime) -> rules.Step | None:
    later = next((step for step in planned(task, owner) if step.at > now), None)
    if later and kind != "overdue":
        return later
    wish = wish_of(owner)
    if not wish.repeats:
        return None
    return rules.Step("overdue", rules.repeat_at(now, wish.hour, repeats_in(owner)))


def _claim(task: Task, at: datetime, following: rules.Step | None) -> bool:
    claimed = db.session.scalar(
        update(Task)
        .where(Task.id == task.id, Task.remind_at == at, Task.closed_at.is_(None))
        .values(
            remind_at=following.at if following else None,
            remind_step=following.kind if following else "due",
        )
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    )
    return claimed is not None


def bundled(reminders: Iterable[Reminder]) -> list[list[Reminder]]:
    """What goes out together: a reader's late ones as one, those on time each by itself."""
    bundles: list[list[Reminder]] = []
    of: dict[int, list[Reminder]] = {}
    for one in reminders:
        of.setdefault(one.reader.id, []).append(one)
    for mine in of.values():
        alone = [one for one in mine if not one.is_behind][:MOST_ALONE]
        bundles += [[one] for one in alone]
        rest = [one for one in mine if one not in alone]
        if rest:
            bundles.append(rest)
    return bundles


def tell_bundle(bundle: list[Reminder]) -> None:
    """Ring the bell for reminders that go together: at the owner, and at who stands in."""
    if len(bundle) == 1:
        _tell_one(bundle[0])
        return
    first = bundle[0]
    if wish_of(first.reader).is_belled:
        notices.tell(
            first.reader.id,
            kind="task_overdue",
            title=_("%(count)s tasks are late", count=len(bundle)),
            body=", ".join(one.task.title for one in bundle[:3]),
            url="/tasks?when=late",
            dedupe_key=f"late:{first.reader.id}:{first.key}",
        )


def _tell_one(one: Reminder) -> None:
    for person in filter(None, (one.owner, one.stand_in)):
        if not wish_of(person).is_belled:
            continue
        prefix = (
            _("For %(name)s, who is away. ", name=one.owner.name) if person is one.stand_in else ""
        )
        notices.tell(
            person.id,
            kind="task_overdue",
            title=one.task.title,
            body=prefix + _words(one),
            url=f"/tasks/{one.task.id}",
            dedupe_key=f"{one.key}:{person.id}",
        )


def _words(one: Reminder) -> str:
    if one.kind == "ask":
        return _("Still needed? They answered since.")
    if one.kind == "before":
        return _("Due soon")
    return _("Overdue") if one.kind == "overdue" or one.task.due_on else _("Due now")


__all__ = ["Reminder", "bundled", "plan", "reminder_key", "take_due", "tell_bundle"]
