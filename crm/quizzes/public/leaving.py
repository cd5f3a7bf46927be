"""What somebody may do about their own result: close its page, or have everything deleted.

Opening a page changes nothing; its button does. Pressed again, it says the same.
"""

from flask import Response

from crm.core.db import run
from crm.quizzes import actions
from crm.quizzes.actions import links
from crm.quizzes.public import bp, frame
from crm.quizzes.public.results import behind, gone
from crm.web import limits
from crm.web.access import public
from crm.web.csrf import no_session


@bp.get("/<slug>/r/<token>/withdrawal")
@public("asks before a result page is closed; changes nothing, 120 a minute a network")
def ask_withdrawal(slug: str, token: str) -> Response:
    """What closing the page means, and one button."""
    found = behind(slug, token)
    if not found.is_usable:
        return gone(found, token)
    return frame.answer("withdrawal", token=token)


@bp.post("/<slug>/r/<token>/withdrawal")
@public("closes a result page by its random token; 30 in 10 minutes a network")
@no_session
def withdraw(slug: str, token: str) -> Response:
    """Close the page of a result; its answers stay."""
    frame.refuse_strangers()
    found = behind(slug, token)
    limits.count("30 per 10 minutes", "quiz-deletion")
    if found.is_usable:
        run(lambda: links.withdraw(found.opened.attempt.id))
    return frame.go(frame.to("result", token=token))


@bp.get("/<slug>/r/<token>/deletion")
@public("asks before answers are deleted; changes nothing, 120 a minute a network")
def ask_deletion(slug: str, token: str) -> Response:
    """What deleting means, and one button; also for a result that is closed or too old."""
    found = behind(slug, token)
    if found.is_erased or not found.is_current:
        return gone(found, token)
    back = frame.to("result", token=token) if found.is_usable else ""
    action = frame.to("delete", token=token)
    return frame.answer("deletion", action=action, done=False, back=back)


@bp.post("/<slug>/r/<token>/deletion")
@public("deletes answers by the random token of their result; 30 in 10 minutes a network")
@no_session
def delete(slug: str, token: str) -> Response:
    """Forget the answers of this person; sent again it says the same."""
    frame.refuse_strangers()
    found = behind(slug, token)
    limits.count("30 per 10 minutes", "quiz-deletion")
    if found.is_current:
        run(lambda: actions.forget(found.opened.attempt.id))
    return frame.go(frame.to("deleted", token=token))


@bp.get("/<slug>/r/<token>/deleted")
@public("says what was deleted; changes nothing, 120 a minute a network")
def deleted(slug: str, token: str) -> Response:
    """What was deleted."""
    found = behind(slug, token)
    if not found.is_erased:
        return frame.go(frame.to("result", token=token))
    return frame.answer("deletion", done=True)
