"""One attempt: its answers with their points, and its way out of quarantine."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _

from crm.quizzes import actions
from crm.quizzes.models import Attempt, Quiz
from crm.quizzes.queries import open as reading
from crm.quizzes.queries import said, team
from crm.quizzes.routes.quizzes import can_edit, quiz_or_404
from crm.quizzes.rules import spam
from crm.quizzes.rules.shape import questions, words
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("quiz_attempts", __name__, url_prefix="/quizzes/<int:quiz_id>/attempts")


@bp.get("/<int:attempt_id>")
def show(quiz_id: int, attempt_id: int):
    quiz = quiz_or_404(quiz_id)
    opened = reading.attempt_by_id(_attempt(quiz, attempt_id).id) or abort(404)
    spec = opened.quiz.spec
    given = [
        (one.get("text", ""), words(one, opened.answers.get(one["id"])))
        for one in questions(spec)
        if one["id"] in opened.answers
    ]
    attempt = opened.attempt
    names = team.names_of([attempt.contact_id] if attempt.contact_id else [])
    return page(
        "quizzes/attempts/show.html",
        quiz=quiz,
        attempt=attempt,
        given=given,
        n=opened.quiz.n,
        tier=said.tier(opened),
        names=names,
        can_edit=can_edit(),
        signs=spam.WORDS,
        cuts=[int(one["from"]) for one in spec.get("tiers") or []],
    )


@bp.post("/<int:attempt_id>/release")
@needs("manage_quizzes")
def release(quiz_id: int, attempt_id: int):
    attempt = _attempt(quiz_or_404(quiz_id), attempt_id)
    if perform(None, actions.release, attempt.id):
        toast(_("Let through."), _("The contact is made and routed now."))
    return changed(url_for("quizzes.show", quiz_id=quiz_id))


def _attempt(quiz: Quiz, attempt_id: int) -> Attempt:
    return team.attempt_in(quiz, attempt_id) or abort(404)
