"""Share cards: a row for each tier and language of a version, and the pictures drawn for them."""

import secrets

from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.core.queue import ring
from crm.quizzes.models import QuizVersion, ShareCard
from crm.quizzes.queries.cards import live_quizzes
from crm.quizzes.rules import languages


def plan(version: QuizVersion) -> int:
    """Give every tier of a version its address in each language, once; how many were new.

    The pictures are drawn by the worker, outside of this transaction.
    """
    known = {
        (one.tier_id, one.locale): one.public_id
        for one in db.session.scalars(select(ShareCard).where(ShareCard.version_id == version.id))
    }
    address = {tier_id: public_id for (tier_id, _locale), public_id in known.items()}
    new = [
        (str(tier["id"]), locale)
        for tier in version.spec.get("tiers") or []
        for locale in languages.languages(version.spec)
        if (tier["id"], locale) not in known
    ]
    for tier_id, locale in new:
        public_id = address.setdefault(tier_id, secrets.token_urlsafe(9))
        db.session.add(
            ShareCard(
                version_id=version.id, tier_id=tier_id, locale=locale, public_id=public_id, look=""
            )
        )
    return len(new)


def plan_all() -> None:
    """Give the tiers of every live version their addresses, where a quiz has none yet."""
    for _quiz, version in live_quizzes():
        plan(version)


def draw_soon(quiz_id: int) -> None:
    """Ask the worker for the pictures that are missing or out of date."""
    ring("crm.quizzes.jobs.draw_cards", quiz_id)


def keep(card_id: int, look: str, picture: bytes) -> None:
    """Keep a picture as drawn; a card that is gone meanwhile needs none."""
    found = db.session.get(ShareCard, card_id)
    if found is not None:
        found.look, found.picture, found.drawn_at = look, picture, clock.now()
