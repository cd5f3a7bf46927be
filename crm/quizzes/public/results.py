"""A result at its own address, and the offer on it."""

from flask import Response, abort

from crm.core.db import run
from crm.quizzes import actions
from crm.quizzes.public import bp, frame, shares
from crm.quizzes.queries import open as reading
from crm.quizzes.queries import said, team
from crm.quizzes.queries.open import Found
from crm.quizzes.rules import result as rules
from crm.web import limits
from crm.web.access import public


@bp.get("/<slug>/r/<token>")
@public("a result behind its random token; 120 a minute a network")
def result(slug: str, token: str) -> Response:
    """The score and what it means, as the attempt's own version says it."""
    found = behind(slug, token)
    if not found.is_usable:
        return gone(found, token)
    attempt_id = found.opened.attempt.id
    if not team.has_event(attempt_id, "result_seen"):
        run(lambda: actions.note(attempt_id, "result_seen"))
    share = shares.offered(found.opened)
    context = said.context(found.opened, found.link)
    return frame.answer("result", token=token, share=share, **context)


@bp.get("/<slug>/r/<token>/offer")
@public("on to the offer of a result, by its random token; 120 a minute a network")
def offer(slug: str, token: str) -> Response:
    """On to what the result offers; the address is the quiz's own, never one in the link."""
    found = behind(slug, token)
    url = (said.tier(found.opened).get("offer") or {}).get("url")
    if not found.is_usable or not url:
        return gone(found, token)
    run(lambda: actions.note(found.opened.attempt.id, "cta_clicked"))
    return frame.go(url)


@bp.get("/<slug>/r/<token>/act")
@public("on to what a result leads to, by its random token; 120 a minute a network")
def act(slug: str, token: str) -> Response:
    """On to what the button of the tier does, a page to book or a file, as its version names it."""
    found = behind(slug, token)
    wanted = rules.cta(said.tier(found.opened))
    if not found.is_usable or wanted is None or wanted["href"]:
        return gone(found, token)
    run(lambda: actions.note(found.opened.attempt.id, "cta_clicked"))
    return frame.go(wanted["to"])


def behind(slug: str, token: str) -> Found:
    """The result behind a token in the language it was taken in, or 404."""
    limits.count("120 per minute", "quiz-result")
    found = reading.result(slug, token)
    if found is None:
        abort(404)
    return Found(frame.found(found.opened), found.link, found.is_current)


def gone(found: Found, token: str) -> Response:
    """Why a result is not here any more, and the ways on."""
    if found.is_erased:
        why = "deleted"
    elif not found.is_current:
        why = "moved"
    else:
        why = "withdrawn" if found.link.revoked_at else "old"
    until = said.date_words(found.link.expires_at)
    return frame.answer("gone", status=410, why=why, token=token, until=until)
