"""The questions of a draft: adding, editing with their options, moving, taking out."""

import copy
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _

from crm.core.refusal import Refused
from crm.quizzes.actions import drafts
from crm.quizzes.forms import Blank, filled, parts, rows, seen, showing, write
from crm.quizzes.models import Quiz
from crm.quizzes.routes.quizzes import quiz_or_404
from crm.quizzes.rules.shape import TYPES, Question, by_id
from crm.web.access import needs
from crm.web.forms import Form
from crm.web.page import changed, page, perform, toast

bp = Blueprint("quiz_questions", __name__, url_prefix="/quizzes/<int:quiz_id>/questions")


@bp.post("")
@needs("manage_quizzes")
def add(quiz_id: int):
    kind = request.form.get("kind", "single")
    if kind not in TYPES:
        abort(400)
    question_id = perform(None, drafts.add_question, quiz_or_404(quiz_id), kind)
    if not question_id:
        return changed(url_for("quiz_parts.edit", quiz_id=quiz_id))
    return changed(url_for(".edit", quiz_id=quiz_id, question_id=question_id))


@bp.get("/<question_id>/edit")
@needs("manage_quizzes")
def edit(quiz_id: int, question_id: str):
    quiz = quiz_or_404(quiz_id)
    return _page(quiz, _question(quiz, question_id))


@bp.post("/<question_id>")
@needs("manage_quizzes")
def save(quiz_id: int, question_id: str):
    quiz = quiz_or_404(quiz_id)
    question = _question(quiz, question_id)
    work, blanks = _opened(question), _blanks(question, quiz)
    form = _posted(question, blanks, work, quiz)

    def keep() -> None:
        rows.check_kept(request.form, rows.names_of(question))
        write(blanks, form, work)
        drafts.save_question(quiz, question_id, _closed(work), seen(form))

    if not perform(form, keep):
        form.begin_again()
        return _page(quiz, question, form, 422)
    if request.form.get("then") == "option":
        return add_option(quiz_id, question_id)
    toast(_("Saved in the draft."))
    return changed(url_for("quiz_parts.edit", quiz_id=quiz_id) + f"#question-{question_id}")


@bp.post("/<question_id>/options")
@needs("manage_quizzes")
def add_option(quiz_id: int, question_id: str):
    quiz = quiz_or_404(quiz_id)
    _question(quiz, question_id)
    perform(None, drafts.add_option, quiz, question_id)
    return changed(url_for(".edit", quiz_id=quiz_id, question_id=question_id) + "#last")


@bp.post("/<question_id>/options/<int:place>/deletion")
@needs("manage_quizzes")
def delete_option(quiz_id: int, question_id: str, place: int):
    """Take a row out; what was typed into the others of the form is saved with it."""
    quiz = quiz_or_404(quiz_id)
    question = _question(quiz, question_id)
    work, blanks = _opened(question), _blanks(question, quiz)
    at = rows.now_at(request.form, rows.names_of(question), place)
    others = [one for one in blanks if not one.path.startswith(f"r{at}.")]
    form = _posted(question, others, work, quiz)

    def keep() -> None:
        if at is None:
            raise Refused(_("That option is gone already."))
        if "seen" in request.form:
            write(others, form, work)
            drafts.save_question(quiz, question_id, _closed(work), seen(form))
        drafts.delete_option(quiz, question_id, at)

    if perform(form if "seen" in request.form else None, keep):
        return changed(url_for(".edit", quiz_id=quiz_id, question_id=question_id))
    form.begin_again()
    whole = _posted(question, blanks, work, quiz)
    return _page(quiz, question, _refused(whole, form), 422)


@bp.post("/<question_id>/place")
@needs("manage_quizzes")
def move(quiz_id: int, question_id: str):
    way = {"up": -1, "down": 1}.get(request.form.get("to", ""))
    quiz = quiz_or_404(quiz_id)
    _question(quiz, question_id)
    if way is None:
        abort(400)
    perform(None, drafts.move_question, quiz, question_id, way)
    return changed(url_for("quiz_parts.edit", quiz_id=quiz_id) + f"#question-{question_id}")


@bp.post("/<question_id>/deletion")
@needs("manage_quizzes")
def delete(quiz_id: int, question_id: str):
    quiz = quiz_or_404(quiz_id)
    _question(quiz, question_id)
    if perform(None, drafts.delete_question, quiz, question_id):
        back = url_for(".restore", quiz_id=quiz_id, question_id=question_id)
        toast(_("Taken out of the draft."), _("Published versions keep it."), undo=back)
    return changed(url_for("quiz_parts.edit", quiz_id=quiz_id))


@bp.post("/<question_id>/restoration")
@needs("manage_quizzes")
def restore(quiz_id: int, question_id: str):
    if perform(None, lambda: drafts.restore_question(quiz_or_404(quiz_id), question_id[:60])):
        toast(_("The question is back in the draft."))
    return changed(url_for("quiz_parts.edit", quiz_id=quiz_id) + f"#question-{question_id}")


def _question(quiz: Quiz, question_id: str) -> Question:
    return by_id(quiz.draft).get(question_id) or abort(404)


def _posted(question: Question, blanks: list[Blank], work: dict[str, Any], quiz: Quiz) -> Any:
    """The form as it was posted, its rows where they stand now."""
    now = rows.names_of(question)
    sent = rows.as_now(request.form, now, showing(blanks, work))
    form = filled(blanks, work, quiz.version, sent, now)
    form.row_names = rows.words_of(question, [one.name for one in blanks])
    return form


def _opened(question: Question) -> dict[str, Any]:
    """The question with its rows as r0, r1, …, so that each field has a path."""
    work = copy.deepcopy(question)
    for place, row in enumerate(rows.rows_of(work)):
        work[f"r{place}"] = row
    return work


def _closed(work: dict[str, Any]) -> Question:
    """The question without these helpers; its rows were changed in place."""
    return {key: value for key, value in work.items() if not (key[0] == "r" and key[1:].isdigit())}


def _blanks(question: Question, quiz: Quiz) -> list[Blank]:
    blanks = parts.question(question, quiz.draft)
    for place in range(len(rows.rows_of(question))):
        blanks += _row(question, quiz, place)
    return blanks


def _row(question: Question, quiz: Quiz, place: int) -> list[Blank]:
    if question["type"] == "number":
        return [
            Blank(f"r{place}.from", _("From"), "number", required=True),
            Blank(f"r{place}.points", _("Points"), "number", required=True),
        ]
    return [
        Blank(f"r{place}.{one.path}", one.label, one.kind, one.help, one.choices, one.required)
        for one in parts.option(question, quiz.draft)
    ]


def _refused(whole: Form, part: Form) -> Form:
    """The whole form as it was typed, with what was said of the part of it that was sent."""
    for field in part:
        whole[field.name].errors = field.errors
    whole.form_errors.extend(part.form_errors)
    return whole


def _page(quiz: Quiz, question: Question, form=None, status: int = 200):
    if form is None:
        blanks, work = _blanks(question, quiz), _opened(question)
        form = filled(blanks, work, quiz.version, rows=rows.names_of(question))
    order = [one["id"] for one in quiz.draft["questions"]]
    known = rows.rows_of(question)
    return page(
        "quizzes/questions/edit.html",
        status=status,
        quiz=quiz,
        question=question,
        number=order.index(question["id"]) + 1,
        form=form,
        main=[one.name for one in parts.question(question, quiz.draft)],
        rows=[[one.name for one in _row(question, quiz, place)] for place in range(len(known))],
        values=[row.get("value") for row in known],
        has_rows=question["type"] in rows.ROWS,
    )
