"""Whether published quizzes are still what was published."""

from sqlalchemy import select

from crm.core.db import db
from crm.quizzes.models import Quiz, QuizVersion
from crm.quizzes.rules.shape import fingerprint


def changed_versions() -> list[str]:
    """The versions whose content is not what their fingerprint says, as "readiness v2"."""
    rows = db.session.execute(
        select(Quiz.slug, QuizVersion.n, QuizVersion.spec, QuizVersion.spec_sha256)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .order_by(QuizVersion.id)
    )
    return [f"{slug} v{n}" for slug, n, spec, sha in rows if fingerprint(spec) != sha]
