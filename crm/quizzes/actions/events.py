"""What happened on the way, counted once: views a visitor and day, steps an attempt."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from crm.core import clock
from crm.core.db import connection, db
from crm.core.prepared import Prepared
from crm.leads.models import Touch
from crm.quizzes.models import FunnelEvent, QuizView


def note(attempt_id: int, kind: str, question_id: str = "", at: datetime | None = None) -> None:
    """Write a step of the funnel; a second time changes nothing."""
    note_all(attempt_id, [(kind, question_id)], at)


def note_all(attempt_id: int, steps: list[tuple[str, str]], at: datetime | None = None) -> None:
    """Write steps of the funnel, each a kind and a question, at once."""
    at = at or clock.now()
    _add(
        FunnelEvent,
        [
            {"attempt_id": attempt_id, "kind": kind, "question_id": question_id, "at": at}
            for kind, question_id in steps
        ],
    )


def note_view(quiz_id: int, visitor_hash: str, day: Any, source: dict[str, str]) -> Touch:
    """Count the first page once a visitor and day, and keep where the visit came from."""
    touch = Touch(visitor_ref=visitor_hash, at=clock.now(), **source)
    db.session.add(touch)
    db.session.flush()
    view = {"quiz_id": quiz_id, "day": day, "visitor_hash": visitor_hash, "touch_id": touch.id}
    _add(QuizView, [view])
    return touch


def _add(model: type, rows: list[dict[str, Any]]) -> None:
    """Insert rows unless a unique key of theirs is there."""
    if rows:
        on = connection()
        _insert(model, on.dialect.name, tuple(rows[0])).run_many(on, rows)


@cache
def _insert(model: Any, dialect: str, names: tuple[str, ...]) -> Prepared:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(model.__table__)
    return Prepared(insert.on_conflict_do_nothing().inline(), names)
