"""What a record page shows of somebody's quizzes: the latest score, why, and the history."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crm.core.db import db
from crm.quizzes.models import Attempt, Quiz, QuizVersion


@dataclass(frozen=True)
class Taken:
    """One completed attempt with its quiz, and what changed since the one before."""

    attempt: Attempt
    quiz_id: int
    quiz_name: str
    n: int
    tier: dict[str, Any]
    cuts: list[int]
    delta: int | None

    @property
    def level(self) -> str:
        """The look of the tier: hot, warm or cool."""
        return str(self.tier.get("level") or "")


def attempts_of(contact_id: int) -> list[Taken]:
    """The completed attempts of a contact, newest first, each with its step from the last."""
    rows = db.session.execute(
        select(Attempt, Quiz.id, Quiz.name, QuizVersion.n, QuizVersion.spec)
        .join(QuizVersion, QuizVersion.id == Attempt.version_id)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(Attempt.contact_id == contact_id, Attempt.state == "completed")
        .order_by(Attempt.completed_at, Attempt.id)
    ).all()
    taken: list[Taken] = []
    last: dict[int, int] = {}
    for attempt, quiz_id, name, n, spec in rows:
        before = last.get(quiz_id)
        delta = None if before is None else attempt.pct - before
        last[quiz_id] = attempt.pct
        tiers = {tier["id"]: tier for tier in spec.get("tiers") or []}
        cuts = sorted(int(tier["from"]) for tier in tiers.values() if int(tier["from"]) > 0)
        tier = tiers.get(attempt.tier_id, {})
        taken.append(Taken(attempt, quiz_id, name, n, tier, cuts, delta))
    return taken[::-1]
