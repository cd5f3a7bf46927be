"""In which language to speak to somebody of whom we know how they took a quiz."""

from typing import Any

from sqlalchemy import select

from crm.contacts.models import Contact
from crm.core import words
from crm.core.db import db
from crm.quizzes.models import Attempt, QuizVersion
from crm.quizzes.rules import fixed

Spoken = tuple[str, dict[str, Any]]


def spoken_by(contact: Contact | None) -> Spoken:
    """The language of a contact's newest attempt, with the words its author wrote for ours.

    Else the one noted at the contact; "" where the product does not speak it.
    """
    if contact is None:
        return "", {}
    newest = (
        select(Attempt.locale, QuizVersion.spec)
        .join(QuizVersion, QuizVersion.id == Attempt.version_id)
        .where(Attempt.contact_id == contact.id, Attempt.is_preview.is_(False))
        .order_by(Attempt.id.desc())
        .limit(1)
    )
    row = db.session.execute(newest).first()
    if row is not None:
        own = fixed.own(row.spec, row.locale)
        if own or words.is_shipped(row.locale):
            return row.locale, own
    said = (contact.locale or "").lower().replace("_", "-").partition("-")[0]
    return (said, {}) if said and words.is_shipped(said) else ("", {})
