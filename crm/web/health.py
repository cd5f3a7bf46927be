"""/healthz, /metrics and the small addresses that machines ask for; numbers each request."""

import hmac
import ipaddress
import logging
import re
import secrets
import shutil
from datetime import datetime

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from crm.core import clock, logs
from crm.core.beat import Heartbeat
from crm.core.db import db
from crm.core.queue import is_away
from crm.web import limits
from crm.web.access import public
from crm.web.csrf import no_session
from crm.web.headers import asked_on_the_spot

log = logging.getLogger("tend.health")
bp = Blueprint("health", __name__)
CLOCK_LATE_SECONDS = 90
LEAST_FREE_BYTES = 64 * 1024 * 1024
LONGEST_REPORT = 2000
ASKED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def init_app(app: Flask) -> None:
    """Number every request; features put what they know of their health in `tend.health`."""
    app.extensions.setdefault("tend.health", {})
    app.before_request(_number)
    app.after_request(_show_number)
    app.register_blueprint(bp)


def _number() -> None:
    asked = request.headers.get("X-Request-Id", "")
    g.request_id = asked if ASKED_ID.fullmatch(asked) else secrets.token_hex(8)
    logs.request_id.set(g.request_id)


def _show_number(response: Response) -> Response:
    if "request_id" in g:
        response.headers["X-Request-Id"] = g.request_id
    return response


@bp.get("/healthz")
@public("monitoring asks without a session; numbers only")
@asked_on_the_spot
def healthz():
    """200 while requests can be answered, 503 when the database does not."""
    found = state()
    response = jsonify(found)
    response.status_code = 200 if found["database"] == "ok" else 503
    response.headers["Cache-Control"] = "no-store"
    return response


def state() -> dict:
    """What /healthz says: `status` is ok, degraded (something waits) or down."""
    found: dict = {
        "status": "ok",
        "database": "ok",
        "queue": "away" if is_away(current_app) else "ok",  # type: ignore[arg-type]
        "disk": "full" if _is_disk_full() else "ok",
        "outbox_oldest_seconds": None,
        "clock_last_run": None,
    }
    try:
        last = _last_run()
        found["clock_last_run"] = last.isoformat() if last else None
        for name, ask in current_app.extensions["tend.health"].items():
            found[name] = ask()
    except SQLAlchemyError as error:
        log.warning("the database does not answer: %s", type(error).__name__)
        db.session.rollback()
        return found | {"status": "down", "database": "away"}
    is_late = last is None or (clock.now() - last).total_seconds() > CLOCK_LATE_SECONDS
    if found["queue"] != "ok" or found["disk"] != "ok" or is_late:
        found["status"] = "degraded"
    return found


def _last_run() -> datetime | None:
    return db.session.scalars(select(Heartbeat.at).where(Heartbeat.name == "clock")).one_or_none()


def _is_disk_full() -> bool:
    data = current_app.extensions["tend.config"].data_dir
    return shutil.disk_usage(data).free < LEAST_FREE_BYTES


@bp.get("/metrics")
@public("Prometheus asks with METRICS_TOKEN or from this machine")
@asked_on_the_spot
def metrics():
    """Gauges reckoned from the database at each scrape, so every process tells the same."""
    if not _may_scrape():
        abort(404)
    found = state()
    last = found["clock_last_run"]
    age = (clock.now() - datetime.fromisoformat(last)).total_seconds() if last else None
    gauges = {
        "tend_up": int(found["database"] == "ok"),
        "tend_queue_up": int(found["queue"] == "ok"),
        "tend_disk_ok": int(found["disk"] == "ok"),
        "tend_outbox_oldest_seconds": found["outbox_oldest_seconds"],
        "tend_clock_age_seconds": age,
    }
    for name, ask in current_app.extensions.get("tend.metrics", {}).items():
        for label, value in ask().items():
            gauges[f'tend_{name}{{state="{label}"}}'] = value
    lines = [f"{name} {float(value)}" for name, value in gauges.items() if value is not None]
    return Response("\n".join([*lines, ""]), mimetype="text/plain; version=0.0.4")


def _may_scrape() -> bool:
    token = str(current_app.extensions["tend.config"]["METRICS_TOKEN"])
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(given.encode(), token.encode())
    forwarded = request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded")
    # A proxy on this machine comes from loopback too: what it forwards is not from here.
    return not forwarded and ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104


@bp.get("/robots.txt")
@public("search engines ask before they read")
def robots():
    """Only quiz pages and tiers passed on may be read, attempts and results not."""
    lines = ("User-agent: *", "Allow: /q/*/s/", "Disallow: /q/*/", "Allow: /q/", "Disallow: /", "")
    response = Response("\n".join(lines), mimetype="text/plain")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@bp.post("/csp-report")
@public("browsers report what the content security policy stopped")
@no_session
def csp_report():
    """Log what was stopped; browsers send no cookie and no token here."""
    limits.count("60 per 10 minutes", "csp-report")
    report = request.get_data(cache=False)[:LONGEST_REPORT].decode("utf-8", "replace")
    log.warning("content security policy: %s", " ".join(report.split()))
    return "", 204
