"""A record that only quizzes have filled, made nobody's when its person asks for deletion."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import exists, select, update

from crm.activities import actions as activities
from crm.activities.models import Entry
from crm.contacts.models import Contact
from crm.contacts.rules import fold
from crm.core import clock
from crm.core.db import db
from crm.deals.models import Deal
from crm.leads.actions.clocks import end_clocks
from crm.leads.models import AnswerClock, Intake
from crm.mail.models import Outbox

NOBODY = "deleted@invalid"
WITHOUT_WORDS: dict[str, Any] = {
    **dict.fromkeys(("to_name", "subject", "text", "html"), ""),
    **dict.fromkeys(("to_address", "to_canonical"), NOBODY),
    "context": {},
}
TOLD = ("note", "call", "meeting", "mail_out", "mail_in")


def is_only_from_quizzes(contact: Contact) -> bool:
    """Whether nothing but quizzes made this record: no other arrival, no deal, nobody's words."""
    elsewhere = exists().where(Intake.contact_id == contact.id, Intake.source != "quiz")
    deal = exists().where(Deal.contact_id == contact.id)
    words = exists().where(
        Entry.contact_id == contact.id, Entry.actor == "user", Entry.kind.in_(TOLD)
    )
    by_hand = exists().where(
        Entry.contact_id == contact.id, Entry.actor == "user", Entry.kind == "created"
    )
    arrived = exists().where(Intake.contact_id == contact.id)
    return bool(db.session.scalar(select(arrived & ~elsewhere & ~deal & ~words & ~by_hand)))


def make_anonymous(contact: Contact) -> None:
    """Take out who it was and what was said; when things happened stays, for the counts."""
    name = _("Deleted on request")
    contact.name, contact.first_name, contact.last_name = name, "", ""
    contact.sort_name = fold(name)
    contact.job_title = contact.company_id = contact.company_text = None
    contact.locale = contact.timezone = None
    contact.emails, contact.phones = [], []
    contact.updated_at = clock.now()
    activities.close_tasks(contact.id, as_="cancelled")
    end_clocks(contact.id, as_="cancelled")
    for clock_ in db.session.scalars(
        select(AnswerClock).where(AnswerClock.contact_id == contact.id)
    ):
        clock_.policy = {key: value for key, value in clock_.policy.items() if key != "facts"}
    of_theirs = Entry.contact_id == contact.id
    db.session.execute(update(Entry).where(of_theirs).values(title=name, body=""))
    at_rest = (Outbox.contact_id == contact.id, Outbox.lease_until.is_(None))
    db.session.execute(update(Outbox).where(*at_rest).values(**WITHOUT_WORDS))
