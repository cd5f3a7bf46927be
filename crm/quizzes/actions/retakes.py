"""Taking a quiz again: how often it counts, and which of several scores is the contact's."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import Select, select

from crm.activities import actions as activities
from crm.contacts import queries as known_people
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.notices import actions as notices
from crm.quizzes.models import Attempt, QuizVersion
from crm.quizzes.queries.open import Opened
from crm.quizzes.rules.score import Score


def barred(opened: Opened) -> Contact | None:
    """The contact whose address this is, where the quiz does not let them count again yet.

    The person in front of the page is not told: anybody could ask for anybody's address.
    """
    if opened.quiz.retake == "unlimited":
        return None
    found = known_people.by_email(opened.attempt.lead["email"])
    if found is None:
        return None
    counted = _counted(found[0].id, opened)
    if opened.quiz.retake == "days":
        since = clock.now() - timedelta(days=opened.quiz.retake_days)
        counted = counted.where(Attempt.completed_at > since)
    return found[0] if db.session.scalar(counted.limit(1)) is not None else None


def keep_apart(contact: Contact, opened: Opened, found: Score) -> None:
    """List an attempt that does not count with its contact, and tell the owner; no more than that.

    Score, tags, consent, owner, tasks and mails that follow stay as they are.
    """
    attempt = opened.attempt
    before = score_before(contact.id, opened)
    attempt.contact_id, attempt.is_repeat = contact.id, True
    title = _("%(quiz)s again: %(pct)s, not counted", quiz=opened.quiz.name, pct=found.pct)
    activities.record(
        "quiz_result",
        contact_id=contact.id,
        actor="prospect",
        title=title,
        body=_("The quiz counts %(rule)s. The score stays.", rule=rule_words(opened)),
        direction="in",
        details={"attempt_id": attempt.id, "before": before, "not_counted": True},
        dedupe_key=f"repeat:{attempt.id}",
    )
    if contact.owner_id:
        notices.tell(
            contact.owner_id,
            kind="quiz",
            title=f"{contact.name}: {title}",
            body=f"{before} → {found.pct}",
            url=f"/contacts/{contact.id}",
            dedupe_key=f"repeat:{attempt.id}",
        )


def rule_words(opened: Opened) -> str:
    """How often the quiz counts, in words."""
    if opened.quiz.retake == "days":
        return _("once in %(days)s days", days=opened.quiz.retake_days)
    return _("once")


def is_effective(contact: Contact, opened: Opened, pct: int) -> bool:
    """Whether a new score becomes the contact's, by the quiz's rule: latest, best or first."""
    rule = opened.quiz.spec.get("effective", "latest")
    if rule == "latest":
        return True
    kept = [one or 0 for one in db.session.scalars(_counted(contact.id, opened))]
    return not kept or (rule == "best" and pct > max(kept))


def score_before(contact_id: int, opened: Opened) -> int | None:
    """The score of the attempt before this one that counted."""
    return db.session.scalar(_counted(contact_id, opened).order_by(Attempt.id.desc()).limit(1))


def _counted(contact_id: int, opened: Opened) -> Select[int | None]:
    """The scores of this contact's other attempts at this quiz that count."""
    return (
        select(Attempt.pct)
        .join(QuizVersion, QuizVersion.id == Attempt.version_id)
        .where(
            Attempt.contact_id == contact_id,
            Attempt.id != opened.attempt.id,
            Attempt.state == "completed",
            Attempt.is_repeat.is_(False),
            QuizVersion.quiz_id == opened.quiz.id,
        )
    )
