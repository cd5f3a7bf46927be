"""The outbox with every mail ever meant to leave, and whom not to write to."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.core.db import Row


class Outbox(Row):
    """One mail. `lane`: security, urgent, bulk (order of leaving).

    `state`: queued, claimed, handoff, sent, failed, uncertain, cancelled, expired, suppressed,
    held. `context` holds what a template needs when the text is made at handoff; `guard` names
    what is asked once more inside the handoff transaction.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "lane", "not_before", "id"),
        Index("ix_outbox_contact", "contact_id", "id"),
        Index("ix_outbox_to", "to_canonical", "created_at"),
    )
    lane: Mapped[str]
    kind: Mapped[str]
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    enrolment_step_id: Mapped[int | None] = mapped_column(index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    to_address: Mapped[str]
    to_name: Mapped[str] = mapped_column(default="")
    to_canonical: Mapped[str]
    is_anonymous_cause: Mapped[bool] = mapped_column(default=False)
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    html: Mapped[str] = mapped_column(default="")
    headers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="queued")
    reason: Mapped[str] = mapped_column(default="")
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    last_code: Mapped[int | None]
    last_text: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
    handed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    resent_at: Mapped[datetime | None]


class MailAccount(Row):
    """The SMTP server people entered in Settings; `sealed_url` is encrypted. One row."""

    __tablename__ = "mail_account"
    sealed_url: Mapped[str] = mapped_column(default="")
    from_address: Mapped[str] = mapped_column(default="")
    from_name: Mapped[str] = mapped_column(default="")
    reply_domain: Mapped[str] = mapped_column(default="")
    tested_at: Mapped[datetime | None]
    test_result: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Suppression(Row):
    """An address not to write to; only its keyed hash, so that it outlives erasure.

    `scope`: all, marketing.
    """

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("address_hash", "scope"),)
    address_hash: Mapped[str]
    scope: Mapped[str] = mapped_column(default="marketing")
    reason: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class DeliveryEvent(Row):
    """What the world said about a mail: accepted, deferred, bounced, unsubscribed."""

    __tablename__ = "delivery_event"
    __table_args__ = (UniqueConstraint("source", "external_id"),)
    outbox_id: Mapped[int | None] = mapped_column(
        ForeignKey("outbox.id", ondelete="CASCADE"), index=True
    )
    source: Mapped[str]
    external_id: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class InboundMessage(Row):
    """A message that came in, kept raw; `verdict`: reply, auto_reply, bounce, other."""

    __tablename__ = "inbound_message"
    mailbox: Mapped[str]
    uid: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(default="", index=True)
    sender: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime]
    raw: Mapped[bytes]
    verdict: Mapped[str] = mapped_column(default="")
    matched_by: Mapped[str] = mapped_column(default="")
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="CASCADE"), index=True
    )
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id", ondelete="SET NULL"))


class SendBudget(Row):
    """How many mails left for a key (a domain, an address, all) in a window."""

    __tablename__ = "send_budget"
    __table_args__ = (UniqueConstraint("key", "window"),)
    key: Mapped[str]
    window: Mapped[str]
    used: Mapped[int] = mapped_column(default=0)


class SentOn(Row):
    """One row per contact and local day on which a nurture mail was handed over (caps)."""

    __tablename__ = "sent_on"
    __table_args__ = (Index("ix_sent_on_contact", "contact_id", "at"),)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    lane: Mapped[str]
    on: Mapped[date]
    at: Mapped[datetime]
