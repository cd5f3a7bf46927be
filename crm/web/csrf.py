"""Refuses posts that did not come from our own pages (OWASP CSRF cheat sheet)."""

from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect

protect = CSRFProtect()
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def no_session(view):
    """Mark a route that carries its own proof instead of the session's token.

    Quiz pages, mail links and outside forms know no session; what they post is signed.
    """
    view.tend_no_session = True
    return view


def init_app(app: Flask) -> None:
    """Check token and origin of every unsafe request but those marked @no_session."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    protect.init_app(app)
    app.before_request(_check)


def _check() -> None:
    if request.method not in UNSAFE or request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "tend_no_session", False):
        return
    if not same_origin():
        raise CSRFError("This form was sent from another site.")
    protect.protect()


def same_origin() -> bool:
    """Whether the browser says that our own page sent this (Fetch Metadata, else Origin).

    Clients that send neither header are no browsers; the token alone decides there.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    return origin != "null" and urlsplit(origin).netloc == request.host
