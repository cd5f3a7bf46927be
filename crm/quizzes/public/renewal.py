"""Beginning again, for somebody who comes back after the quiz has changed."""

from flask import Response

from crm.core.db import run
from crm.quizzes import actions
from crm.quizzes.public import bp, frame, pages, stamps
from crm.quizzes.queries import open as reading
from crm.web import limits
from crm.web.access import public
from crm.web.csrf import no_session


@bp.post("/<slug>/a/<token>/renewal")
@public("begins again by attempt token and stamped form; 20 in 10 minutes a network")
@no_session
def renew(slug: str, token: str) -> Response:
    """Lead on to an attempt on the live version; sent again, to the same one."""
    frame.refuse_strangers()
    opened = frame.found(reading.attempt_by_token(slug, token))
    stamps.read(opened.attempt.id)
    raw, live = reading.attempt_by_token(slug, token), reading.live(slug)
    if raw is None or live is None or not pages.may_renew(opened):
        return frame.go(frame.to("step", token=token))
    limits.count("20 per 10 minutes", "quiz-start")
    return frame.go(frame.to("step", token=run(lambda: actions.renew(raw, live))))
