"""What every public page carries along: the quiz, the frame it stands in, whose quiz it is."""

import re
from datetime import UTC
from typing import Any

from flask import Response, abort, g, request, url_for
from flask_wtf.csrf import CSRFError

from crm.accounts import queries as people
from crm.quizzes.queries.open import Opened, Shown
from crm.quizzes.rules import theme
from crm.quizzes.rules.origins import origin
from crm.quizzes.rules.result import lead_in
from crm.web.csrf import same_origin
from crm.web.page import page

EMBED_ID = re.compile(r"[A-Za-z0-9-]{1,40}")


def show(quiz: Shown) -> Shown:
    """Remember the quiz for the headers of the answer; its language, not a session's, counts."""
    g.quiz = quiz
    g.locale = str(quiz.spec.get("locale") or "en")
    return quiz


def found(opened: Opened | None) -> Opened:
    """The attempt, or 404 where there is none."""
    if opened is None:
        abort(404)
    show(opened.quiz)
    return opened


def refuse_strangers() -> None:
    """Refuse a post that another site's page sent."""
    if not same_origin():
        raise CSRFError("This form was sent from another site.")


def carried() -> dict[str, str]:
    """The parameters of the frame, checked, for every address of this walk."""
    if request.args.get("embed") != "1":
        return {}
    kept = {"embed": "1"}
    embed_id = request.args.get("embed_id", "")
    if EMBED_ID.fullmatch(embed_id):
        kept["embed_id"] = embed_id
    parent = parent_origin()
    if parent:
        kept["parent"] = parent
    return kept


def parent_origin() -> str:
    """The site around the frame, if it names one of those the quiz allows."""
    try:
        named = origin(request.args.get("parent", "")[:200])
    except ValueError:
        return ""
    return named if named in {one.rstrip("/") for one in g.quiz.embed_origins} else ""


def to(endpoint: str, **values: Any) -> str:
    """An address of this quiz that keeps the frame."""
    kept: dict[str, Any] = {**values, **carried()}
    return url_for(f"quiz.{endpoint}", slug=g.quiz.slug, **kept)


def go(url: str) -> Response:
    """On to another page of ours, by 303."""
    return Response(status=303, headers={"Location": url})


def answer(template: str, status: int = 200, **context: Any) -> Response:
    """A public page with what every one of them shows."""
    house = people.workspace()
    g.zone = house.zone if house else UTC
    kept = carried()
    digest = theme.digest(g.quiz.theme or {})
    return page(
        f"quizzes/public/{template}.html",
        status=status,
        quiz=g.quiz,
        spec=g.quiz.spec,
        house=house,
        brand=house.name if house else "",
        embed=bool(kept),
        embed_id=kept.get("embed_id"),
        parent_origin=kept.get("parent"),
        theme_url=url_for("quiz.theme_sheet", slug=g.quiz.slug, digest=digest) if digest else None,
        to=to,
        lead_in=lead_in,
        **context,
    )


def closed() -> Response:
    """What stands where a quiz does not answer at present."""
    return answer("closed")
