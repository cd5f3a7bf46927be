"""Share cards: the one behind a public address, and those to be drawn."""

from collections.abc import Iterator

from sqlalchemy import select

from crm.accounts import queries as people
from crm.core.db import db
from crm.quizzes.models import Quiz, QuizVersion, ShareCard
from crm.quizzes.queries.open import Opened, spec_of
from crm.quizzes.rules.card import Card, card
from crm.quizzes.rules.shape import Spec


def card_at(slug: str, public_id: str, locale: str = "") -> tuple[ShareCard, Spec] | None:
    """The card behind an address of this quiz in a language, else in one it has; its spec."""
    rows = db.session.execute(
        select(ShareCard, QuizVersion.spec_sha256)
        .join(QuizVersion, QuizVersion.id == ShareCard.version_id)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(Quiz.slug == slug, ShareCard.public_id == public_id)
        .order_by(ShareCard.id)
    ).all()
    if not rows:
        return None
    found, sha256 = next((row for row in rows if row[0].locale == locale), rows[0])
    return found, spec_of(found.version_id, sha256)


def cards_of(quiz: Quiz) -> list[ShareCard]:
    """The cards of a quiz's live version, tier by tier; none where it shares none."""
    if not quiz.may_share or quiz.live_version_id is None:
        return []
    found = select(ShareCard).where(ShareCard.version_id == quiz.live_version_id)
    return list(db.session.scalars(found.order_by(ShareCard.id)))


def picture_of(found: ShareCard) -> bytes | None:
    """The picture of a card; None until it is drawn."""
    return db.session.scalar(select(ShareCard.picture).where(ShareCard.id == found.id))


def card_of(opened: Opened, locale: str) -> ShareCard | None:
    """The card of a result's tier in a language."""
    return db.session.scalars(
        select(ShareCard).where(
            ShareCard.version_id == opened.quiz.version_id,
            ShareCard.tier_id == opened.attempt.tier_id,
            ShareCard.locale == locale,
        )
    ).first()


def live_quizzes(quiz_id: int | None = None) -> list[tuple[Quiz, QuizVersion]]:
    """Every quiz whose tiers may be shared, with its live version; or that one alone."""
    found = (
        select(Quiz, QuizVersion)
        .join(QuizVersion, QuizVersion.id == Quiz.live_version_id)
        .where(Quiz.may_share, Quiz.state != "archived")
    )
    if quiz_id is not None:
        found = found.where(Quiz.id == quiz_id)
    return [(quiz, version) for quiz, version in db.session.execute(found.order_by(Quiz.id))]


def undrawn(quiz_id: int | None = None) -> Iterator[tuple[int, Card]]:
    """The cards of live versions that have no picture, or one of other words or colours."""
    house = people.workspace()
    brand = house.name if house else ""
    for quiz, version in live_quizzes(quiz_id):
        cards = select(ShareCard).where(ShareCard.version_id == version.id).order_by(ShareCard.id)
        for one in db.session.scalars(cards).all():
            wanted = card(version.spec, one.tier_id, one.locale, brand, quiz.theme or {})
            if wanted.look != one.look:
                yield one.id, wanted
