"""Promises: adding, doing, putting off, handing over and closing tasks."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities.actions.entries import SETTLE, record
from crm.activities.actions.wishes import plan
from crm.activities.models import Task
from crm.activities.rules import LONGEST_TITLE, Due, late_from
from crm.core import clock
from crm.core.db import db
from crm.core.queue import ring
from crm.core.refusal import Conflict, Refused
from crm.core.versions import merged
from crm.notices import actions as notices

ABOUT = ("contact_id", "company_id", "deal_id")


def add_task(
    title: str,
    *,
    owner_id: int,
    kind: str = "todo",
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    due_at: datetime | None = None,
    due_on: date | None = None,
    zone: str | None = None,
    note: str = "",
    priority: int = 0,
    source: str = "user",
    dedupe_key: str | None = None,
    by: User | None = None,
    team_id: int | None = None,
) -> Task | None:
    """A task of `owner_id`, due on a day or at an instant; None if the dedupe_key exists.

    `zone` names the zone an instant was meant in (default: the owner's).
    """
    if dedupe_key and _exists(dedupe_key):
        return None
    owner = db.session.get_one(User, owner_id)
    task = Task(
        title=title.strip()[:LONGEST_TITLE],
        kind=kind,
        note=note,
        priority=priority,
        owner_id=owner_id,
        team_id=team_id or next(iter(owner.team_ids), None),
        contact_id=contact_id,
        company_id=company_id,
        deal_id=deal_id,
        zone=zone or owner.timezone,
        source=source,
        dedupe_key=dedupe_key,
        created_by_id=by.id if by else None,
        created_at=clock.now(),
        due_set_at=clock.now(),
    )
    _set_due(task, owner, Due(on=due_on, at=due_at))
    db.session.add(task)
    db.session.flush()
    if by is None or by.id != owner_id:
        _tell_new_owner(task, by)
    return task


def complete_task(task: Task, by: User | None, outcome: str = "") -> None:
    """Tick a task off and say so in the timeline; done already: nothing happens."""
    if not task.is_open:
        return
    _close(task, "done", by, outcome)
    record(
        "task_done",
        contact_id=task.contact_id,
        company_id=task.company_id,
        deal_id=task.deal_id,
        user_id=by.id if by else None,
        actor="user" if by else "rule",
        title=task.title,
        body=outcome,
        details={"task_id": task.id},
    )
    if task.contact_id:
        ring(SETTLE, task.contact_id)


def finish_task(task: Task, by: User, outcome: str = "", *, is_more: bool = False) -> None:
    """Tick a task off by hand; where it is closed already, `is_more` adds to what came of it.

    Raises Refused where somebody else closed it, Conflict where that would lose an `outcome`.
    """
    if task.is_open:
        return complete_task(task, by, outcome)
    if outcome and is_more:
        return _add_outcome(task, by, outcome)
    if outcome and outcome != task.outcome:
        raise Conflict(_("This was ticked off meanwhile. What you typed stands there; add it."))
    if task.closed_by_id != by.id:
        raise Refused(_("Somebody else closed this already."))
    return None


def _add_outcome(task: Task, by: User, outcome: str) -> None:
    task.outcome = f"{task.outcome}\n{by.name}: {outcome}" if task.outcome else outcome
    ids = {name: getattr(task, name) for name in ABOUT}
    record("note", user_id=by.id, body=f"{task.title}: {outcome}", **ids)


def follow_task(task: Task, by: User, due: Due) -> Task | None:
    """The next step after a task that is done: the same, for its owner, at a later time."""
    return add_task(
        task.title,
        owner_id=task.owner_id,
        kind=task.kind,
        contact_id=task.contact_id,
        company_id=task.company_id,
        deal_id=task.deal_id,
        due_on=due.on,
        due_at=due.at,
        note=task.note,
        source="follow_up",
        by=by,
        team_id=task.team_id,
    )


def reopen_task(task: Task, by: User) -> None:
    """Open a closed task again, due as it was."""
    if task.is_open:
        return
    task.closed_at = task.closed_as = task.closed_by_id = None
    task.outcome = ""
    task.due_version += 1
    task.due_set_at = clock.now()
    _set_due(task, db.session.get_one(User, task.owner_id), Due(on=task.due_on, at=task.due_at))


def close_tasks(
    contact_id: int, *, as_: str, sources: Iterable[str] | None = None, by: User | None = None
) -> int:
    """Close the open tasks of a contact as done, reassigned or cancelled; how many there were.

    `sources` narrows it to tasks that came from there.
    """
    wanted = select(Task).where(Task.contact_id == contact_id, Task.closed_at.is_(None))
    if sources is not None:
        wanted = wanted.where(Task.source.in_(list(sources)))
    tasks = db.session.scalars(wanted.with_for_update()).all()
    for task in tasks:
        _close(task, as_, by)
    return len(tasks)


def reopen_cancelled(contact_id: int, since: datetime, by: User) -> None:
    """Open the tasks of a contact again that were cancelled at `since` or later."""
    for task in db.session.scalars(
        select(Task).where(
            Task.contact_id == contact_id, Task.closed_as == "cancelled", Task.closed_at >= since
        )
    ):
        reopen_task(task, by)


def cancel_task(task: Task, by: User | None) -> None:
    """Close a task that is no longer needed; nothing is said in the timeline."""
    if task.is_open:
        _close(task, "cancelled", by)


def snooze(
    task: Task,
    by: User,
    *,
    due_at: datetime | None = None,
    due_on: date | None = None,
    seen: int | None = None,
) -> None:
    """Put a task off to a later day or instant. Raises Refused when it is closed or not later.

    A task with a time of day keeps it on another day, in its owner's zone.
    Raises Conflict where its due time or owner is no longer that of the `due_version` `seen`.
    """
    if not task.is_open:
        raise Refused(_("This task is closed already. Open it again first."))
    if seen is not None and seen != task.due_version:
        raise Conflict(_("Somebody else put this off or gave it on meanwhile. Choose again."))
    owner = db.session.get_one(User, task.owner_id)
    due = Due(on=due_on, at=due_at).timed_as(task.due_at, owner.zone)
    if late_from(due, owner.zone) <= clock.now():
        raise Refused(_("This is past already. Choose a later time."), field="day")
    task.snoozes += 1
    task.due_version += 1
    task.due_set_at = clock.now()
    _set_due(task, owner, due)


def reassign_task(task: Task, to: User, by: User | None, *, tells: bool = True) -> None:
    """Give an open task to somebody else; a day stays the day, in the new owner's zone.

    Without `tells` the new owner hears nothing: who gives many says it once.
    """
    if not task.is_open:
        raise Refused(_("This task is closed already. Open it again first."))
    if to.id == task.owner_id:
        return
    task.owner_id = to.id
    task.due_version += 1
    _set_due(task, to, Due(on=task.due_on, at=task.due_at))
    db.session.flush()
    if tells:
        _tell_new_owner(task, by)


def change_task(
    task: Task, by: User, *, version: int, base: dict[str, Any] | None = None, **values: Any
) -> None:
    """Change what a task says, what it is about, when it is due and whose it is.

    `values`: title, kind, note, priority, contact_id, company_id, deal_id, due (a Due), owner_id.
    On a stale `version`, fields that only one side touched since `base` (a `snapshot_of_task`)
    are merged; one that both touched raises Conflict with (theirs, mine) as plain values.
    """
    if version != task.version:
        plain = {name: _plain(value) for name, value in values.items()}
        mine = merged(snapshot_of_task(task), plain, base or {})
        values = {name: value for name, value in values.items() if name in mine}
    due, owner_id = values.pop("due", None), values.pop("owner_id", task.owner_id)
    for name, value in values.items():
        setattr(task, name, value)
    if due is not None and due != Due(on=task.due_on, at=task.due_at):
        task.due_version += 1
        task.due_set_at = clock.now()
        _set_due(task, db.session.get_one(User, task.owner_id), due)
    elif "contact_id" in values and (task.due_on or task.due_at):
        plan(task, db.session.get_one(User, task.owner_id))
    if owner_id != task.owner_id and task.is_open:
        reassign_task(task, db.session.get_one(User, owner_id), by)


def snapshot_of_task(task: Task) -> dict[str, Any]:
    """The fields of `change_task` as they are now, as plain values that JSON can hold."""
    found = {name: getattr(task, name) for name in ("title", "kind", "note", "priority", *ABOUT)}
    due = Due(on=task.due_on, at=task.due_at)
    return found | {"due": _plain(due), "owner_id": task.owner_id}


def refresh_days(tasks: Iterable[Task]) -> None:
    """Move day tasks whose owner now lives in another zone to the end of their day there."""
    for task in tasks:
        _set_due(task, db.session.get_one(User, task.owner_id), Due(on=task.due_on, at=task.due_at))


def _plain(value: Any) -> Any:
    if not isinstance(value, Due):
        return value
    moment = value.on or value.at
    return moment.isoformat() if moment else ""


def _exists(dedupe_key: str) -> bool:
    return db.session.scalar(select(Task.id).where(Task.dedupe_key == dedupe_key)) is not None


def _set_due(task: Task, owner: User, due: Due) -> None:
    task.due_on, task.due_at = due.on, due.at
    if due.on:
        task.zone = owner.timezone
    task.due_by = late_from(due, owner.zone)
    plan(task, owner)


def _close(task: Task, as_: str, by: User | None, outcome: str = "") -> None:
    task.closed_at = clock.now()
    task.closed_as = as_
    task.closed_by_id = by.id if by else None
    task.outcome = outcome
    task.remind_at = None


def _tell_new_owner(task: Task, by: User | None) -> None:
    if by is None:
        return  # who adds tasks by rule (routing, clocks) tells in its own words
    notices.tell(
        task.owner_id,
        kind="task",
        title=task.title,
        body=_("%(name)s gave you this task.", name=by.name),
        url=f"/tasks/{task.id}",
        dedupe_key=f"task:{task.id}:owner:{task.owner_id}:{task.due_version}",
    )
