"""What the team sees: quizzes, their funnel, versions, recent attempts and quarantine."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.leads.models import Touch
from crm.quizzes.models import Attempt, FunnelEvent, Quiz, QuizVersion, QuizView
from crm.quizzes.rules.shape import Spec, questions

PAGE = 25
ABANDON = timedelta(minutes=30)


def touch_of_view(quiz_id: int, day: date, visitor_hash: str) -> Touch | None:
    """The touch a visitor's first view of the day left behind."""
    return db.session.scalars(
        select(Touch)
        .join(QuizView, QuizView.touch_id == Touch.id)
        .where(
            QuizView.quiz_id == quiz_id,
            QuizView.day == day,
            QuizView.visitor_hash == visitor_hash,
        )
    ).first()


def has_event(attempt_id: int, kind: str) -> bool:
    """Whether a step of the funnel was noted already."""
    found = select(FunnelEvent.id).where(
        FunnelEvent.attempt_id == attempt_id, FunnelEvent.kind == kind
    )
    return db.session.scalar(found.limit(1)) is not None


def quizzes_for(user: User) -> list[Quiz]:
    """The quizzes of a person's teams, the latest changed first."""
    return list(
        db.session.scalars(
            select(Quiz).where(_seen_by(user)).order_by(Quiz.updated_at.desc(), Quiz.id)
        )
    )


def quiz_for(user: User, quiz_id: int) -> Quiz | None:
    """A quiz that `user` may see."""
    return db.session.scalars(select(Quiz).where(Quiz.id == quiz_id, _seen_by(user))).first()


def _seen_by(user: User) -> ColumnElement[bool]:
    if user.sees_all:
        return true()
    return or_(Quiz.team_id.is_(None), Quiz.team_id.in_(user.team_ids))


def versions(quiz: Quiz) -> list[tuple[QuizVersion, int]]:
    """The published versions, newest first, each with the attempts under way on it."""
    under_way = (
        select(Attempt.version_id, func.count().label("n"))
        .where(Attempt.state.in_(["started", "gated"]))
        .group_by(Attempt.version_id)
        .subquery()
    )
    rows = db.session.execute(
        select(QuizVersion, func.coalesce(under_way.c.n, 0))
        .outerjoin(under_way, under_way.c.version_id == QuizVersion.id)
        .where(QuizVersion.quiz_id == quiz.id)
        .order_by(QuizVersion.n.desc())
    )
    return [(version, count) for version, count in rows]


def version_of(quiz: Quiz, n: int) -> QuizVersion | None:
    """A published version by its number."""
    return db.session.scalars(
        select(QuizVersion).where(QuizVersion.quiz_id == quiz.id, QuizVersion.n == n)
    ).first()


def summaries(quiz_ids: list[int]) -> dict[int, dict[str, Any]]:
    """Starts, finishes, leads and tiers of several quizzes in two statements."""
    found: dict[int, dict[str, Any]] = {
        one: {"starts": 0, "finishes": 0, "leads": 0, "tiers": Counter()} for one in quiz_ids
    }
    rows = db.session.execute(
        select(
            QuizVersion.quiz_id,
            Attempt.state,
            Attempt.tier_id,
            func.count(),
            func.count(Attempt.contact_id),
        )
        .join(Attempt, Attempt.version_id == QuizVersion.id)
        .where(QuizVersion.quiz_id.in_(quiz_ids), _counts())
        .group_by(QuizVersion.quiz_id, Attempt.state, Attempt.tier_id)
    )
    for quiz_id, state, tier_id, count, leads in rows:
        if state == "completed":
            found[quiz_id]["finishes"] += count
            found[quiz_id]["leads"] += leads
            found[quiz_id]["tiers"][tier_id] += count
    for quiz_id, count in _started(quiz_ids):
        found[quiz_id]["starts"] = count
    return found


def split(quiz: Quiz) -> Counter:
    """Finished attempts by tier."""
    rows = db.session.execute(
        select(Attempt.tier_id, func.count())
        .join(QuizVersion, QuizVersion.id == Attempt.version_id)
        .where(QuizVersion.quiz_id == quiz.id, Attempt.state == "completed", _counts())
        .group_by(Attempt.tier_id)
    )
    return Counter({tier_id: count for tier_id, count in rows})


def _started(quiz_ids: list[int]) -> list[tuple[int, int]]:
    rows = db.session.execute(
        select(QuizVersion.quiz_id, func.count())
        .join(Attempt, Attempt.version_id == QuizVersion.id)
        .join(FunnelEvent, and_(FunnelEvent.attempt_id == Attempt.id, FunnelEvent.kind == "start"))
        .where(QuizVersion.quiz_id.in_(quiz_ids), _counts())
        .group_by(QuizVersion.quiz_id)
    )
    return [(quiz_id, count) for quiz_id, count in rows]


