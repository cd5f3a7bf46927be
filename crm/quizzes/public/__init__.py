"""The pages a prospect opens: no session, no cookie, every post signed for its own step."""

from flask import Blueprint, Flask, Response, g, redirect
from werkzeug.exceptions import HTTPException, NotFound

from crm.quizzes.rules.origins import frame_ancestors
from crm.web import errors
from crm.web.headers import content_policy

bp = Blueprint("quiz", __name__, url_prefix="/q")
BLUEPRINTS = [bp]


@bp.after_request
def headers(response: Response) -> Response:
    """Only the quiz's own sites may frame it; nothing is kept, nothing of it is referred."""
    quiz = g.get("quiz")
    allowed = frame_ancestors(quiz.embed_origins) if quiz else "'self'"
    response.headers["Content-Security-Policy"] = content_policy(frame_ancestors=allowed)
    response.headers.setdefault("Referrer-Policy", "strict-origin")
    response.headers.setdefault("Cache-Control", "no-store")
    if not g.get("is_indexable"):
        response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.errorhandler(404)
def not_found(error: NotFound) -> Response | HTTPException:
    """Lead from an address that a quiz once had to its present one, forms included."""
    url = frame.new_address()
    return redirect(url, 307) if url else errors.http(error)  # type: ignore[return-value]


from crm.quizzes.public import (  # noqa: E402 - they hang on bp
    confirming,
    frame,
    intro,  # noqa: F401
    leaving,  # noqa: F401
    renewal,  # noqa: F401
    results,  # noqa: F401
    resuming,  # noqa: F401
    shares,  # noqa: F401
    steps,  # noqa: F401
)

BLUEPRINTS.append(confirming.bp)


def init_app(app: Flask) -> None:
    """Let error pages speak the language of the quiz they stand in for."""
    app.extensions["tend.speak_public"] = frame.speak_of_address
