"""A tier to pass on: a page and a picture that say nothing of the person who passed it on."""

from typing import Any

from flask import Response, abort, g, url_for

from crm.core import links
from crm.quizzes.models import ShareCard
from crm.quizzes.public import bp, frame
from crm.quizzes.queries import cards
from crm.quizzes.queries import open as reading
from crm.quizzes.queries.open import Opened, Shown
from crm.quizzes.rules import languages
from crm.quizzes.rules.card import card
from crm.web import limits
from crm.web.access import public

SOURCE = {"utm_source": "share", "utm_medium": "result"}


@bp.get("/<slug>/s/<public_id>")
@public("what a tier means, nothing of a person; 120 a minute a network")
def share(slug: str, public_id: str) -> Response:
    """What a tier means, in words for everybody, and one button to the quiz."""
    limits.count("120 per minute", "quiz-view")
    quiz = _quiz(slug)
    found, spec = cards.card_at(slug, public_id, g.locale) or abort(404)
    if not quiz.may_share:
        return frame.go(frame.to("intro"))
    if not quiz.is_open:
        return frame.closed()
    g.is_indexable = True
    said = languages.in_language(spec, g.locale)
    shown = card(spec, found.tier_id, g.locale, "", {})
    return frame.answer(
        "share",
        shown=shown,
        said=said,
        tier=next(one for one in said["tiers"] if one["id"] == found.tier_id),
        picture=links.absolute(picture_url(slug, found)) if found.look else "",
        here=links.absolute(address(slug, found)),
        home=links.absolute(url_for("quiz.intro", slug=slug)),
        start=frame.to("intro", **SOURCE, utm_campaign=found.tier_id),
    )


@bp.get("/<slug>/s/<public_id>/<locale>.png")
@public("the picture of a tier, nothing of a person; 120 a minute a network")
def picture(slug: str, public_id: str, locale: str) -> Response:
    """The picture of a tier, for whoever shows a link with one."""
    limits.count("120 per minute", "quiz-view")
    quiz = _quiz(slug)
    found, _spec = cards.card_at(slug, public_id, locale) or abort(404)
    drawn = cards.picture_of(found)
    if drawn is None or not quiz.may_share:
        abort(404)
    response = Response(drawn, content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def offered(opened: Opened) -> dict[str, Any] | None:
    """The address and picture to pass on with a result; None where the quiz shares none."""
    if not opened.quiz.may_share or not opened.quiz.is_open:
        return None
    found = cards.card_of(opened, g.locale)
    if found is None:
        return None
    return {
        "url": links.absolute(address(opened.quiz.slug, found)),
        "picture": picture_url(opened.quiz.slug, found) if found.look else "",
    }


def address(slug: str, found: ShareCard) -> str:
    """The path to pass on: it names its language unless that is the quiz's first."""
    lang = found.locale if found.locale != g.languages[0] else None
    return url_for("quiz.share", slug=slug, public_id=found.public_id, lang=lang)


def picture_url(slug: str, found: ShareCard) -> str:
    """Where the picture stands; the address changes with the picture."""
    names: dict[str, Any] = {
        "public_id": found.public_id,
        "locale": found.locale,
        "v": found.look,
    }
    return url_for("quiz.picture", slug=slug, **names)


def _quiz(slug: str) -> Shown:
    return frame.show(reading.live(slug) or abort(404))
