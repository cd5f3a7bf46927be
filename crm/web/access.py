"""Who may open what: signed in unless marked @public, read-only people change nothing."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from crm.accounts import actions
from crm.accounts.rules import may
from crm.core.db import run
from crm.web.csrf import late_sender
from crm.web.here import asked
from crm.web.page import is_htmx
from crm.web.session import reader

SAFE = {"GET", "HEAD", "OPTIONS"}
# The cookie with the keys of forms that came too late, and what of them is never kept.
KEPT, MOST_KEPT, MOST_FIELDS = "tend_kept", 3, 200
SECRET = re.compile("passw|secret|token|api_key", re.IGNORECASE)
View = Callable[..., Any]


def public(reason: str) -> Callable[[View], View]:
    """Open a route to people who are not signed in; `reason` stands in the list of exceptions."""

    def mark(view: View) -> View:
        view.tend_public = reason  # type: ignore[attr-defined]
        return view

    return mark


def needs(right: str) -> Callable[[View], View]:
    """Let only people with `right` (accounts/rules.py) open a route; others get 403."""

    def mark(view: View) -> View:
        view.tend_right = right  # type: ignore[attr-defined]
        return view

    return mark


def anyone_signed_in(view: View) -> View:
    """Let read-only people post here too: their own profile, sessions and notices."""
    view.tend_right = None  # type: ignore[attr-defined]
    return view


def background(view: View) -> View:
    """Mark a route that a page asks by itself while somebody types: it never leads them away.

    Signed out, or with a form of a former sign-in, they are told so where its answer stands.
    """
    view.tend_background = True  # type: ignore[attr-defined]
    return view


def is_background() -> bool:
    """Whether the page asks this by itself, and nobody pressed anything."""
    view = current_app.view_functions.get(request.endpoint or "")
    return is_htmx() and getattr(view, "tend_background", False)


def init_app(app: Flask) -> None:
    """Check every request before its view runs."""
    app.before_request(_check)


def policy(endpoint: str) -> tuple[str, str | None]:
    """The policy of an endpoint: ("public", reason) or ("signed in", right or None)."""
    view = current_app.view_functions[endpoint]
    reason = getattr(view, "tend_public", None)
    if reason:
        return "public", reason
    return "signed in", getattr(view, "tend_right", "edit_records")


def _check():
    req = asked()
    if req.endpoint is None:
        return None  # no such page or method: the error page answers, and shows nothing
    kind, right = policy(req.endpoint)
    if kind == "public":
        return None
    user = reader()
    if not user.is_authenticated:
        return _to_sign_in()
    view = current_app.view_functions[req.endpoint]
    if req.method in SAFE and not hasattr(view, "tend_right"):
        return None
    if right is not None and not may(user, right):
        abort(403)
    return None


def _to_sign_in():
    if request.method in SAFE:
        target = request.full_path.removesuffix("?")
        url = url_for("accounts.sign_in", next=target if target != "/" else None)
        return _lead(url)
    if is_background():
        return Response(_asleep(), 401, {"HX-Reswap": "innerHTML"})
    key = _keep()
    if key is None:
        flash(_("You were signed out; what you sent was not saved. Sign in to go on."), "said")
        return _lead(url_for("accounts.sign_in", next=_from()))
    flash(_("You were signed out. Sign in, and what you typed is there again."), "said")
    response = _lead(url_for("accounts.sign_in", next=url_for("kept.index")))
    keys = [key, *request.cookies.get(KEPT, "").split(".")][:MOST_KEPT]
    is_https = str(current_app.extensions["tend.config"]["BASE_URL"]).startswith("https:")
    response.set_cookie(
        KEPT, ".".join(filter(None, keys)), max_age=3600, httponly=True, samesite="Lax",
        secure=is_https, path="/",
    )  # fmt: skip
    return response


def _asleep() -> str:
    url = url_for("accounts.sign_in", next=_from())
    return render_template("errors/_asleep.html", url=url)


def _lead(url: str) -> Response:
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def _keep() -> str | None:
    """Keep what was typed for who typed it; never a password, a file or a foreign form."""
    who = late_sender()
    pairs = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in {"csrf_token", "current"} and not SECRET.search(name)
    ]
    if who is None or not any(value.strip() for _name, value in pairs) or len(pairs) > MOST_FIELDS:
        return None
    path = request.full_path.removesuffix("?")
    return run(lambda: actions.keep_form(who, path, pairs))


def safe_next(target: str | None, fallback: str = "/") -> str:
    """`target` if it is a path of our own, else `fallback` (no open redirect)."""
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"}:
        return fallback
    if "\\" in target or any(ord(c) < 0x21 or ord(c) == 0x7F for c in target):
        return fallback
    parts = urlsplit(target)
    return fallback if parts.scheme or parts.netloc or not _is_page(parts.path) else target


def _is_page(path: str) -> bool:
    """Whether an address can be opened: those that only take forms would answer 405."""
    try:
        current_app.url_map.bind("").match(unquote(path), method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def _from() -> str | None:
    """The page of ours on which somebody pressed a button, to come back to after sign-in."""
    page = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    if page.netloc != request.host or page.path == "/":
        return None
    return page.path + (f"?{page.query}" if page.query else "")
