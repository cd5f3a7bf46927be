"""A result at its own address, the offer on it, and the way to have everything deleted."""

from flask import Response, abort

from crm.core.db import run
from crm.quizzes import actions
from crm.quizzes.models import ResultLink
from crm.quizzes.public import REASON, bp, frame, shares
from crm.quizzes.queries import open as reading
from crm.quizzes.queries import said, team
from crm.quizzes.queries.open import Opened
from crm.web import limits
from crm.web.access import public
from crm.web.csrf import no_session


@bp.get("/<slug>/r/<token>")
@public(REASON)
def result(slug: str, token: str) -> Response:
    """The score and what it means, as the attempt's own version says it."""
    opened, link = _usable(slug, token)
    if link is None:
        return _gone(slug)
    if not team.has_event(opened.attempt.id, "result_seen"):
        run(lambda: actions.note(opened.attempt.id, "result_seen"))
    share = shares.offered(opened)
    return frame.answer("result", token=token, share=share, **said.context(opened, link))


@bp.get("/<slug>/r/<token>/offer")
@public(REASON)
def offer(slug: str, token: str) -> Response:
    """On to what the result offers; the address is the quiz's own, never one in the link."""
    opened, link = _usable(slug, token)
    url = (said.tier(opened).get("offer") or {}).get("url")
    if link is None or not url:
        return _gone(slug)
    run(lambda: actions.note(opened.attempt.id, "cta_clicked"))
    return frame.go(url)


@bp.get("/<slug>/r/<token>/deletion")
@public(REASON)
def ask_deletion(slug: str, token: str) -> Response:
    """What deleting means, and one button: opening this page deletes nothing."""
    _opened, link = _usable(slug, token)
    return _gone(slug) if link is None else frame.answer("deletion", token=token, done=False)


@bp.post("/<slug>/r/<token>/deletion")
@public(REASON)
@no_session
def delete(slug: str, token: str) -> Response:
    """Forget the answers of this person; sent again it says the same."""
    frame.refuse_strangers()
    opened, _link = _found(slug, token)
    limits.count("30 per 10 minutes", "quiz-deletion")
    run(lambda: actions.forget(opened.attempt.id))
    return frame.go(frame.to("deleted", token=token))


@bp.get("/<slug>/r/<token>/deleted")
@public(REASON)
def deleted(slug: str, token: str) -> Response:
    """What was deleted."""
    _opened, link = _found(slug, token)
    if link.revoked_at is None:
        return frame.go(frame.to("result", token=token))
    return frame.answer("deletion", token=token, done=True)


def _found(slug: str, token: str) -> tuple[Opened, ResultLink]:
    found = reading.result(slug, token)
    if found is None:
        abort(404)
    return frame.found(found[0]), found[1]


def _usable(slug: str, token: str) -> tuple[Opened, ResultLink | None]:
    opened, link = _found(slug, token)
    return opened, link if reading.is_usable(link) else None


def _gone(slug: str) -> Response:
    return frame.answer("gone", status=410)
