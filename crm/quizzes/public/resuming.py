"""The way back into an attempt from a mail, on any device, and out of it for good."""

from flask import Response, abort

from crm.core.db import run
from crm.quizzes import actions
from crm.quizzes.public import bp, frame
from crm.quizzes.queries import open as reading
from crm.quizzes.queries import resuming
from crm.quizzes.queries.open import Opened
from crm.web import limits
from crm.web.access import public
from crm.web.csrf import no_session


@bp.get("/<slug>/resume/<token>")
@public("back into an attempt by the secret link of a mail; 120 a minute a network")
def resume(slug: str, token: str) -> Response:
    """On to the first open question, or to the result; opening it changes nothing."""
    opened = _behind(slug, token)
    if "erased" in opened.attempt.lead:
        return frame.answer("deletion", done=True)
    link = reading.link_of(opened) if opened.attempt.state == "completed" else None
    if link is not None:
        return frame.go(frame.to("result", token=reading.result_token(link)))
    attempt_token = resuming.token_of(opened.attempt)
    return frame.go(frame.to("step", token=attempt_token) if attempt_token else frame.to("intro"))


@bp.get("/<slug>/resume/<token>/deletion")
@public("asks before answers are deleted; changes nothing, 120 a minute a network")
def ask_forgetting(slug: str, token: str) -> Response:
    """What deleting means, and one button."""
    opened = _behind(slug, token)
    if "erased" in opened.attempt.lead:
        return frame.answer("deletion", done=True)
    back, action = frame.to("resume", token=token), frame.to("forget", token=token)
    return frame.answer("deletion", action=action, done=False, back=back)


@bp.post("/<slug>/resume/<token>/deletion")
@public("deletes answers by the secret link of a mail; 30 in 10 minutes a network")
@no_session
def forget(slug: str, token: str) -> Response:
    """Forget the answers of this person; sent again it says the same."""
    frame.refuse_strangers()
    opened = _behind(slug, token)
    limits.count("30 per 10 minutes", "quiz-deletion")
    run(lambda: actions.forget(opened.attempt.id))
    return frame.go(frame.to("resume", token=token))


def _behind(slug: str, token: str) -> Opened:
    limits.count("120 per minute", "quiz-resume")
    found = resuming.by_token(slug, token)
    if found is None:
        abort(404)
    return frame.found(found)
