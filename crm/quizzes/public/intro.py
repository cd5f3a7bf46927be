"""The first page of a quiz, its theme, and the start of an attempt."""

from flask import Response, abort, g, request

from crm.core.db import run
from crm.quizzes import actions
from crm.quizzes.actions.attempts import token_for
from crm.quizzes.public import bp, frame, stamps, visits
from crm.quizzes.queries import known
from crm.quizzes.queries import open as reading
from crm.quizzes.rules import theme
from crm.web import limits
from crm.web.access import public
from crm.web.csrf import no_session

KEPT = "public, max-age=31536000, immutable"


@bp.get("/<slug>")
@public("the first page of a quiz; 120 a minute a network")
def intro(slug: str) -> Response:
    """What the quiz is about, and one button."""
    limits.count("120 per minute", "quiz-view")
    quiz = _quiz(slug)
    g.is_indexable = True
    if not quiz.is_open:
        return frame.closed()
    return frame.answer("intro", start=_start_form(quiz))


@bp.post("/<slug>/start")
@public("begins an attempt by a stamped form; 20 in 10 minutes a network, and the quiz's cap a day")
@no_session
def start(slug: str) -> Response:
    """Begin: the same form sent again leads to the same attempt."""
    frame.refuse_strangers()
    quiz = _quiz(slug)
    form = stamps.read_start(slug)
    if not quiz.is_open:
        return frame.go(frame.to("intro"))
    token = token_for(form.nonce)
    if reading.attempt_by_token(slug, token) is None:
        if form.is_stale:
            return frame.go(frame.to("intro"))
        limits.count("20 per 10 minutes", "quiz-start")
        limits.count(f"{quiz.daily_cap} per day", "quiz-day", key=str(quiz.id))
        run(lambda: actions.start(quiz, form.nonce, form.touch_id, g.locale, form.known))
    return frame.go(frame.to("step", token=token))


@bp.get("/<slug>/theme-<digest>.css")
@public("colours named by their content and kept for a year; no limit, it changes nothing")
def theme_sheet(slug: str, digest: str) -> Response:
    """The colours of a quiz as a style sheet of its own, named by its content."""
    quiz = _quiz(slug)
    if theme.digest(quiz.theme or {}) != digest:
        abort(404)
    response = Response(theme.sheet(quiz.theme), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = KEPT
    return response


def _start_form(quiz: reading.Shown) -> str:
    return stamps.start_form(quiz.slug, visits.note(quiz), known.mark_of(request.args.get("k", "")))


def _quiz(slug: str) -> reading.Shown:
    quiz = reading.live(slug)
    if quiz is None:
        abort(404)
    return frame.show(quiz)
