"""Mails whose drain was killed, and what happens to those of which nobody knows."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.mail import queries, rules
from crm.mail.actions.delivery import doubt
from crm.mail.actions.outbox import kick, tell_kind
from crm.mail.models import Outbox

A_TICK = 200
# Long enough that nothing ends between two looks while there is no server.
BEFORE_THE_END = timedelta(hours=1)


def reap() -> None:
    """Bring back what a killed drain held, name what is uncertain, end what is too late."""
    now = clock.now()
    for row in _over("claimed", now):
        row.state, row.lease_owner, row.lease_until = "queued", None, None
        kick(row.lane)
    for row in _over("handoff", now):
        doubt(row, "stopped between the text and the server's answer")
    _send_again(now)
    _expire(now)


def _over(state: str, now: datetime) -> list[Outbox]:
    rows = (
        select(Outbox)
        .where(Outbox.state == state, Outbox.lease_until < now)
        .order_by(Outbox.id)
        .limit(A_TICK)
        .with_for_update(skip_locked=True)
    )
    return list(db.session.scalars(rows))


def _send_again(now: datetime) -> None:
    """Once more, with the same Message-ID, where repeating is harmless; never in the bulk lane."""
    for lane, wait in rules.RESEND_AFTER.items():
        rows = (
            select(Outbox)
            .where(
                Outbox.state == "uncertain",
                Outbox.lane == lane,
                Outbox.resent_at.is_(None),
                Outbox.handed_at <= now - wait,
            )
            .limit(A_TICK)
            .with_for_update(skip_locked=True)
        )
        for row in db.session.scalars(rows):
            row.state, row.not_before, row.resent_at = "queued", now, now
            kick(lane)


def _expire(now: datetime) -> None:
    """End what is too late; while no server is entered only links that would be dead anyway."""
    has_server = queries.has_smtp()
    rows = (
        select(Outbox)
        .where(
            Outbox.state == "queued",
            Outbox.not_before <= now,
            Outbox.expires_at <= (now if has_server else now + BEFORE_THE_END),
        )
        .limit(A_TICK)
        .with_for_update(skip_locked=True)
    )
    for row in db.session.scalars(rows):
        if not has_server and row.lane != "security":
            row.expires_at = _anew(row, now)
        elif row.expires_at and row.expires_at <= now:
            row.state, row.reason = "expired", "not sent in time"
            tell_kind(row)


def _anew(row: Outbox, now: datetime) -> datetime:
    kind = current_app.extensions["tend.mails"].get(row.kind)
    return rules.give_up_at(kind, now) if kind else now + rules.EXPIRY[row.lane]
