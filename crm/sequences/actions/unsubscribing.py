"""What a prospect decides by the links in a mail: stop, undo, choose (RFC 8058)."""

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm.activities import actions as activities
from crm.contacts.actions import record_consent
from crm.contacts.models import Contact
from crm.contacts.queries import has_consent
from crm.core import clock, signing
from crm.core.db import db
from crm.mail.actions import lift
from crm.mail.actions.suppression import suppress_hash
from crm.mail.models import DeliveryEvent
from crm.sequences.actions.stopping import postpone_for_contact, stop_for_contact
from crm.sequences.models import Enrolment

REASONS = ("not_mine", "too_many", "never_asked")
PAUSE_DAYS = 30


@dataclass(frozen=True)
class Holder:
    """Who holds a mail's link: what the token says, and the contact if it still exists."""

    outbox_id: int
    address_hash: str
    hashes: tuple[str, ...]
    contact: Contact | None


def unsubscribe(holder: Holder, *, scope: str = "marketing", source: str = "link") -> int:
    """Write no more: suppress the address, withdraw consent, stop all sequences; how many.

    Works without a contact, twice, and for ever.
    """
    if not holder.address_hash:
        return 0
    suppress_hash(holder.address_hash, scope=scope, reason="unsubscribed", source=source)
    contact = holder.contact
    if contact is None:
        return 0
    if has_consent(contact.id, "marketing"):
        _consent(contact, "marketing", False)
        activities.record(
            "lifecycle",
            contact_id=contact.id,
            actor="prospect",
            title=_("Unsubscribed from mails"),
            details={"outbox_id": holder.outbox_id, "scope": scope},
        )
    cause = f"outbox:{holder.outbox_id}"
    return stop_for_contact(contact.id, reason="unsubscribed", cause=cause)


def resubscribe(holder: Holder) -> int:
    """Undo: lift the stop and go on with what it stopped; how many sequences go on."""
    lift(list(holder.hashes), scope="marketing")
    lift(list(holder.hashes), scope="all")
    contact = holder.contact
    if contact is None:
        return 0
    if not has_consent(contact.id, "marketing"):
        _consent(contact, "marketing", True)
    rows = list(
        db.session.scalars(
            select(Enrolment).where(
                Enrolment.contact_id == contact.id,
                Enrolment.state == "stopped",
                Enrolment.stop_reason == "unsubscribed",
                Enrolment.cause == f"outbox:{holder.outbox_id}",
            )
        )
    )
    for enrolment in rows:
        enrolment.state, enrolment.stop_reason, enrolment.stopped_at = "active", None, None
        for step in enrolment.steps:
            if step.state == "cancelled":
                step.state, step.reason = "pending", ""
    return len(rows)


def save_preferences(holder: Holder, *, mails: bool, calls: bool, pace: str) -> None:
    """What they chose: mails of this kind, a break of 30 days, calls."""
    contact = holder.contact
    if mails:
        resubscribe(holder)
    else:
        unsubscribe(holder, source="preferences")
    if contact is None:
        return
    if calls != has_consent(contact.id, "phone_contact"):
        _consent(contact, "phone_contact", calls)
    if mails and pace == "pause":
        postpone_for_contact(contact.id, until=clock.now() + timedelta(days=PAUSE_DAYS))


def keep_reason(holder: Holder, reason: str) -> None:
    """Why they stopped, once a mail."""
    external = f"{holder.outbox_id}:{holder.address_hash[:16]}"
    known = db.session.scalars(
        select(DeliveryEvent).where(
            DeliveryEvent.source == "reason", DeliveryEvent.external_id == external
        )
    ).first()
    if known:
        known.details = {"reason": reason}
        return
    db.session.add(
        DeliveryEvent(
            outbox_id=None,
            source="reason",
            external_id=external,
            kind="unsubscribe_reason",
            at=clock.now(),
            details={"reason": reason, "outbox_id": holder.outbox_id},
        )
    )


def _consent(contact: Contact, purpose: str, is_granted: bool) -> None:
    record_consent(
        contact,
        purpose=purpose,
        is_granted=is_granted,
        text=_("Chosen by the link in a mail"),
        text_version=1,
        locale=contact.locale or "en",
        source="preferences",
    )


def holder_of(token: str) -> Holder:
    """Who holds `token`; raises signing.BadToken. A merged contact leads to the survivor."""
    outbox_id, contact_id, address_hash = signing.unsign("mail", token)
    contact = db.session.get(Contact, contact_id) if contact_id else None
    while contact is not None and contact.merged_into_id:
        contact = db.session.get(Contact, contact.merged_into_id)
    hashes = {address_hash} if address_hash else set()
    for email in contact.emails if contact else ():
        every = signing.keyed_hashes("address", email.canonical)
        if address_hash in every:
            hashes.update(every)
    return Holder(outbox_id, address_hash, tuple(hashes), contact)
