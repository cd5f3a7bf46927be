"""Who stopped half-way and may be asked back, and the link that leads there from any device."""

from datetime import timedelta

from sqlalchemy import exists, select

from crm.contacts import queries as known_people
from crm.contacts.models import Contact
from crm.core import clock, links, signing
from crm.core.db import db
from crm.mail import queries as mails
from crm.mail.models import Outbox
from crm.quizzes.models import Attempt, Quiz, QuizVersion
from crm.quizzes.queries import open as reading
from crm.quizzes.queries.open import Opened

AFTER = timedelta(hours=1)
# Whoever was away for longer than this when the sweep comes round is left in peace.
UNTIL = timedelta(hours=24)
NOT_AGAIN = timedelta(days=7)
MOST = 200


def left_behind() -> list[Opened]:
    """Attempts with an address that were left an hour ago, at quizzes that ask back.

    Not of people who were asked in the last seven days, whichever quiz it was.
    """
    now = clock.now()
    asked = exists().where(
        Outbox.contact_id == Attempt.contact_id,
        Outbox.kind == "resume",
        Outbox.created_at > now - NOT_AGAIN,
    )
    ids = db.session.scalars(
        select(Attempt.id)
        .join(QuizVersion, QuizVersion.id == Attempt.version_id)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(
            Attempt.state.in_(["gated", "abandoned"]),
            Attempt.last_seen_at <= now - AFTER,
            Attempt.last_seen_at > now - UNTIL,
            Attempt.contact_id.is_not(None),
            Attempt.is_preview.is_(False),
            Quiz.state == "live",
            Quiz.asks_back,
            ~asked,
        )
        .order_by(Attempt.id)
        .limit(MOST)
    ).all()
    found = [reading.attempt_by_id(attempt_id) for attempt_id in ids]
    return [one for one in found if one is not None]


def objection(opened: Opened) -> str | None:
    """Why this person must not be asked back, as far as it is not a matter of time."""
    attempt = opened.attempt
    contact = db.session.get(Contact, attempt.contact_id) if attempt.contact_id else None
    address = attempt.lead.get("email")
    if contact is None or contact.deleted_at or not address:
        return "the answers were deleted"
    if attempt.state == "completed" or _finished_since(opened):
        return "it was finished meanwhile"
    if not opened.quiz.is_open:
        return "the quiz is closed"
    if contact.lifecycle in {"spam", "disqualified"}:
        return "the contact is closed"
    agreed = (known_people.has_consent(contact.id, one) for one in ("result_mail", "marketing"))
    if not any(agreed) or mails.is_suppressed(address, "marketing"):
        return "no consent to mails"
    return None


def resume_url(opened: Opened) -> str:
    """The whole address that leads back into an attempt."""
    token = signing.sign("resume", opened.attempt.id)
    return links.absolute(f"/q/{opened.quiz.slug}/resume/{token}")


def by_token(slug: str, token: str) -> Opened | None:
    """The attempt behind a way back; None for forged tokens and other quizzes."""
    try:
        attempt_id = signing.unsign("resume", token)
    except signing.BadToken:
        return None
    opened = reading.attempt_by_id(attempt_id) if isinstance(attempt_id, int) else None
    return opened if opened is not None and opened.quiz.slug == slug else None


def token_of(attempt: Attempt) -> str | None:
    """The token of an attempt, worked out again from the form it began with; only its hash is kept.

    None when the key that made it is known no more.
    """
    nonce = str(attempt.idem_key or "").removeprefix("start:")
    for digest in signing.keyed_hashes("attempt", nonce):
        if signing.token_hash(digest[:40]) == attempt.token_hash:
            return digest[:40]
    return None


def _finished_since(opened: Opened) -> bool:
    """Whether the same person finished this quiz in another attempt since."""
    attempt = opened.attempt
    other = (
        select(Attempt.id)
        .join(QuizVersion, QuizVersion.id == Attempt.version_id)
        .where(
            Attempt.contact_id == attempt.contact_id,
            Attempt.state == "completed",
            Attempt.completed_at >= attempt.started_at,
            QuizVersion.quiz_id == opened.quiz.id,
        )
    )
    return db.session.scalar(other.limit(1)) is not None
