"""A record that only quizzes have filled, made nobody's when its person asks for deletion."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, exists, select, update

from crm.activities import actions as activities
from crm.activities.models import Entry, Task
from crm.contacts.models import Contact
from crm.contacts.rules import fold
from crm.core import clock
from crm.core.db import db
from crm.deals.models import Deal
from crm.leads.actions.clocks import end_clocks
from crm.leads.models import AnswerClock, Assignment, Intake, LifecycleChange
from crm.mail.models import DeliveryEvent, Outbox
from crm.notices import actions as notices
from crm.sequences.models import Enrolment

NOBODY = "deleted@invalid"
WITHOUT_WORDS: dict[str, Any] = {
    **dict.fromkeys(("to_name", "subject", "text", "html", "last_text"), ""),
    **dict.fromkeys(("to_address", "to_canonical"), NOBODY),
    "context": {},
}
TOLD = ("note", "call", "meeting", "mail_out", "mail_in", "file")
# Tasks that arrivals make: their notes hold score and answers.
FROM_ARRIVALS = ("routing", "clock")
TOLD_BY_MAIL = ("result", "confirm", "resume", "notice", "reminder")


def is_only_from_quizzes(contact: Contact) -> bool:
    """Whether nothing but quizzes made this record: no other arrival, no deal, nobody's words.

    Nor what other tools told of: purchases and invoices may have to be kept, somebody decides.
    """
    elsewhere = exists().where(Intake.contact_id == contact.id, Intake.source != "quiz")
    deal = exists().where(Deal.contact_id == contact.id)
    words = exists().where(
        Entry.contact_id == contact.id, Entry.actor == "user", Entry.kind.in_(TOLD)
    )
    by_hand = exists().where(
        Entry.contact_id == contact.id, Entry.actor == "user", Entry.kind == "created"
    )
    told_by_tools = exists().where(
        Entry.contact_id == contact.id, Entry.kind == "external", Entry.removed_at.is_(None)
    )
    arrived = exists().where(Intake.contact_id == contact.id)
    others = elsewhere | deal | words | by_hand | told_by_tools
    return bool(db.session.scalar(select(arrived & ~others)))


def make_anonymous(contact: Contact) -> None:
    """Take out who it was and what was said; when things happened stays, for the counts.

    Nobody works on such a record any more: it leaves lists, choices and acts over many rows.
    """
    name = _("Deleted on request")
    contact.name, contact.first_name, contact.last_name = name, "", ""
    contact.sort_name = fold(name)
    contact.job_title = contact.company_id = contact.company_text = None
    contact.locale = contact.timezone = None
    contact.emails, contact.phones, contact.field_values = [], [], []
    contact.updated_at = contact.erased_at = clock.now()
    contact.deleted_at = contact.deleted_at or contact.erased_at
    activities.close_tasks(contact.id, as_="cancelled")
    end_clocks(contact.id, as_="cancelled")
    _empty(Entry, contact, title=name, body="", details={})
    activities.forget_texts(contact.id)
    _empty(Task, contact, title=name, note="", outcome="")
    _empty(Enrolment, contact, context={})
    _empty(LifecycleChange, contact, reason="")
    mails = _mails(contact)
    db.session.execute(
        update(DeliveryEvent).where(DeliveryEvent.outbox_id.in_(mails)).values(details={})
    )
    _empty(Outbox, contact, Outbox.lease_until.is_(None), **WITHOUT_WORDS)
    tasks = db.session.scalars(select(Task.id).where(Task.contact_id == contact.id))
    pages = [f"/tasks/{task_id}" for task_id in tasks]
    pages += [f"/outbox/{mail_id}" for mail_id in db.session.scalars(mails)]
    notices.forget([f"/contacts/{contact.id}", *pages], title=name)


def forget_results(contact: Contact) -> None:
    """Take out what the team was told of somebody's answers and score; the person stays."""
    quiz = Entry.kind.in_(["quiz_result", "quiz_start"])
    title = _("Quiz answers, deleted on request")
    _empty(Entry, contact, quiz, title=title, body="", details={})
    _empty(Assignment, contact, inputs={})
    # The titles that rules give may name the score.
    routed, call = Task.source == "routing", _("Call %(name)s", name=contact.name)
    _empty(Task, contact, routed, Task.kind == "call", title=call)
    _empty(Task, contact, routed, Task.kind != "call", title=contact.name)
    _empty(Task, contact, Task.source.in_(FROM_ARRIVALS), note="")
    of_quiz = (Outbox.kind.in_(TOLD_BY_MAIL), Outbox.lease_until.is_(None))
    _empty(Outbox, contact, *of_quiz, subject="", text="", html="", context={})
    for clock_ in db.session.scalars(
        select(AnswerClock).where(AnswerClock.contact_id == contact.id)
    ):
        clock_.policy = {key: value for key, value in clock_.policy.items() if key != "facts"}
    notices.forget([f"/contacts/{contact.id}"], title=contact.name)


def _mails(contact: Contact) -> Select[int]:
    return select(Outbox.id).where(Outbox.contact_id == contact.id)


def _empty(model: Any, contact: Contact, *where: ColumnElement[bool], **values: Any) -> None:
    of_theirs = update(model).where(model.contact_id == contact.id, *where)
    db.session.execute(of_theirs.values(**values))
