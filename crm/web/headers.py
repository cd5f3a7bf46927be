"""Headers of every answer, compression, and the checks every request passes first."""

import gzip
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, Response, abort, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.sansio.utils import host_is_trusted

from crm.web.here import asked, here
from crm.web.session import reader

CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "manifest-src": "'self'",
    "frame-ancestors": "'none'",
    "frame-src": "'self'",
    "report-uri": "/csp-report",
}
GZIP_FROM = 1024
GZIP_LEVEL = 4  # a list of contacts is under 6 KB by this; 5 takes a third longer for 200 bytes
FORM_AROUND = 64 * 1024  # the fields beside the files
LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1"}
TEXT = re.compile(r"text/|application/(json|xml|javascript|manifest\+json)|image/svg")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Number(IntegerConverter):
    """A row's number in a URL: what no database can hold is no page, not an error."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": 2**63 - 1, **kwargs})


def takes_uploads(most_bytes: int) -> Callable[[Any], Any]:
    """Let signed-in people send a route more than the usual body: files (security I1)."""

    def mark(view: Any) -> Any:
        view.tend_most_bytes = most_bytes
        return view

    return mark


def asked_on_the_spot(view: Any) -> Any:
    """Answer a route under this machine's own names too, whatever BASE_URL says: it has no links.

    The start itself, monitoring and Prometheus ask at the port, beside the proxy.
    """
    view.tend_on_the_spot = True
    return view


def init_app(app: Flask) -> None:
    """Set body limits (I1) and the headers of B2 and B3."""
    app.url_map.converters["int"] = Number
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.extensions["tend.hosts"] = _hosts(app)
    hops = int(app.extensions["tend.config"]["PROXY_HOPS"])
    if hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    app.before_request(_refuse_hosts)
    app.before_request(_allow_uploads)
    app.before_request(_refuse_junk)
    app.after_request(_set)
    app.after_request(_compress)


def _hosts(app: Flask) -> list[str]:
    """Hosts that are answered; on one machine every name of it."""
    hosts = set(app.extensions["tend.config"].hosts)
    if hosts & LOOPBACK:
        hosts |= LOOPBACK
    return sorted(hosts)


@lru_cache(maxsize=64)
def _is_ours(host: str | None, hosts: tuple[str, ...]) -> bool:
    return host_is_trusted(host, hosts)


def content_policy(**instead: str) -> str:
    """The content security policy, with directives replaced (`frame_ancestors="…"`)."""
    rules = CSP | {name.replace("_", "-"): value for name, value in instead.items()}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


USUAL = {
    "Content-Security-Policy": content_policy(),
    "Server": "Tend",  # else granian names itself
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
ADDED = [(name.lower(), name, value) for name, value in USUAL.items()]


def _refuse_hosts() -> None:
    """A name that is not ours would end up in links (host header injection)."""
    app, req = current_app._get_current_object(), asked()  # type: ignore[attr-defined]
    hosts = tuple(app.extensions["tend.hosts"])
    view = app.view_functions.get(req.endpoint or "")
    if getattr(view, "tend_on_the_spot", False):
        hosts = (*hosts, *LOOPBACK)
    if not _is_ours(req.headers.get("Host"), hosts):
        abort(400, "This address is not served here.")


def _allow_uploads() -> None:
    """A larger body only where a view takes files, and never from strangers."""
    req = asked()
    view = current_app.view_functions.get(req.endpoint or "")
    most = getattr(view, "tend_most_bytes", 0)
    if most and req.method == "POST" and reader().is_authenticated:
        req.max_content_length = most + FORM_AROUND


def _refuse_junk() -> None:
    """NUL and lone surrogates are in no honest text, and databases choke on them."""
    req = asked()
    values = [req.full_path, *req.args.values()]
    if req.method == "POST":
        for key, texts in req.form.lists():
            values += [key, *texts]
        values += [file.filename or "" for file in req.files.values()]
    text = "".join(values)
    if "\0" in text or LONE_SURROGATE.search(text):
        abort(400, "The text holds characters that no keyboard types (NUL or half characters).")


def _set(response: Response) -> Response:
    headers = response.headers
    there = {name.lower() for name in headers.keys()}
    for lower, name, value in ADDED:
        if lower not in there:
            headers.add(name, value)
    is_usual = "content-security-policy" not in there
    if is_usual or "frame-ancestors 'none'" in headers["Content-Security-Policy"]:
        headers.setdefault("X-Frame-Options", "DENY")
    if str(current_app.extensions["tend.config"]["BASE_URL"]).startswith("https:"):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "cache-control" not in there and _is_private():
        headers.add("Cache-Control", "no-store")
    return response


def _is_private() -> bool:
    """Pages of signed-in people, and pages whose form token is one browser's alone."""
    # Asking who is signed in costs a statement: the static files are answered without.
    if asked().endpoint == "static":
        return False
    if "csrf_token" in here():  # Flask-WTF made one for this page
        return True
    return bool(reader().is_authenticated)


def _compress(response: Response) -> Response:
    if (
        response.direct_passthrough
        or response.status_code < 200
        or response.status_code == 204
        or "Content-Encoding" in response.headers
        or "gzip" not in request.headers.get("Accept-Encoding", "")
        or not TEXT.match(response.mimetype or "")
    ):
        return response
    body = response.get_data()
    if len(body) < GZIP_FROM:
        return response
    response.set_data(gzip.compress(body, GZIP_LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response
