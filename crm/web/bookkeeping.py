"""The few writes a GET may make: when a sign-in was last seen."""

import logging
from datetime import timedelta

from flask import Flask, Response, g, request
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from crm.accounts.models import LoginSession
from crm.core import clock
from crm.core.db import db, transaction

log = logging.getLogger("tend.web")
EVERY = timedelta(minutes=1)
WAIT_SECONDS = 0.2  # nobody waits for a page because of this note
TICK = "Tend-Tick"  # sent by js/tick.js with questions no person asked


def init_app(app: Flask) -> None:
    """Note after each answer that its reader was here."""
    app.after_request(_seen)


def _seen(response: Response) -> Response:
    number: int | None = g.pop("seen_session", None)
    if number is None or response.status_code == 503 or TICK in request.headers:
        return response
    try:
        with transaction(wait=WAIT_SECONDS):
            db.session.execute(
                update(LoginSession)
                .where(LoginSession.id == number, LoginSession.revoked_at.is_(None))
                .values(seen_at=clock.now())
            )
    except DBAPIError as error:
        # Being busy must not turn a good answer into an error; the next request notes it.
        log.warning("sign-in %s not noted as seen: %s", number, type(error).__name__)
    return response


def is_due(session: LoginSession) -> bool:
    """Whether the last note is old enough for another one."""
    return clock.now() - session.seen_at >= EVERY
