"""Forgetting somebody who asks for it on their result page: answers go, the counts stay."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, exists, select

from crm.activities import actions as activities
from crm.activities.models import Task
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tag
from crm.contacts.queries import PURPOSES, has_consent
from crm.core import clock
from crm.core.db import db
from crm.core.lasting import erasing
from crm.history import actions as history
from crm.leads.actions.clocks import end_clocks
from crm.leads.models import Assignment
from crm.mail.models import Outbox
from crm.notices import actions as notices
from crm.quizzes.actions.anonymous import (
    FROM_ARRIVALS,
    forget_results,
    is_only_from_quizzes,
    make_anonymous,
)
from crm.quizzes.models import Answer, Attempt, ResultLink
from crm.sequences import actions as sequences
from crm.sequences.queries import active_enrolments

REASON = "asked for deletion"
RESULTS = ("quiz_score", "quiz_tier", "quiz_level", "quiz_attempt_id")


@erasing()
def forget(attempt_id: int) -> None:
    """Delete what one attempt and its person's other attempts hold; repeated, it does nothing.

    Scores stay as bare numbers. Mails to come are cancelled, consent to mails and calls ends. A
    record that only quizzes have filled is made anonymous; of any other the owner is told, who
    deletes the rest where the law asks for it.
    """
    attempt = db.session.get(Attempt, attempt_id)
    if attempt is None:
        return
    contact = db.session.get(Contact, attempt.contact_id) if attempt.contact_id else None
    for one in _attempts(attempt):
        _blank(one)
    if contact is not None:
        _let_go(contact)


@erasing()
def forget_contact(contact: Contact, source: str = "result page") -> None:
    """As `forget`, for somebody who may have finished no quiz; `source` is where they asked."""
    blank_attempts(contact.id)
    _let_go(contact, source)


def is_left(contact: Contact) -> bool:
    """Whether there is anything that `forget_contact` would still take away."""
    attempt = exists().where(Attempt.contact_id == contact.id)
    mail = exists().where(*_waiting(contact))
    enrolled = bool(active_enrolments(contact.id))
    agreed = any(has_consent(contact.id, purpose) for purpose in PURPOSES)
    return enrolled or agreed or bool(db.session.scalar(select(attempt | mail)))


def blank_attempts(contact_id: int) -> None:
    """Delete the answers of everything a person took part in; scores stay as bare numbers."""
    for one in db.session.scalars(select(Attempt).where(Attempt.contact_id == contact_id)):
        _blank(one)


def blank_strays(says: Callable[[Any, Iterable[str]], Any], addresses: Iterable[str]) -> None:
    """Delete the answers of attempts without a record whose person gave one of `addresses`.

    `says(column, addresses)` is the condition that a column holds one.
    """
    stray = select(Attempt).where(Attempt.contact_id.is_(None), says(Attempt.lead, addresses))
    for one in db.session.scalars(stray):
        _blank(one)


def _attempts(attempt: Attempt) -> list[Attempt]:
    if attempt.contact_id is None:
        return [attempt]
    return list(db.session.scalars(select(Attempt).where(Attempt.contact_id == attempt.contact_id)))


def _blank(attempt: Attempt) -> None:
    now = clock.now()
    db.session.execute(delete(Answer).where(Answer.attempt_id == attempt.id))
    for link in db.session.scalars(
        select(ResultLink).where(
            ResultLink.attempt_id == attempt.id, ResultLink.revoked_at.is_(None)
        )
    ):
        link.revoked_at = now
    attempt.contact_id, attempt.lead, attempt.consents = None, {"erased": now.isoformat()}, {}
    attempt.trace = [
        {key: row[key] for key in ("question", "score", "max")} for row in attempt.trace
    ]


def _let_go(contact: Contact, source: str = "result page") -> None:
    for purpose in PURPOSES:
        contacts.record_consent(
            contact,
            purpose=purpose,
            is_granted=False,
            text=REASON,
            text_version=1,
            locale=contact.locale or "en",
            source=source,
        )
    sequences.stop_for_contact(contact.id, reason="erased", cause=REASON)
    for row in db.session.scalars(select(Outbox).where(*_waiting(contact))):
        row.state, row.reason = "cancelled", REASON
    # Nobody is to call or be reminded any more because of what the answers said.
    end_clocks(contact.id, as_="cancelled")
    activities.close_tasks(contact.id, as_="cancelled", sources=FROM_ARRIVALS)
    for column in RESULTS:
        setattr(contact, column, None)
    for tag in [tag.name for tag in contact.tags]:
        if tag.startswith(("quiz:", "tier:")):
            contacts.untag(contact, tag)
    is_nobody = is_only_from_quizzes(contact)
    name = contact.name
    db.session.flush()
    forget_results(contact)
    if is_nobody:
        make_anonymous(contact)
    _tell(contact, name, is_nobody)
    if is_nobody:
        history.empty("contact", [contact.id])
    else:
        _empty_history(contact)


def _empty_history(contact: Contact) -> None:
    """Take score, tier and answers out of what the history kept: the change stays, not its value.

    Called last: that they were taken from the record is kept too.
    """
    tasks = select(Task.id).where(
        Task.contact_id == contact.id, Task.source.in_({*FROM_ARRIVALS, "routing"})
    )
    assignments = select(Assignment.id).where(Assignment.contact_id == contact.id)
    results = Tag.folded.startswith("quiz:") | Tag.folded.startswith("tier:")
    history.empty_rows(
        {"task": set(db.session.scalars(tasks)), "assignment": set(db.session.scalars(assignments))}
    )
    history.empty_telling("contact", contact.id, "contact", dict.fromkeys(RESULTS))
    tags = set(db.session.scalars(select(Tag.id).where(results)))
    history.empty_telling("contact", contact.id, "tagging", {"tag_id": tags})


def _waiting(contact: Contact) -> tuple[ColumnElement[bool], ...]:
    return Outbox.contact_id == contact.id, Outbox.state.in_(["queued", "held"])


def _tell(contact: Contact, name: str, is_nobody: bool) -> None:
    activities.record(
        "erasure",
        contact_id=contact.id,
        actor="contact",
        title=_("Asked for deletion: answers and results are gone, no more mails or calls"),
    )
    if contact.owner_id:
        notices.tell(
            contact.owner_id,
            kind="quiz",
            title=_("A contact asked for deletion of their data")
            if is_nobody
            else _("%(name)s asked for deletion of their data", name=name),
            body=_("Only a quiz had filled the record: it names nobody any more.")
            if is_nobody
            else _("Answers and results are gone. Delete the record if nothing else needs it."),
            url=f"/contacts/{contact.id}",
            dedupe_key=f"erasure:{contact.id}:{clock.now().date()}",
        )
