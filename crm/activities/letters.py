"""The mail that reminds of a task: what was promised, and all that is known of whom it is about."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import seen, visible
from crm.activities import queries
from crm.activities.actions import Reminder
from crm.activities.models import Task
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.contacts.queries import consents_of
from crm.core.db import db
from crm.core.links import absolute, go
from crm.core.refusal import Refused
from crm.deals.models import Deal
from crm.deals.queries import deals_of, subjects
from crm.leads.queries import last_assignment
from crm.mail import actions as mail
from crm.mail.models import Outbox
from crm.mail.rules import Letter, MailKind
from crm.quizzes.queries.record import attempts_of

TALKS = 5
ANSWERS = 3
SUBJECTS = {
    "ask": "Still needed? {}",
    "before": "Soon: {}",
    "due": "Due: {}",
    "overdue": "Still open: {}",
}


def queue_reminders(bundle: list[Reminder]) -> int | None:
    """Write one mail for reminders that go together, unless their reader wants none.

    While the owner is away it goes to who stands in for them, where somebody does.
    """
    first = bundle[0]
    reader = first.reader
    if not (reader.mail_on and reader.is_active and queries.wish_of(reader).is_mailed):
        return None
    is_one = len(bundle) == 1
    return mail.queue(
        "reminder" if is_one else "reminder.summary",
        dedupe_key=first.key if is_one else f"several:{first.key}",
        to_address=reader.email,
        to_name=reader.name,
        user_id=reader.id,
        contact_id=first.task.contact_id if is_one else None,
        context=_context(first) if is_one else {"tasks": [_context(one) for one in bundle]},
    )


def _context(one: Reminder) -> dict[str, Any]:
    return {"task_id": one.task.id, "due_version": one.task.due_version, "step": one.kind}


def compose_reminder(row: Outbox) -> Letter:
    """The task with its note, the last talks, deals, scores, answers, colleagues and consent."""
    task = db.session.get(Task, row.context["task_id"])
    if task is None:
        raise Refused(_("the task is gone"))
    step = row.context.get("step", "due")
    reader = db.session.get_one(User, row.user_id or task.owner_id)
    subject = _contact(task, reader)
    names = {
        "standing_in_for": "" if reader.id == task.owner_id else task.owner.name,
        "task": task,
        "step": step,
        "answered": queries.answer_since(task) if subject else None,
        "set_by": db.session.get(User, task.created_by_id) if task.created_by_id else None,
        "reader": reader,
        "link": _link(task, reader),
        "settings_link": absolute("/settings/profile/reminders"),
        "deal": seen(reader, db.session.get(Deal, task.deal_id) if task.deal_id else None),
        "contact": None,
        "again": _again(task, step),
        **_known(subject, reader),
    }
    return Letter(SUBJECTS[step].format(task.title), "mail/reminder", names, from_name="Tend")


def compose_summary(row: Outbox) -> Letter | None:
    """Several tasks that are late, the longest first; None when none is open any more."""
    asked = {one["task_id"]: one["due_version"] for one in row.context["tasks"]}
    tasks = [
        task
        for task in db.session.scalars(
            select(Task).where(Task.id.in_(asked)).order_by(Task.due_by, Task.id)
        )
        if task.is_open and task.due_version == asked[task.id]
    ]
    if not tasks:
        return None
    reader = db.session.get_one(User, row.user_id)
    names = {
        "tasks": tasks,
        "subjects": subjects(reader, tasks),
        "reader": reader,
        "links": {task.id: go("task", task.id) for task in tasks},
        "list_link": absolute("/tasks?when=late"),
        "settings_link": absolute("/settings/profile/reminders"),
    }
    return Letter(
        f"Late: {len(tasks)} tasks" if len(tasks) > 1 else f"Late: {tasks[0].title}",
        "mail/reminders",
        names,
        from_name="Tend",
        headers={"Auto-Submitted": "auto-generated", "X-Tend-Kind": "reminder"},
    )


def is_done(row: Outbox) -> str | None:
    """Guard: nothing is sent about a task that was done, put off or handed on meanwhile."""
    task = db.session.get(Task, row.context["task_id"])
    if task is None or not task.is_open:
        return "the task was done meanwhile"
    if task.due_version != row.context["due_version"]:
        return "the task was put off or handed on meanwhile"
    contact = db.session.get(Contact, task.contact_id) if task.contact_id else None
    return "the contact is gone" if contact and contact.deleted_at else None


def _contact(task: Task, reader: User) -> Contact | None:
    return seen(reader, db.session.get(Contact, task.contact_id) if task.contact_id else None)


def _known(contact: Contact | None, reader: User) -> dict[str, Any]:
    if contact is None:
        return {}
    firm = seen(reader, contact.company)
    given = last_assignment(contact.id)
    answers = (given.inputs.get("top_answers") or []) if given else []
    taken = attempts_of(contact.id)
    if not answers:
        answers = queries.last_result_lines(contact.id)
    return {
        "contact": contact,
        "quizzes": taken[:TALKS],
        "colleagues": _colleagues(contact, reader),
        "firm": firm.name if firm else contact.company_text or "",
        "talks": queries.timeline(reader, contact.id, kinds="talk", limit=TALKS).rows,
        "deals": deals_of(reader, contact_id=contact.id),
        "answers": [_answer(one) for one in answers[:ANSWERS]],
        "offers": _offers(contact.id),
    }


def _again(task: Task, step: str) -> str:
    """Whether this reminder is the last."""
    if step in {"ask", "before"}:
        return _("It comes again when the task is due.")
    if queries.wish_of(task.owner).repeats:
        return _("It comes again each working day while it is open.")
    return _("This reminder comes once.")


def _offers(contact_id: int) -> str:
    consents = consents_of(contact_id)
    said = consents.get("marketing")
    if said is None:
        return (
            _("May get mails about our offers: not confirmed yet.")
            if "marketing" in consents.asked
            else _("May get mails about our offers: not asked.")
        )
    return (
        _("May get mails about our offers: yes.")
        if said.is_granted
        else _("May get mails about our offers: no.")
    )


def _colleagues(contact: Contact, reader: User) -> list[Contact]:
    """Others of the same company that the reader may see, the last spoken to first."""
    if contact.company_id is None:
        return []
    return list(
        db.session.scalars(
            select(Contact)
            .where(
                Contact.company_id == contact.company_id,
                Contact.id != contact.id,
                Contact.deleted_at.is_(None),
                visible(reader, Contact),
            )
            .order_by(Contact.last_touch_at.is_(None), Contact.last_touch_at.desc(), Contact.id)
            .limit(TALKS)
        )
    )


def _answer(one: Any) -> dict[str, Any]:
    return one if isinstance(one, dict) else {"question": "", "answer": str(one), "points": ""}


def _link(task: Task, reader: User) -> str:
    """The first of the task's records that its reader may open, else the task."""
    for kind, model in (("contact", Contact), ("deal", Deal), ("company", Company)):
        number = getattr(task, f"{kind}_id")
        if number and seen(reader, db.session.get(model, number)):
            return go(kind, number)
    return go("task", task.id)


MAILS = [
    MailKind("reminder", "urgent", compose_reminder, is_done, expires=timedelta(hours=12)),
    MailKind("reminder.summary", "urgent", compose_summary, expires=timedelta(hours=12)),
]
