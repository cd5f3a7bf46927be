"""The pages by which somebody reaches their own data: ask for a link, then copy, correct, delete.

Whether we know an address is told to nobody but who reads its mailbox. Opening a page changes
nothing; its buttons do, and pressed again they say the same.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from crm.accounts.queries import workspace
from crm.contacts.queries import PURPOSES
from crm.contacts.rules import canonical_email
from crm.core import signing, words
from crm.core.db import run
from crm.mail.rules import mask
from crm.quizzes.queries.spoken import spoken_by
from crm.quizzes.rules.languages import KNOWN
from crm.transfer import actions, subject
from crm.transfer.asked import Asked, asked_by, held_of
from crm.web import limits
from crm.web.access import public
from crm.web.csrf import no_session, same_origin
from crm.web.locale import speak_as_asked
from crm.web.page import page

bp = Blueprint("own_data", __name__, url_prefix="/m")
BLUEPRINTS = [bp]
SHOW, ASK = "transfer/public/show.html", "transfer/public/ask.html"
FROM_ONE_PLACE, TO_ONE_ADDRESS = "10 per hour", "3 per hour"
OPENED, CHOICES, CORRECTIONS = "120 per minute", "30 per 10 minutes", "5 per hour"
DONE = ("corrected", "withdrawn")


@bp.after_request
def headers(response: Response) -> Response:
    """Nothing is kept, and the link is told to no other site."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@bp.get("/data")
@public("asks for the way to one's own data; changes nothing, 120 a minute a network")
def ask():
    _open()
    return page(ASK, **_frame(), value="", error="")


@bp.post("/data")
@public("mails a link to one's own data; 10 an hour a network, 3 an hour an address")
def send():
    _open()
    limits.count(FROM_ONE_PLACE, "data-from", always=True)
    # One more than an address can have: a longer one is refused, not cut to somebody else's.
    value = request.form.get("email", "").strip()[:255]
    try:
        key = signing.keyed_hash("account", canonical_email(value))
    except ValueError:
        error = _("This is not an email address. Check it for typing errors.")
        return page(ASK, status=422, **_frame(), value=value, error=error)
    if limits.took(TO_ONE_ADDRESS, "data-to", key):
        run(lambda: actions.mail_link(value, g.locale))
    return _go(url_for(".sent", lang=_lang()))


@bp.get("/data/sent")
@public("says that a mail is on its way if we know the address; changes nothing, 120 a minute")
def sent():
    _open()
    return page("transfer/public/sent.html", **_frame())


@bp.get("/<token>/data")
@public("somebody's own data by the link of a mail, for a day; changes nothing, 120 a minute")
def show(token: str):
    asked = _asked(token)
    return page(SHOW, **_shown(asked, token))


@bp.post("/<token>/data/copy")
@public("somebody's own data as a file, by the link of a mail; 30 in 10 minutes a link")
@no_session
def copy(token: str):
    asked = _act(token)
    packed = run(lambda: subject.pack_own(asked.contacts, limits.client()))
    named = {"Content-Disposition": "attachment; filename=my-data.zip"}
    return Response(packed, content_type="application/zip", headers=named)


@bp.post("/<token>/data/correction")
@public("asks the team to mend what it holds, by the link of a mail; 5 an hour a link")
@no_session
def correct(token: str):
    asked, said = _act(token), request.form.get("said", "").strip()
    if not said:
        error = _("Say what is wrong, and what it should be.")
        return page(SHOW, status=422, **_shown(asked, token, error))
    limits.count(CORRECTIONS, "data-correction", key=_key(token))
    run(lambda: actions.correct(asked, said))
    return _go(url_for(".show", token=token, done="corrected") + "#done")


@bp.post("/<token>/data/withdrawal")
@public("takes a consent back, by the link of a mail; 30 in 10 minutes a link")
@no_session
def withdraw(token: str):
    asked, purpose = _act(token), request.form.get("purpose", "")
    if purpose not in PURPOSES:
        abort(400)
    run(lambda: actions.withdraw(asked, purpose))
    return _go(url_for(".show", token=token, done="withdrawn") + "#done")


@bp.get("/<token>/data/deletion")
@public("asks before data are deleted; changes nothing, 120 a minute a network")
def ask_deletion(token: str):
    _asked(token)
    return page("transfer/public/deletion.html", **_frame(), token=token)


@bp.post("/<token>/data/deletion")
@public("deletes somebody's data by the link of a mail; 30 in 10 minutes a link")
@no_session
def delete(token: str):
    asked, network = _act(token, is_over=True), limits.client()
    is_whole = run(lambda: actions.forget(asked, network))
    return _go(url_for(".deleted", rest=None if is_whole else 1, lang=g.locale))


@bp.get("/data/deleted")
@public("says what was deleted; changes nothing, 120 a minute a network")
def deleted():
    _open()
    return page("transfer/public/deleted.html", **_frame(), is_whole="rest" not in request.args)


def _open() -> None:
    limits.count(OPENED, "data-open")
    speak_as_asked()


def _asked(token: str, is_over: bool = False) -> Asked:
    """Who holds the token; `is_over`: also where nothing is left of them."""
    _open()
    try:
        found = asked_by(token)
    except (signing.BadToken, ValueError, TypeError):
        abort(404, _("This link is cut or not from us. Copy it whole from the mail."))
    if found is None or not (found.contacts or is_over):
        abort(410, _("This link is too old. Ask for a new one."))
    language, own = spoken_by(found.contact if found.contacts else None)
    if language:
        words.speak(language, own)
    return found


def _act(token: str, is_over: bool = False) -> Asked:
    _refuse_strangers()
    found = _asked(token, is_over)
    limits.count(CHOICES, "data-act", key=_key(token))
    return found


def _key(token: str) -> str:
    return signing.keyed_hash("limit", token)[:32]


def _refuse_strangers() -> None:
    if not same_origin():
        speak_as_asked()
        raise CSRFError("This form was sent from another site.")


def _shown(asked: Asked, token: str, error: str = "") -> dict[str, Any]:
    done = request.args.get("done", "")
    return {
        **_frame(),
        "token": token,
        "until": asked.until,
        "address": mask(asked.address),
        "held": held_of(asked.contact, asked.address),
        "done": done if done in DONE else "",
        "said": request.form.get("said", "")[:2000],
        "error": error,
    }


def _frame() -> dict[str, Any]:
    house = workspace()
    g.zone = house.zone if house else g.get("zone")
    return {"house": house, "brand": house.name if house else "", "switches": _switches()}


def _switches() -> list[tuple[str, str, str]]:
    """This page in the other languages: only where the address alone decides."""
    if request.view_args:
        return []
    others = [one for one in words.languages() if one != g.locale]
    return [(one, KNOWN.get(one, one), f"?{urlencode({'lang': one})}") for one in others]


def _lang() -> str | None:
    wanted = request.args.get("lang", "")
    return wanted if wanted in words.languages() else None


def _go(url: str) -> Response:
    return Response(status=303, headers={"Location": url})
