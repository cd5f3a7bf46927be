"""The cookie of a sign-in and who stands behind it."""

from typing import Any

from flask import Flask, Request, current_app
from flask.sessions import SecureCookieSessionInterface
from flask_login import AnonymousUserMixin, LoginManager, current_user
from itsdangerous import URLSafeTimedSerializer
from werkzeug.wrappers import Response

from crm.accounts import queries
from crm.accounts.models import User
from crm.core.db import hold
from crm.core.signers import Hmac, KeptTimedSerializer
from crm.web import bookkeeping
from crm.web.here import asked, here

COOKIE = "tend_session"
# Never asks who is signed in: prospects' pages (security B4) and files that are the same for all.
STRANGERS = ("/q/", "/m/", "/static/")


class Nobody(AnonymousUserMixin):
    """Somebody who is not signed in."""

    id = None
    name = ""
    initials = ""
    role = ""
    theme = "auto"
    density = "normal"
    looks = None
    keys_on = True
    sees_all = False


class FormCookie(SecureCookieSessionInterface):
    """Flask's cookie; what signs it is made once for its keys, not for each request."""

    def __init__(self) -> None:
        self._made: dict[Any, URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """As Flask gives it."""
        keys = (app.secret_key, *app.config["SECRET_KEY_FALLBACKS"])
        made = self._made
        if keys not in made:
            # Older keys first: it signs with the last one and takes any.
            secrets = [str(key) for key in (*keys[1:], keys[0])]
            how = {"key_derivation": self.key_derivation, "digest_method": self.digest_method,
                   "algorithm": Hmac("sha1")}  # fmt: skip
            one = KeptTimedSerializer(
                secrets, salt=self.salt, serializer=self.serializer, signer_kwargs=how
            )
            made = self._made = {keys: one}
        return made[keys]


class Door(LoginManager):  # type: ignore[misc]
    """Flask-Login that asks our session rows only: no cookie of its own says who somebody is."""

    def _load_user(self) -> None:
        self._update_request_context_with_user(_load(asked()))


def init_app(app: Flask) -> None:
    """Let Flask-Login ask our session rows instead of a cookie of its own.

    Flask's own cookie only carries the form token and what was said last.
    """
    is_https = str(app.extensions["tend.config"]["BASE_URL"]).startswith("https:")
    app.config["SESSION_COOKIE_NAME"] = "tend_form"
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["SESSION_COOKIE_SECURE"] = is_https
    app.session_interface = FormCookie()
    manager = Door()
    manager.anonymous_user = Nobody
    # Flask-Login's own context processor would look the person up for pages that show nobody.
    manager.init_app(app, add_context_processor=False)
    app.jinja_env.globals["current_user"] = current_user


def _load(req: Request) -> User | None:
    token = req.cookies.get(COOKIE)
    if not token or req.path.startswith(STRANGERS):
        return None
    # Stamps say whether what the process keeps of seldom changed tables still holds.
    stamps = current_app.extensions.get("tend.stamps", {})
    row = queries.session_beside(token, tuple(stamps.values()))
    if row is None:
        return None
    held = here()
    found = held.login_session = row[0]
    held.tend_stamps = dict(zip(stamps, row[1], strict=True))
    hold(found, found.user, *found.user.teams)
    if bookkeeping.is_due(found):
        held.seen_session = found.id
    return found.user


def reader() -> Any:
    """Who reads, looked up once: each look at `current_user` goes the way through its proxy."""
    return here().get("_login_user") or current_user._get_current_object()  # type: ignore[attr-defined]


def remember_in(response: Response, token: str, seconds: int | None) -> Response:
    """Put the session's token into `response`; without `seconds` it ends with the browser."""
    is_https = str(current_app.extensions["tend.config"]["BASE_URL"]).startswith("https:")
    response.set_cookie(
        COOKIE, token, max_age=seconds, httponly=True, samesite="Lax", secure=is_https, path="/"
    )
    return response


def forget_in(response: Response) -> Response:
    """Take the cookie back."""
    response.delete_cookie(COOKIE, path="/")
    return response
