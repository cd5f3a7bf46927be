"""What every public page carries along: the quiz, the frame it stands in, whose quiz it is."""

import re
from dataclasses import replace
from datetime import UTC
from typing import Any

from flask import Response, abort, g, request, url_for
from flask_wtf.csrf import CSRFError

from crm.accounts import queries as people
from crm.core import words
from crm.quizzes.queries.open import Opened, Shown, live, moved_to
from crm.quizzes.rules import fixed, languages, theme
from crm.quizzes.rules.origins import origin
from crm.quizzes.rules.result import lead_in
from crm.web.csrf import same_origin
from crm.web.page import page

LONGEST = 60
EMBED_ID = re.compile(r"[A-Za-z0-9-]{1,40}")


def show(quiz: Shown, spoken: str = "") -> Shown:
    """The quiz in the language of this page, kept for the headers of the answer.

    The language asked for by ?lang=, else the one `spoken` so far, else the browser's.
    """
    accepted = [spoken] if spoken else list(request.accept_languages.values())
    language = languages.chosen(quiz.spec, request.args.get("lang", ""), accepted)
    words.speak(language, fixed.own(quiz.spec, language))
    g.languages = languages.languages(quiz.spec)
    spec = languages.in_language(quiz.spec, language)
    g.quiz = quiz if spec is quiz.spec else replace(quiz, spec=spec)
    return g.quiz


def _asked_for() -> str:
    """The address in the URL; "" for what none can be: PostgreSQL refuses NUL, for one."""
    slug = str((request.view_args or {}).get("slug") or "")
    could_be = request.blueprint == "quiz" and slug.isprintable() and 0 < len(slug) <= LONGEST
    return slug if could_be else ""


def new_address() -> str:
    """Where a page that is not found stands now, if its quiz only has another address."""
    asked = _asked_for()
    slug = moved_to(asked) if asked else None
    if slug is None:
        return ""
    query = request.query_string.decode("ascii", "replace")
    values = dict(request.view_args or {}) | {"slug": slug}
    return url_for(str(request.endpoint), **values) + (f"?{query}" if query else "")


def speak_of_address() -> bool:
    """Speak the language of the quiz whose page failed, for the error that is said there."""
    asked = _asked_for()
    quiz = live(asked) if asked else None
    if quiz is None:
        return False
    show(quiz)
    return True


def found(opened: Opened | None) -> Opened:
    """The attempt, or 404 where there is none."""
    if opened is None:
        abort(404)
    quiz = show(opened.quiz, opened.attempt.locale)
    return opened if quiz is opened.quiz else replace(opened, quiz=quiz)


def refuse_strangers() -> None:
    """Refuse a post that another site's page sent."""
    if not same_origin():
        raise CSRFError("This form was sent from another site.")


def carried() -> dict[str, str]:
    """The parameters of the frame, checked, for every address of this walk."""
    kept = {}
    if request.args.get("lang", "").lower() == g.locale:
        kept["lang"] = str(g.locale)
    if request.args.get("embed") != "1":
        return kept
    kept["embed"] = "1"
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
    kept: dict[str, Any] = values | {k: v for k, v in carried().items() if k not in values}
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
        embed=bool(kept.get("embed")),
        switches=_switches(),
        embed_id=kept.get("embed_id"),
        parent_origin=kept.get("parent"),
        theme_url=url_for("quiz.theme_sheet", slug=g.quiz.slug, digest=digest) if digest else None,
        to=to,
        lead_in=lead_in,
        **context,
    )


def _switches() -> list[tuple[str, str, str]]:
    """The other languages of this quiz: code, own name, this page in it."""
    others = [one for one in g.languages if one != g.locale]
    if not others or request.blueprint != "quiz":
        return []
    endpoint, named = str(request.endpoint).removeprefix("quiz."), request.view_args or {}
    if request.method == "POST":
        endpoint = "step"
    at = request.args.get("at") if endpoint == "step" else None
    kept = {name: value for name, value in named.items() if name != "slug"}
    if endpoint == "intro" and request.args.get("k"):
        kept["k"] = request.args["k"]
    return [
        (one, languages.KNOWN.get(one, one), to(endpoint, **kept, at=at, lang=one))
        for one in others
    ]


def closed() -> Response:
    """What stands where a quiz does not answer at present."""
    return answer("closed")
