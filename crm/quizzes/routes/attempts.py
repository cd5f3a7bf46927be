"""One attempt: its answers with their points, and its way out of quarantine."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.quizzes import actions
from crm.quizzes.actions import links
from crm.quizzes.models import Attempt, Quiz
from crm.quizzes.queries import open as reading
from crm.quizzes.queries import record, team
from crm.quizzes.queries.open import Opened
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
    contact_id = opened.attempt.contact_id
    return page(
        "quizzes/attempts/show.html",
        quiz=quiz,
        attempt=opened.attempt,
        given=_unscored(opened),
        n=opened.quiz.n,
        names=team.names_of(current_user, [contact_id] if contact_id else []),
        can_edit=can_edit(),
        signs=spam.WORDS,
        result=record.page_of(quiz.slug, reading.link_of(opened)),
    )


@bp.post("/<int:attempt_id>/release")
@needs("manage_quizzes")
def release(quiz_id: int, attempt_id: int):
    attempt = _attempt(quiz_or_404(quiz_id), attempt_id)
    if perform(None, actions.release, attempt.id):
        toast(_("Let through."), _("The contact is made and routed now."))
    return changed(url_for("quizzes.show", quiz_id=quiz_id))


@bp.post("/<int:attempt_id>/withdrawal")
@needs("edit_records")
def withdraw(quiz_id: int, attempt_id: int):
    attempt = _attempt(quiz_or_404(quiz_id), attempt_id)
    if perform(None, links.withdraw, attempt.id, current_user):
        toast(_("The result page is closed."), _("Its link opens nothing any more."))
    return changed(_back(quiz_id, attempt))


@bp.post("/<int:attempt_id>/reopening")
@needs("edit_records")
def reopen(quiz_id: int, attempt_id: int):
    attempt = _attempt(quiz_or_404(quiz_id), attempt_id)
    if perform(None, links.reissue, attempt.id, current_user):
        toast(_("The result page is open."), _("Its address stands beside the score."))
    return changed(_back(quiz_id, attempt))


def _back(quiz_id: int, attempt: Attempt) -> str:
    if attempt.contact_id:
        return f"/contacts/{attempt.contact_id}"
    return url_for(".show", quiz_id=quiz_id, attempt_id=attempt.id)


def _attempt(quiz: Quiz, attempt_id: int) -> Attempt:
    return team.attempt_in(current_user, quiz, attempt_id) or abort(404)


def _unscored(opened: Opened) -> list[tuple[str, str]]:
    """Questions with answers that stand in no row of the trace."""
    counted = {row["question"] for row in opened.attempt.trace}
    return [
        (one.get("text", ""), words(one, opened.answers.get(one["id"])))
        for one in questions(opened.quiz.spec)
        if one["id"] in opened.answers and one["id"] not in counted
    ]
