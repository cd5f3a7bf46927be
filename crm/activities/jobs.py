"""Work of the clock for tasks."""

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
    for task in queries.left_behind():
        _pass_on(task)
    for bundle in actions.bundled(actions.take_due(queries.to_remind())):
        actions.tell_bundle(bundle)
        letters.queue_reminders(bundle)


def _pass_on(task: Task) -> None:
    """Give the task of somebody who left to who has the record now, else to who runs the team."""
    for model, number in (
        (Contact, task.contact_id),
        (Deal, task.deal_id),
        (Company, task.company_id),
    ):
        record = db.session.get(model, number) if number else None
        owner = db.session.get(User, record.owner_id) if record and record.owner_id else None
        if owner is not None and owner.is_active:
            actions.reassign_task(task, owner, None)
            return
    left = task.owner
    for manager in managers_of(task.team_id)[:1]:
        actions.reassign_task(task, manager, None)
        notices.tell(
            manager.id,
            kind="task",
            title=task.title,
            body=_("%(name)s left and nobody else has this. Hand it on.", name=left.name),
            url=f"/tasks/{task.id}",
            dedupe_key=f"task:{task.id}:left:{left.id}",
        )
