"""The pages a prospect opens: no session, no cookie, every post signed for its own step."""

from flask import Blueprint, Response, g

from crm.quizzes.rules.origins import frame_ancestors
from crm.web.headers import content_policy

bp = Blueprint("quiz", __name__, url_prefix="/q")
BLUEPRINTS = [bp]
REASON = "prospects answer without an account; each post carries its own signed proof"


@bp.after_request
def headers(response: Response) -> Response:
    """Only the quiz's own sites may frame it; nothing is kept, nothing of it is referred."""
    quiz = g.get("quiz")
    allowed = frame_ancestors(quiz.embed_origins) if quiz else "'self'"
    response.headers["Content-Security-Policy"] = content_policy(frame_ancestors=allowed)
    response.headers.setdefault("Referrer-Policy", "strict-origin")
    response.headers.setdefault("Cache-Control", "no-store")
    if not g.get("is_intro"):
        response.headers["X-Robots-Tag"] = "noindex"
    return response


from crm.quizzes.public import intro, renewal, results, steps  # noqa: E402, F401 - they hang on bp
