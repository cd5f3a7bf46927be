"""A draft as prospects would see it: nothing is stored, nothing is counted."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.core import clock
from crm.quizzes.models import Quiz
from crm.quizzes.queries import said
from crm.quizzes.queries.open import Opened, Shown
from crm.quizzes.routes.quizzes import quiz_or_404
from crm.quizzes.rules import path, score
from crm.quizzes.rules.result import lead_in
from crm.quizzes.rules.shape import CHOOSING, Answers, Given, choices, questions
from crm.web.access import needs
from crm.web.headers import content_policy

bp = Blueprint("quiz_preview", __name__, url_prefix="/quizzes/<int:quiz_id>/preview")


@bp.get("")
@needs("manage_quizzes")
def show(quiz_id: int) -> Response:
    quiz = quiz_or_404(quiz_id)
    at = request.args.get("at", "intro")
    if at in {"best", "middle", "worst"} and questions(quiz.draft):
        return _result(quiz, at)
    order = questions(quiz.draft)
    if at.isascii() and at.isdigit() and len(at) < 4 and 1 <= int(at) <= len(order):
        return _question(quiz, int(at))
    return _answer(quiz, "intro", start="")


def _question(quiz: Quiz, place: int) -> Response:
    order = questions(quiz.draft)
    question = order[place - 1]
    back = url_for(".show", quiz_id=quiz.id, at=place - 1 if place > 1 else "intro")
    return _answer(
        quiz,
        "question",
        question=question,
        choices=choices(question),
        place=place,
        total=len(order),
        left="",
        chosen=set(),
        value="",
        progress=100 * (place - 1) // len(order),
        stamp="",
        back=back,
        action=url_for(".show", quiz_id=quiz.id),
        about="help" if question.get("help") else "",
        welcome="",
        error="",
        is_required=True,
        preview_at=place + 1 if place < len(order) else "best",
    )


def _result(quiz: Quiz, which: str) -> Response:
    answers = _answers(quiz.draft, which)
    found = score.score(quiz.draft, answers)
    attempt: Any = SimpleNamespace(
        id=0,
        pct=found.pct,
        tier_id=found.tier.get("id"),
        categories=found.categories,
        trace=found.trace,
        locale="en",
        consents={},
        lead={"name": _("Ada Example")},
    )
    opened = Opened(attempt, _shown(quiz), answers, {})
    link: Any = SimpleNamespace(expires_at=clock.now())
    return _answer(quiz, "result", token="preview", **said.context(opened, link))  # noqa: S106


def _answers(spec: dict[str, Any], which: str) -> Answers:
    """Answers that bring most, least, or something between, along the way they take."""
    answers: Answers = {}
    while not path.is_finished(spec, answers):
        name = path.walk(spec, answers)[-1]
        question = next(one for one in questions(spec) if one["id"] == name)
        ranked = sorted(choices(question), key=lambda one: int(one.get("points") or 0))
        if question["type"] not in CHOOSING or not ranked:
            answers[name] = Given()
            continue
        place = {"best": len(ranked) - 1, "worst": 0, "middle": len(ranked) // 2}[which]
        answers[name] = Given((ranked[place]["id"],))
    return answers


def _shown(quiz: Quiz) -> Shown:
    return Shown(
        quiz.id,
        quiz.slug,
        quiz.name,
        "live",
        None,
        quiz.team_id,
        quiz.sender_id,
        [],
        quiz.theme,
        quiz.result_days,
        quiz.daily_cap,
        quiz.retake,
        quiz.retake_days,
        quiz.live_version_id,
        0,
        0,
        quiz.draft,
    )


def _answer(quiz: Quiz, template: str, **context: Any) -> Response:
    house = people.workspace()

    def to(endpoint: str, **_values: Any) -> str:
        return url_for(".show", quiz_id=quiz.id, at="1" if endpoint == "start" else None)

    html = render_template(
        f"quizzes/public/{template}.html",
        quiz=quiz,
        spec=quiz.draft,
        house=house,
        brand=house.name if house else "",
        embed=False,
        embed_id=None,
        parent_origin=None,
        theme_url=None,
        to=to,
        lead_in=lead_in,
        is_preview=True,
        **context,
    )
    response = Response(html)
    response.headers["Content-Security-Policy"] = content_policy(frame_ancestors="'self'")
    response.headers["Cache-Control"] = "no-store"
    return response
