"""Writing mails into the outbox, and what a person may decide about one that waits."""

import base64
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from crm.accounts.queries import workspace
from crm.contacts.rules import canonical_email
from crm.core import clock, signing
from crm.core.db import db
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.mail import queries, rules
from crm.mail.models import DeliveryEvent, Outbox

RESENDABLE = {"uncertain", "failed", "expired", "cancelled", "suppressed"}


def queue(
    kind: str,
    *,
    dedupe_key: str,
    to_address: str,
    to_name: str = "",
    contact_id: int | None = None,
    user_id: int | None = None,
    sender_id: int | None = None,
    context: dict[str, Any] | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    enrolment_step_id: int | None = None,
    is_anonymous_cause: bool = False,
) -> int | None:
    """Write a mail that leaves after the commit; its outbox id, None if the key exists.

    `kind` is one of the declared MAILS (KeyError else). The text is made at handoff from
    `context`. An address nobody can write to is kept as a failed row, not refused.
    """
    mail = current_app.extensions["tend.mails"][kind]
    now = clock.now()
    due = not_before or now
    message_id = message_id_of(dedupe_key)
    values = {
        "lane": mail.lane,
        "kind": kind,
        "dedupe_key": dedupe_key,
        "message_id": message_id,
        "to_address": to_address,
        "to_name": to_name,
        "contact_id": contact_id,
        "user_id": user_id,
        "sender_id": sender_id,
        "context": context or {},
        "not_before": due,
        "expires_at": expires_at or rules.give_up_at(mail, due),
        "enrolment_step_id": enrolment_step_id,
        "is_anonymous_cause": is_anonymous_cause,
        "created_at": now,
        **_first_state(to_address, message_id),
    }
    found = _insert(values)
    if found and due <= now:
        kick(mail.lane)
    return found


def kick(lane: str) -> None:
    """Ring for a drain of `lane` after the commit."""
    if lane == "bulk":
        ring("crm.mail.jobs.drain_bulk")
    else:
        ring("crm.mail.jobs.drain", lane)


def message_id_of(dedupe_key: str) -> str:
    """The Message-ID of a mail: the same over all tries, and nobody can guess it."""
    digest = bytes.fromhex(signing.keyed_hash("message", dedupe_key))
    name = base64.b32encode(digest).decode().lower()[:26]
    return f"<{name}@{queries.sending_domain()}>"


def _first_state(to_address: str, message_id: str) -> dict[str, Any]:
    try:
        canonical = canonical_email(to_address)
    except ValueError as error:
        return {"to_canonical": "", "state": "failed", "reason": f"address: {error}"[:300]}
    handed = select(DeliveryEvent.id).where(
        DeliveryEvent.source == "journal", DeliveryEvent.external_id == message_id
    )
    if db.session.scalars(handed).first():
        return {"to_canonical": canonical, "state": "held", "reason": "restored"}
    return {"to_canonical": canonical, "state": "queued"}


def _insert(values: dict[str, Any]) -> int | None:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return db.session.scalar(
        dialect.insert(Outbox)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(Outbox.id)
    )


def cancel(row: Outbox, reason: str) -> None:
    """Take a waiting mail back; Refused once it was handed over."""
    if row.state not in {"queued", "held"}:
        raise Refused(_("This mail cannot be taken back: it is %(state)s.", state=row.state))
    row.state, row.reason = "cancelled", reason
    tell_kind(row)


def release(row: Outbox) -> None:
    """Let a held mail go."""
    if row.state != "held":
        raise Refused(_("This mail is not held."))
    row.state, row.reason = "queued", ""
    kick(row.lane)


def resend(row: Outbox) -> None:
    """Send a mail again, with the Message-ID it had; guards are asked anew."""
    if row.state not in RESENDABLE:
        raise Refused(_("This mail cannot be sent again: it is %(state)s.", state=row.state))
    now = clock.now()
    mail = current_app.extensions["tend.mails"][row.kind]
    row.state, row.reason, row.tries = "queued", "", 0
    row.not_before, row.resent_at = now, now
    row.expires_at = rules.give_up_at(mail, now)
    kick(row.lane)


def hold_all(is_held: bool) -> None:
    """Hold or let go everything but sign-in and security mail."""
    house = workspace()
    if house is None:
        raise Refused(_("Set the workspace up first."))
    house.is_mail_held = is_held
    if not is_held:
        for lane in rules.LANES:
            kick(lane)


def tell_kind(row: Outbox) -> None:
    """Tell the feature that the mail's state is settled."""
    mail = current_app.extensions["tend.mails"].get(row.kind)
    if mail and mail.settled:
        mail.settled(row)
