"""What happened on the way, counted once: views a visitor and day, steps an attempt."""

from datetime import datetime
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite

from crm.core import clock
from crm.core.db import db
from crm.leads.models import Touch
from crm.quizzes.models import FunnelEvent, QuizView


def note(attempt_id: int, kind: str, question_id: str = "", at: datetime | None = None) -> bool:
    """Write a step of the funnel; a second time changes nothing. True if it is new."""
    return insert_once(
        FunnelEvent,
        attempt_id=attempt_id,
        kind=kind,
        question_id=question_id,
        at=at or clock.now(),
    )


def note_view(quiz_id: int, visitor_hash: str, day: Any, source: dict[str, str]) -> Touch:
    """Count the first page once a visitor and day, and keep where the visit came from."""
    touch = Touch(visitor_ref=visitor_hash, at=clock.now(), **source)
    db.session.add(touch)
    db.session.flush()
    insert_once(QuizView, quiz_id=quiz_id, day=day, visitor_hash=visitor_hash, touch_id=touch.id)
    return touch


def insert_once(model: Any, **values: Any) -> bool:
    """Insert a row unless a unique key of it is there; True if it was inserted."""
    statement: Insert
    if db.session.connection().dialect.name == "postgresql":
        statement = postgresql.insert(model).values(**values).on_conflict_do_nothing()
    else:
        statement = sqlite.insert(model).values(**values).on_conflict_do_nothing()
    return bool(db.session.execute(statement).rowcount)  # type: ignore[attr-defined]
