"""Work of the clock for tasks."""

from crm.accounts.models import User
from crm.activities import actions, letters, queries
from crm.activities.models import Task
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core.db import db
from crm.core.queue import job
from crm.deals.models import Deal


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
    """Give the task of somebody who left to who has the record now, where somebody has."""
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
