"""Where a visit came from, and whether a person made it."""

import re
from datetime import date
from urllib.parse import urlsplit

from flask import request

from crm.core import clock, signing
from crm.core.db import run
from crm.quizzes import actions
from crm.quizzes.queries import team
from crm.quizzes.queries.open import Shown
from crm.quizzes.rules.origins import origin
from crm.web.limits import client

# Programs that say they are no person. A plain HTTP client does not say so: it may be a proxy, a
# reader or a test of the house's own, and counting one too many beats losing a lead's source.
BOT = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|uripreview|facebookexternalhit|whatsapp/|telegrambot|"
    r"lighthouse|pingdom|uptimerobot|mediapartners",
    re.I,
)
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
LONGEST = 200
# More than this is no campaign, but somebody who tries what the page does with it.
LONGEST_TOLD = 2000


def note(quiz: Shown) -> int | None:
    """Count this view once a visitor and day; the touch it belongs to, None for machines."""
    if is_machine() or is_junk():
        return None
    day = clock.now().date()
    visitor, source = visitor_hash(day), source_of_visit()
    touch = team.touch_of_view(quiz.id, day, visitor)
    if touch is not None and all(getattr(touch, key) == value for key, value in source.items()):
        return touch.id
    return run(lambda: actions.note_view(quiz.id, visitor, day, source).id)


def is_machine() -> bool:
    """Whether a program asks: prefetching, HEAD, or a known bot."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    agent = request.headers.get("User-Agent", "")
    return request.method == "HEAD" or "prefetch" in purpose or bool(BOT.search(agent))


def is_junk() -> bool:
    """Whether the question holds what no campaign of anybody does; such a view leaves no row."""
    told = (request.args.get(name, "") for name in (*UTM, "parent", "path"))
    return any(len(text) > LONGEST_TOLD or not text.isprintable() for text in told)


def visitor_hash(day: date) -> str:
    """Network and browser under a salt that is another one every day: no address is stored."""
    agent = request.headers.get("User-Agent", "")[:300]
    return signing.keyed_hash(f"visitor {day.isoformat()}", f"{client()}\n{agent}")[:32]


def address_hash() -> str:
    """The network of a consent, provable for the day but never stored raw."""
    return signing.keyed_hash(f"address {clock.now().date().isoformat()}", client())[:32]


def source_of_visit() -> dict[str, str]:
    """Page, referrer, campaign and framing site of this visit."""
    args = request.args
    found = {name: args.get(name, "")[:LONGEST] for name in UTM}
    referrer = _origin(request.headers.get("Referer", ""))
    is_embedded = args.get("embed") == "1"
    framing = _origin(args.get("parent", "")) or referrer if is_embedded else ""
    path = args.get("path", "") if is_embedded else ""
    found["landing_path"] = (path if path.startswith("/") else request.path)[:LONGEST]
    found["referrer_origin"] = "" if referrer == _origin(request.host_url) else referrer
    found["embed_host"] = urlsplit(framing).netloc[:LONGEST]
    return found


def _origin(url: str) -> str:
    parts = urlsplit(url[:2000]) if "://" in url else None
    try:
        return origin(f"{parts.scheme}://{parts.netloc}") if parts else ""
    except ValueError:
        return ""
