"""What was taken out of a draft, as the history keeps it: for putting it back."""

from typing import Any

from sqlalchemy import select

from crm.core.db import db
from crm.history.models import ChangeValue
from crm.quizzes.models import Quiz

LOOKED_AT = 200


def questions_before(quiz: Quiz, question_id: str) -> list[dict[str, Any]]:
    """The questions of a draft as they were before one was taken out; empty where none is kept.

    Where the number of questions changed, all of them are kept, and not what differs alone.
    """
    rows = select(ChangeValue.old).where(
        ChangeValue.table == "quiz", ChangeValue.row_id == quiz.id, ChangeValue.op == "update"
    )
    for old in db.session.scalars(rows.order_by(ChangeValue.id.desc()).limit(LOOKED_AT)):
        found = ((old or {}).get("draft") or {}).get("questions")
        if isinstance(found, list) and any(one.get("id") == question_id for one in found):
            return found
    return []