def _counts() -> ColumnElement[bool]:
    return and_(Attempt.is_preview.is_(False), Attempt.spam_verdict != "quarantined")


def funnel(quiz: Quiz, spec: Spec) -> dict[str, Any]:
    """Views to leads and, for each question, who saw it, answered it and left there.

    Left: the last question seen by attempts that began and were abandoned. The shares are of
    those who saw the question, never of the row above.
    """
    counts = _events(quiz)
    exits = _exits(quiz)
    rows = []
    for place, question in enumerate(questions(spec), 1):
        seen = counts[("q_seen", question["id"])]
        rows.append(
            {
                "place": place,
                "text": question.get("text", ""),
                "seen": seen,
                "answered": counts[("q_answered", question["id"])],
                "left": exits[question["id"]],
                "share": exits[question["id"]] / seen if seen else None,
            }
        )
    views = db.session.scalar(select(func.count()).where(QuizView.quiz_id == quiz.id)) or 0
    steps = {
        kind: counts[(kind, "")]
        for kind in (
            "start",
            "gate_seen",
            "gate_submitted",
            "completed",
            "result_seen",
            "cta_clicked",
        )
    }
    return steps | {"views": views, "questions": rows, "left_at_gate": exits[""]}


def _events(quiz: Quiz) -> Counter:
    rows = db.session.execute(
        select(FunnelEvent.kind, FunnelEvent.question_id, func.count())
        .join(Attempt, Attempt.id == FunnelEvent.attempt_id)
        .join(QuizVersion, QuizVersion.id == Attempt.version_id)
        .where(QuizVersion.quiz_id == quiz.id, _counts())
        .group_by(FunnelEvent.kind, FunnelEvent.question_id)
    )
    return Counter({(kind, question): count for kind, question, count in rows})


def _exits(quiz: Quiz) -> Counter:
    """How many abandoned attempts ended at each question; "" is the contact form."""
    began = select(FunnelEvent.attempt_id).where(FunnelEvent.kind == "start")
    last = (
        select(func.max(FunnelEvent.id).label("id"))
        .join(Attempt, Attempt.id == FunnelEvent.attempt_id)
        .join(QuizVersion, QuizVersion.id == Attempt.version_id)
        .where(
            QuizVersion.quiz_id == quiz.id,
            Attempt.state == "abandoned",
            Attempt.id.in_(began),
            FunnelEvent.kind.in_(["q_seen", "gate_seen"]),
            _counts(),
        )
        .group_by(FunnelEvent.attempt_id)
        .subquery()
    )
    rows = db.session.execute(
        select(FunnelEvent.question_id, func.count())
        .join(last, last.c.id == FunnelEvent.id)
        .group_by(FunnelEvent.question_id)
    )
    return Counter({question: count for question, count in rows})


def attempts(quiz: Quiz, before: int | None = None, verdict: str = "") -> list[Attempt]:
    """The latest attempts, a page at a time; with `verdict` those in that state only."""
    query = (
        select(Attempt)
        .join(QuizVersion, QuizVersion.id == Attempt.version_id)
        .where(QuizVersion.quiz_id == quiz.id, Attempt.is_preview.is_(False))
        .order_by(Attempt.id.desc())
        .limit(PAGE + 1)
    )
    if verdict:
        query = query.where(Attempt.spam_verdict == verdict)
    if before:
        query = query.where(Attempt.id < before)
    return list(db.session.scalars(query))


def attempt_in(user: User, quiz: Quiz, attempt_id: int) -> Attempt | None:
    """An attempt of this quiz, unless it is of a contact that `user` may not see."""
    return db.session.scalars(
        select(Attempt)
        .join(QuizVersion, QuizVersion.id == Attempt.version_id)
        .outerjoin(Contact, Contact.id == Attempt.contact_id)
        .where(
            QuizVersion.quiz_id == quiz.id,
            Attempt.id == attempt_id,
            or_(Contact.id.is_(None), visible(user, Contact)),
        )
    ).first()


def names_of(user: User, contact_ids: list[int]) -> dict[int, str]:
    """The names by number of those contacts that `user` may see."""
    rows = db.session.execute(
        select(Contact.id, Contact.name).where(Contact.id.in_(contact_ids), visible(user, Contact))
    )
    return {contact_id: name for contact_id, name in rows}


def abandoned(limit: int = 500) -> list[Attempt]:
    """Attempts begun and left alone for half an hour."""
    return list(
        db.session.scalars(
            select(Attempt)
            .where(
                Attempt.state.in_(["started", "gated"]),
                Attempt.last_seen_at < clock.now() - ABANDON,
            )
            .limit(limit)
        )
    )
