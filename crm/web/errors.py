"""What went wrong, as a page and as a fragment, in words that name cause and way out."""

import logging
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from crm.core import once
from crm.core.db import db
from crm.core.once import Repeated
from crm.core.racing import is_busy
from crm.core.refusal import Conflict, Refused
from crm.web import failures
from crm.web.access import is_background, safe_next
from crm.web.gone import typed
from crm.web.locale import speak_as_asked
from crm.web.page import VARY, Toast, changed, is_htmx, toast

log = logging.getLogger("tend.web")


def init_app(app: Flask) -> None:
    """Answer every failure with a page of ours."""
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Repeated, _again)
    app.register_error_handler(SQLAlchemyError, _database)
    app.register_error_handler(Exception, _unexpected)


def texts(status: int) -> tuple[str, str]:
    """Title and cause with the way out for a status."""
    known = {
        400: (
            _("That request cannot be read"),
            _("Go back, check what you entered and send it again."),
        ),
        403: (
            _("Not allowed"),
            _("Your role does not include this. Ask an administrator of your team."),
        ),
        404: (
            _("This page does not exist"),
            _("It may be deleted, or not yours to see. Check the address or search for it."),
        ),
        405: (_("That cannot be done here"), _("Open the page again and use its buttons.")),
        409: (
            _("Somebody else changed this"),
            _("Open the record again; nothing you typed was saved over theirs."),
        ),
        410: (_("This is gone"), _("The link was used or withdrawn.")),
        413: (_("That is too large"), _too_large()),
        415: (_("That kind of file is not understood"), _("Choose another format.")),
        422: (_("Something is missing"), _("Go back and mend the marked fields.")),
        429: (_("Too many tries"), _("Wait a little and try again. Nothing was lost.")),
        500: (
            _("That is our fault"),
            _("Nothing was changed. Try again; if it stays, tell your administrator."),
        ),
        503: (_("Very busy just now"), _("Nothing was changed. Try again in a few seconds.")),
        507: (
            _("The disk is full"),
            _("Nothing was changed. Your administrator has to make room."),
        ),
    }
    return known.get(status, known[500] if status >= 500 else known[400])


def _too_large() -> str:
    """What is the most here: a form with files takes more than one without."""
    most = (request.max_content_length or 0) >> 20
    if most <= 1:
        return _("Send less at once: 1 MB is the limit for a form.")
    return _(
        "Files may have %(most)s MB together. Go back, where what you typed still stands, "
        "and choose fewer or smaller ones.",
        most=most,
    )


def http(error: HTTPException):
    """What is said for a status: the page or fragment of its error."""
    status = error.code or 500
    if status < 400:
        return error
    own = error.description if error.description != type(error).description else None
    response = answer(status, getattr(error, "title", None), own)
    retry = getattr(error, "retry_after", None)
    if retry is not None:
        response.headers["Retry-After"] = str(retry)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(allowed)
    return response


def _csrf(error: CSRFError):
    _speak(400)
    if is_background():
        return Response(render_template("errors/_asleep.html"), 400, {"HX-Reswap": "innerHTML"})
    return answer(400, *failures.stale())


def _refused(refusal: Refused):
    status = 409 if isinstance(refusal, Conflict) else 422
    return answer(status, refusal.message, "")


def _again(repeated: Repeated) -> Response:
    """Answer a form that was taken before: to where the first sending led."""
    back = safe_next(urlsplit(request.referrer or "").path or None)
    url = once.url_of(repeated.key) or back
    toast(_("Saved already"), _("The form was sent twice; it was taken once."))
    return changed(url)


def _database(error: SQLAlchemyError):
    db.session.rollback()
    if isinstance(error, PoolTimeout) or (isinstance(error, DBAPIError) and is_busy(error)):
        response = answer(503)
        response.headers["Retry-After"] = "3"
        return response
    text = str(getattr(error, "orig", error)).lower()
    if isinstance(error, OperationalError) and ("full" in text or "readonly" in text):
        return answer(507 if "full" in text else 503)
    return _unexpected(error)


def _unexpected(error: Exception):
    db.session.rollback()
    number = secrets.token_hex(4)
    log.exception("error %s at %s %s", number, request.method, request.path, exc_info=error)
    _speak(500)
    title, cause = _texts(500)
    return answer(500, title, cause + " " + failures.numbered(number))


def answer(status: int, title: str | None = None, cause: str | None = None) -> Response:
    """The error page, or for htmx a toast that says the same."""
    _speak(status)
    known = _texts(status)
    title, cause = title or known[0], known[1] if cause is None else cause
    g.pop("toasts", None)
    if is_htmx():
        toast = Toast(title, cause, is_bad=True)
        response = make_response(render_template("ui/_toast.html", toasts=[toast]), status)
        response.headers["HX-Retarget"] = "#toast"
        response.headers["HX-Reswap"] = "outerMorph"
    else:
        template = "errors/public.html" if _is_public() else "errors/error.html"
        lost = typed() if request.method == "POST" and status == 404 else []
        said = {"status": status, "title": title, "cause": cause, "typed": lost}
        response = make_response(render_template(template, **said), status)
    response.headers["Vary"] = VARY
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _texts(status: int) -> tuple[str, str]:
    return failures.texts(status) if _is_public() else texts(status)


def _is_public() -> bool:
    """Whether a prospect reads this: a page without the frame, in their own language."""
    return request.path.startswith(("/q/", "/m/"))


def _speak(status: int) -> None:
    """Say it in the language of the page that failed, else of the quiz, else of the browser."""
    if not _is_public() or g.get("catalogue") is not None:
        return
    of_quiz = current_app.extensions.get("tend.speak_public")
    # Where the server or its database fails, nothing more is asked of it.
    if status < 500 and of_quiz is not None and of_quiz():
        return
    speak_as_asked()
