"""One question a page, then the contact form; each post answers 303 to the step that follows."""

from dataclasses import replace
from functools import partial

from flask import Response, abort, g, request

from crm.core.db import run
from crm.core.refusal import Refused
from crm.quizzes import actions
from crm.quizzes.public import bp, frame, gate, pages, stamps
from crm.quizzes.queries import open as reading
from crm.quizzes.queries.open import Opened
from crm.quizzes.rules import path, spam
from crm.quizzes.rules.shape import Given, by_id, read
from crm.web import limits
from crm.web.access import public
from crm.web.csrf import no_session


@bp.get("/<slug>/a/<token>")
@public("a question behind the random token of its attempt; 300 a minute a network")
def step(slug: str, token: str) -> Response:
    """The question asked for with `at`, or the first one open."""
    limits.count("300 per minute", "quiz-step")
    opened = frame.found(reading.attempt_by_token(slug, token))
    if opened.attempt.state == "completed":
        return frame.go(_result(opened))
    if not opened.quiz.is_open:
        return frame.closed()
    name = pages.asked_step(opened, request.args.get("at", ""))
    if name == path.GATE:
        return pages.gate(opened, token, gate.Gate(opened))
    return pages.question(opened, token, name)


@bp.post("/<slug>/a/<token>/answer")
@public("one answer by attempt token and stamped form; 300 in 10 minutes a network")
@no_session
def answer(slug: str, token: str) -> Response:
    """Keep one answer; the same one again only leads on."""
    frame.refuse_strangers()
    stored = _stored(slug, token)
    opened = frame.found(stored)
    stamp = stamps.read(opened.attempt.id)
    question = by_id(opened.quiz.spec).get(stamp.step)
    is_open = opened.quiz.is_open or opened.attempt.state == "completed"
    if question is None or not is_open or stamp.step not in _reachable(opened):
        return frame.go(frame.to("step", token=token))
    values = request.form.getlist(stamp.step)[:100]
    try:
        given = read(question, values, pages.word(opened, "no_answer"))
        pages.refuse_stale(stamp)
    except Refused as refusal:
        return pages.question(opened, token, stamp.step, typed=values, error=refusal.message)
    return frame.go(_keep(stored, opened, token, stamp, given))


@bp.post("/<slug>/a/<token>/gate")
@public("the contact form, one lead an attempt, by stamped form; 60 in 10 minutes a network")
@no_session
def hand_in(slug: str, token: str) -> Response:
    """Take the contact form: one lead an attempt, however often it is sent."""
    frame.refuse_strangers()
    stored = reading.attempt_to_end(slug, token) or abort(404)
    opened = frame.found(stored)
    stamp = stamps.read(opened.attempt.id)
    if opened.attempt.state == "completed":
        return frame.go(_result(opened))
    if not opened.quiz.is_open or stamp.step != path.GATE or _is_early(opened):
        return frame.go(frame.to("step", token=token))
    if request.form.get("stranger"):
        run(lambda: actions.forget_known(opened.attempt.id))
        return frame.go(frame.to("step", token=token, at=path.GATE))
    form = gate.Gate.read(opened, stamp)
    if form.errors:
        return pages.gate(opened, token, form)
    limits.count("60 per 10 minutes", "quiz-submit")
    return frame.go(run(partial(_take, stored, form.lead(), token)))


def _take(stored: Opened, lead: actions.Lead, token: str) -> str:
    return _next(actions.finish(reading.afresh(stored), lead), token, path.GATE)


def _stored(slug: str, token: str) -> Opened:
    """The attempt as it was stored, not in the words of the language that the page speaks."""
    return reading.attempt_by_token(slug, token) or abort(404)


def _keep(stored: Opened, opened: Opened, token: str, stamp: stamps.Stamp, given: Given) -> str:
    """Store an answer and complete the attempt where it was the last; the address that follows."""
    is_repeat = opened.answers.get(stamp.step) == given
    if opened.attempt.state == "completed" or is_repeat:
        return _next(opened, token, stamp.step)
    limits.count("300 per 10 minutes", "quiz-answer")
    signs = ["fast"] if stamp.age < spam.FASTEST_SECONDS else []

    def work() -> str:
        fresh = frame.found(reading.afresh(stored))
        fresh.attempt.locale = g.locale
        after = actions.answer(fresh, stamp.step, given, signs, stamp.age)
        if actions.follows(after, stamp.step) == path.END:
            after = actions.finish(replace(after, quiz=stored.quiz))
        return _next(after, token, stamp.step)

    return run(work)


def _next(opened: Opened, token: str, step: str) -> str:
    """Where a step's post leads; the same for every repeat of it."""
    steps = path.steps(opened.quiz.spec, opened.answers, actions.has_lead(opened.attempt))
    place = steps.index(step) + 1 if step in steps else len(steps)
    if place >= len(steps) and opened.attempt.state == "completed":
        return _result(opened)
    if place >= len(steps) or steps[place] == path.GATE:
        at = path.GATE if place < len(steps) else None
        return frame.to("step", token=token, at=at)
    way = [one for one in steps if one != path.GATE]
    return frame.to("step", token=token, at=way.index(steps[place]) + 1)


def _result(opened: Opened) -> str:
    token = opened.result_token
    return frame.to("result", token=token) if token else frame.to("intro")


def _reachable(opened: Opened) -> list[str]:
    return path.steps(opened.quiz.spec, opened.answers, actions.has_lead(opened.attempt))


def _is_early(opened: Opened) -> bool:
    return path.GATE not in _reachable(opened)
