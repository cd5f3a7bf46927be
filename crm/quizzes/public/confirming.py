"""The page behind a confirmation mail: opening it changes nothing, its one button does."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _

from crm.core import signing
from crm.core.db import run
from crm.mail.rules import mask
from crm.quizzes import actions
from crm.quizzes.public import frame, headers, visits
from crm.quizzes.queries import confirming as reading
from crm.quizzes.queries import said
from crm.quizzes.queries.open import Opened, is_usable, link_of, result_token
from crm.web import limits
from crm.web.access import public
from crm.web.csrf import no_session
from crm.web.locale import speak_as_asked

bp: Blueprint = Blueprint("confirm", __name__, url_prefix="/m/<token>")
bp.after_request(headers)
LIMIT = "30 per 10 minutes"


@bp.get("/confirm")
@public("the page behind a confirmation mail; opening it changes nothing")
def show(token: str) -> Response:
    """What is to be confirmed, with one button; or how it stands by now."""
    opened, written_at = _opened(token)
    held = reading.held(opened)
    if held is None or held.state == "withdrawn":
        return frame.answer("confirm", status=410, state="gone", token=token)
    state = held.state
    if state == "pending" and reading.is_late(written_at):
        state = "asked" if "asked" in request.args else "late"
    address = mask(held.email.address)
    return frame.answer("confirm", state=state, token=token, address=address, **_said(opened))


@bp.post("/confirmation")
@public("confirms by the signed link of a mail; 30 in 10 minutes a link")
@no_session
def confirm(token: str) -> Response:
    """Turn the tick into consent; pressed again it says the same."""
    _opened(token)
    _count(token)
    facts = {"address_hash": visits.address_hash(), "page_url": request.base_url[:200]}
    run(lambda: _confirm(token, facts))
    return frame.go(url_for(".show", token=token))


@bp.post("/confirmation/renewal")
@public("mails a new link to the same address: once in ten minutes, five a day an address")
@no_session
def renew(token: str) -> Response:
    """A new mail with a new link, to the address of the old one and to no other."""
    _opened(token)
    _count(token)
    run(lambda: _ask_again(token))
    return frame.go(url_for(".show", token=token, asked=1))


def _opened(token: str) -> tuple[Opened, datetime]:
    found = reading.by_token(token)
    if found is None:
        speak_as_asked()
        limits.count(LIMIT, "quiz-confirm")
        abort(404, _("This link is cut or not from us. Copy it whole from the mail."))
    return frame.found(found[0]), found[1]


def _count(token: str) -> None:
    # Many people share the address of their mailbox provider's scanner: count the link.
    limits.count(LIMIT, "quiz-confirm", key=signing.keyed_hash("limit", token)[:32])


def _confirm(token: str, facts: dict[str, str]) -> None:
    found = reading.by_token(token, lock=True)
    if found is not None and not reading.is_late(found[1]):
        actions.confirm(found[0], **facts)


def _ask_again(token: str) -> None:
    found = reading.by_token(token, lock=True)
    if found is not None and reading.is_late(found[1]):
        actions.ask_again(found[0])


def _said(opened: Opened) -> dict[str, Any]:
    """What was ticked, word for word, and what follows from the button."""
    ticked, _end, more = opened.attempt.consents["marketing"]["text"].partition("\n")
    link = link_of(opened)
    return {
        "ticked": ticked,
        "more": more,
        "asked_on": said.date_words(opened.attempt.completed_at),
        "promise": said.promise(opened),
        "result": result_token(link) if link and is_usable(link) else "",
    }
