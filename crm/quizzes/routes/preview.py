"""A draft as prospects would see it: nothing is stored, nothing is counted."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for

from crm.accounts import queries as people
from crm.core import clock, words
from crm.quizzes.models import Quiz
from crm.quizzes.public import pages
from crm.quizzes.public.gate import Gate
from crm.quizzes.queries import said
from crm.quizzes.queries.open import Opened, Shown
from crm.quizzes.routes.quizzes import quiz_or_404
from crm.quizzes.rules import fixed, languages, path, score
from crm.quizzes.rules.result import lead_in
from crm.quizzes.rules.shape import CHOOSING, Answers, Given, choices, questions
from crm.web.access import needs
from crm.web.headers import content_policy

bp = Blueprint("quiz_preview", __name__, url_prefix="/quizzes/<int:quiz_id>/preview")


@bp.get("")
@needs("manage_quizzes")
def show(quiz_id: int) -> Response:
    shown = _shown(quiz_or_404(quiz_id))
    at = request.args.get("at", "intro")
    order = questions(shown.spec)
    if at in {"best", "middle", "worst"} and order:
        return _result(shown, at)
    if at == path.GATE and has_gate(shown):
        return _gate(shown)
    if at.isascii() and at.isdigit() and len(at) < 4 and 1 <= int(at) <= len(order):
        return _question(shown, int(at))
    return _answer(shown, "intro", start="")


def _question(shown: Shown, place: int) -> Response:
    order = questions(shown.spec)
    question = order[place - 1]
    return _answer(
        shown,
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
        back=_at(shown, str(place - 1) if place > 1 else "intro"),
        action=url_for(".show", quiz_id=shown.id),
        about="help" if question.get("help") else "",
        welcome="",
        error="",
        is_required=True,
        preview_at=place + 1 if place < len(order) else path.GATE if has_gate(shown) else "best",
    )


def has_gate(shown: Shown) -> bool:
    """Whether the draft asks who somebody is."""
    return shown.spec.get("gate") != "none"


def _gate(shown: Shown) -> Response:
    """The contact form as it stands after the last question; what is typed goes nowhere."""
    house, count = people.workspace(), len(questions(shown.spec))
    attempt: Any = SimpleNamespace(id=0, lead={}, locale=g.locale, consents={})
    form = Gate(Opened(attempt, shown, {}, {}))
    return _answer(
        shown,
        "gate",
        token="preview",  # noqa: S106 - the name of a page, no secret
        **pages.asking(form, shown.spec, house.name if house else ""),
        answered_word=pages.number(count),
        is_last=True,
        teaser=None,
        progress=100,
        stamp="",
        action=url_for(".show", quiz_id=shown.id),
        back=_at(shown, str(count) if count else "intro"),
        preview_at="best",
    )


def _result(shown: Shown, which: str) -> Response:
    answers = _answers(shown.spec, which)
    found = score.score(shown.spec, answers)
    attempt: Any = SimpleNamespace(
        id=0,
        pct=found.pct,
        tier_id=found.tier.get("id"),
        categories=found.categories,
        trace=found.trace,
        locale=g.locale,
        consents={},
        lead={"name": "Ada Example"},
    )
    opened = Opened(attempt, shown, answers, {})
    link: Any = SimpleNamespace(expires_at=clock.now())
    return _answer(shown, "result", token="preview", **said.context(opened, link))  # noqa: S106


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
    """The draft in the language asked for; without one in its first."""
    language = languages.chosen(quiz.draft, request.args.get("lang", ""), [])
    words.speak(language, fixed.own(quiz.draft, language))
    g.languages = languages.languages(quiz.draft)
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
        languages.in_language(quiz.draft, language),
    )


def _at(shown: Shown, at: str | None, language: str = "") -> str:
    lang = (language or g.locale) if len(g.languages) > 1 else None
    return url_for(".show", quiz_id=shown.id, at=at, lang=lang)


def _answer(shown: Shown, template: str, **context: Any) -> Response:
    house, at = people.workspace(), request.args.get("at")
    others = [one for one in g.languages if one != g.locale]
    html = render_template(
        f"quizzes/public/{template}.html",
        quiz=shown,
        spec=shown.spec,
        house=house,
        brand=house.name if house else "",
        embed=False,
        embed_id=None,
        parent_origin=None,
        theme_url=None,
        to=lambda endpoint, **_values: _at(shown, "1" if endpoint == "start" else None),
        switches=[(one, languages.KNOWN.get(one, one), _at(shown, at, one)) for one in others],
        lead_in=lead_in,
        is_preview=True,
        preview_lang=g.locale if others else "",
        **context,
    )
    response = Response(html)
    response.headers["Content-Security-Policy"] = content_policy(frame_ancestors="'self'")
    response.headers["Cache-Control"] = "no-store"
    return response
