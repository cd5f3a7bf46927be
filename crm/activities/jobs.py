"""Work of the clock for tasks."""

from collections import defaultdict

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.activities import actions, letters, queries
from crm.activities.models import Task
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core.db import db
from crm.core.queue import job
from crm.deals.models import Deal
from crm.leads.queries import managers_of
from crm.notices import actions as notices


@job
def remind_overdue() -> None:
    """Remind owners of what is due, each time once; days follow their owners' zones."""
    actions.refresh_days(queries.moved_days())
    _pass_on_all(queries.left_behind())
    for bundle in actions.bundled(actions.take_due(queries.to_remind())):
        actions.tell_bundle(bundle)
        letters.queue_reminders(bundle)


def _pass_on_all(tasks: list[Task]) -> None:
    """Pass on what was left behind; who runs a team hears once of all that came from one."""
    left: defaultdict[tuple[User, User], list[Task]] = defaultdict(list)
    for task in tasks:
        former = task.owner
        if manager := _pass_on(task):
            left[manager, former].append(task)
    for (manager, former), theirs in left.items():
        _tell_manager(manager, former, theirs)


def _pass_on(task: Task) -> User | None:
    """Give the task of somebody who left to who has the record, else to who runs the team.

    Who runs the team is returned: they are to hand it on.
    """
    for model, number in (
        (Contact, task.contact_id),
        (Deal, task.deal_id),
        (Company, task.company_id),
    ):
        record = db.session.get(model, number) if number else None
        owner = db.session.get(User, record.owner_id) if record and record.owner_id else None
        if owner is not None and owner.is_active:
            actions.reassign_task(task, owner, None)
            return None
    manager = next(iter(managers_of(task.team_id)), None)
    if manager is not None:
        actions.reassign_task(task, manager, None, tells=False)
    return manager


def _tell_manager(manager: User, left: User, tasks: list[Task]) -> None:
    """Say once what came from who left: the task itself, or how many there are."""
    first, count = tasks[0], len(tasks)
    title, url = first.title, f"/tasks/{first.id}"
    body = _("%(name)s left and nobody else has this. Hand it on.", name=left.name)
    if count > 1:
        title = _("%(count)s tasks of %(name)s wait for somebody", count=count, name=left.name)
        body = _("%(name)s left and nobody else has them: they are yours to hand on.",
                 name=left.name)  # fmt: skip
        url = "/tasks"
    notices.tell(
        manager.id,
        kind="task",
        title=title,
        body=body,
        url=url,
        dedupe_key=f"task:{first.id}:left:{left.id}",
    )
