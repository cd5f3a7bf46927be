"""Refuses posts that did not come from our own pages (OWASP CSRF cheat sheet)."""

import hmac
import secrets
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, current_app, g, session
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

from crm.core import signing
from crm.web.here import asked, here
from crm.web.session import reader

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
    # Macros read the global, pages the context, where Flask-WTF has put its own.
    app.jinja_env.globals["csrf_token"] = token
    app.jinja_env.globals["form_key"] = lambda: secrets.token_urlsafe(12)
    app.context_processor(lambda: {"csrf_token": token})
    app.before_request(_check)


def token() -> str:
    """The token a form of this request carries; good as long as the sign-in lasts.

    A page holds dozens of forms: it is made for the first of them.
    """
    if "form_token" not in g:
        bound = _bind()
        if bound:
            g.csrf_token = _signed(str(current_app.secret_key), bound)
        g.form_token = generate_csrf()  # keeps what is there
    return str(g.form_token)


@lru_cache(maxsize=1024)
def _signed(secret: str, bound: str) -> str:
    """As `generate_csrf` signs it: good as long as the sign-in, it needs no new one a page."""
    return str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(bound))


def _bind() -> str | None:
    """Tie the token to the sign-in: it dies with it, and no other sign-in's token counts."""
    user, here_and_now = reader(), here()
    if not user.is_authenticated or "login_session" not in here_and_now:
        return None
    bound = signing.keyed_hash("csrf", here_and_now.login_session.token_hash)[:40]
    kept = session._get_current_object()  # type: ignore[attr-defined]
    if kept.get("csrf_token") != bound:
        kept["csrf_token"] = bound
    if kept.get("who") != user.id:
        kept["who"] = user.id
    return bound


def late_sender() -> int | None:
    """Who was signed in here when the form was drawn that came too late; None for any doubt.

    The cookie with the form token is signed and outlives the sign-in.
    """
    if not same_origin():
        return None
    try:
        protect.protect()
    except CSRFError:
        return None
    return session.get("who")


def _check() -> None:
    req = asked()
    if req.method not in UNSAFE or req.endpoint is None:
        return
    view = current_app.view_functions[req.endpoint]
    if getattr(view, "tend_no_session", False):
        return
    if not same_origin():
        raise CSRFError("This form was sent from another site.")
    bound = _bind()
    sent = req.form.get("csrf_token") or req.headers.get("X-CSRFToken")
    if bound and sent and _carries(str(current_app.secret_key), sent, bound):
        g.csrf_valid = True
    else:
        protect.protect()


@lru_cache(maxsize=1024)
def _carries(secret: str, sent: str, bound: str) -> bool:
    """Whether a token was signed by us for this sign-in: a page sends the same one many times."""
    try:
        found = URLSafeTimedSerializer(secret, salt="wtf-csrf-token").loads(sent)
    except BadData:
        return False
    return hmac.compare_digest(str(found), bound)


def same_origin() -> bool:
    """Whether the browser says that our own page sent this (Fetch Metadata, else Origin).

    Clients that send neither header are no browsers; the token alone decides there.
    """
    req = asked()
    site = req.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = req.headers.get("Origin")
    if origin is None:
        return True
    return origin != "null" and urlsplit(origin).netloc == req.host
