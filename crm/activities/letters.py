"""The mail that reminds of a task: what was promised, and all that is known of whom it is about."""

from datetime import timedelta
from typing import Any

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.accounts.queries import seen
from crm.activities import actions, queries
from crm.activities.models import Task
from crm.contacts.models import Contact
from crm.contacts.queries import consents_of
from crm.core import clock
from crm.core.db import db
from crm.core.links import absolute, go
from crm.core.refusal import Refused
from crm.deals.models import Deal
from crm.deals.queries import deals_of
from crm.leads.queries import last_assignment
from crm.mail import actions as mail
from crm.mail.models import Outbox
from crm.mail.rules import Letter, MailKind

TALKS = 5
ANSWERS = 3


def queue_reminder(task: Task) -> int | None:
    """Write the one reminder of this due time to the task's owner, unless they want no mail.

    While the owner is away it goes to who stands in for them, where somebody does.
    """
    owner = db.session.get_one(User, task.owner_id)
    reader = people.delegate_of(owner, clock.today(owner.zone)) or owner
    if not reader.mail_on or not reader.is_active:
        return None
    return mail.queue(
        "reminder",
        dedupe_key=actions.reminder_key(task),
        to_address=reader.email,
        to_name=reader.name,
        user_id=reader.id,
        contact_id=task.contact_id,
        context={"task_id": task.id, "due_version": task.due_version},
    )


def compose_reminder(row: Outbox) -> Letter:
    """The task with its note, the last talks, deals, score, answers and consent."""
    task = db.session.get(Task, row.context["task_id"])
    if task is None:
        raise Refused("the task is gone")
    reader = db.session.get_one(User, row.user_id or task.owner_id)
    names = {
        "standing_in_for": "" if reader.id == task.owner_id else task.owner.name,
        "task": task,
        "set_by": db.session.get(User, task.created_by_id) if task.created_by_id else None,
        "reader": reader,
        "link": _link(task),
        "settings_link": absolute("/settings/profile") + "#mail",
        "deal": seen(reader, db.session.get(Deal, task.deal_id) if task.deal_id else None),
        "contact": None,
        **_known(task, reader),
    }
    return Letter(f"Due: {task.title}", "mail/reminder", names, from_name="Tend")


def is_done(row: Outbox) -> str | None:
    """Guard: nothing is sent about a task that was done, put off or handed on meanwhile."""
    task = db.session.get(Task, row.context["task_id"])
    if task is None or not task.is_open:
        return "the task was done meanwhile"
    if task.due_version != row.context["due_version"]:
        return "the task was put off or handed on meanwhile"
    contact = db.session.get(Contact, task.contact_id) if task.contact_id else None
    return "the contact is gone" if contact and contact.deleted_at else None


def _known(task: Task, reader: User) -> dict[str, Any]:
    contact = seen(reader, db.session.get(Contact, task.contact_id) if task.contact_id else None)
    if contact is None:
        return {}
    firm = seen(reader, contact.company)
    given = last_assignment(contact.id)
    answers = (given.inputs.get("top_answers") or []) if given else []
    return {
        "contact": contact,
        "firm": firm.name if firm else contact.company_text or "",
        "talks": queries.timeline(contact.id, kinds="talk", limit=TALKS).rows,
        "deals": deals_of(reader, contact_id=contact.id),
        "answers": [_answer(one) for one in answers[:ANSWERS]],
        "consents": consents_of(contact.id),
    }


def _answer(one: Any) -> dict[str, Any]:
    return one if isinstance(one, dict) else {"question": "", "answer": str(one), "points": ""}


def _link(task: Task) -> str:
    for kind in ("contact", "deal", "company"):
        number = getattr(task, f"{kind}_id")
        if number:
            return go(kind, number)
    return go("task", task.id)


MAILS = [MailKind("reminder", "urgent", compose_reminder, is_done, expires=timedelta(hours=12))]
