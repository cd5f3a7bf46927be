"""Sequences with immutable versions, who is in them, and each step of theirs."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import Row
from crm.sequences.words import REASONS

if TYPE_CHECKING:
    from crm.contacts.models import Contact


class Sequence(Row):
    """A series of mails. `state`: draft, live, paused, archived.

    `draft` and a version's `spec` have one shape:
    {"steps": [{"key", "name", "delay": {"amount", "unit": minutes|days}, "at": "09:30"|null,
    "subject", "preview", "body"}], "window": {"weekdays": [0..4], "from": "09:00",
    "to": "17:00"}, "needs_consent": true, "weekend": "next_working_day"}.
    """

    __tablename__ = "sequence"
    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="draft")
    draft: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    live_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("sequence_version.id", use_alter=True, name="fk_sequence_live_version")
    )
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    reenrol_after_days: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    live_version: Mapped["SequenceVersion | None"] = relationship(foreign_keys=[live_version_id])

    __mapper_args__ = {"version_id_col": version}


class SequenceVersion(Row):
    """What a sequence was when it was published: never changed."""

    __tablename__ = "sequence_version"
    __table_args__ = (UniqueConstraint("sequence_id", "n"),)
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id", ondelete="CASCADE"))
    n: Mapped[int]
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Enrolment(Row):
    """A contact in a sequence. `state`: waiting, active, paused, finished, stopped.

    `waiting`: they ticked the box and have not yet confirmed by mail that they want it. Its steps
    are planned as if it began at once, and anew when it does.

    `stop_reason`: replied, unsubscribed, bounced, deal_created, deal_closed, contacted, manual,
    hot_result, deleted, merged, consent_withdrawn. `cause` names the row that caused it.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        # At most one enrolment under way a contact and sequence, whatever runs side by side.
        Index(
            "uq_enrolment_active",
            "sequence_id",
            "contact_id",
            unique=True,
            sqlite_where=text("state IN ('active', 'paused', 'waiting')"),
            postgresql_where=text("state IN ('active', 'paused', 'waiting')"),
        ),
        UniqueConstraint("sequence_id", "contact_id", "rotation"),
        Index("ix_enrolment_contact", "contact_id", "state"),
        Index("ix_enrolment_state", "sequence_id", "state", "id"),
    )
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("sequence_version.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    rotation: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(default="active")
    anchor_at: Mapped[datetime]
    zone: Mapped[str]
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    source: Mapped[str] = mapped_column(default="user")
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stop_reason: Mapped[str | None]
    cause: Mapped[str] = mapped_column(default="")
    contact: Mapped["Contact"] = relationship()
    sequence: Mapped["Sequence"] = relationship()
    sequence_version: Mapped["SequenceVersion"] = relationship()
    steps: Mapped[list["EnrolmentStep"]] = relationship(
        cascade="all, delete-orphan", order_by="EnrolmentStep.position"
    )

    @property
    def stop_words(self) -> str:
        """Why it was stopped, in words."""
        return words_of(self.stop_reason)


def words_of(reason: str | None) -> str:
    """Why an enrolment was stopped, in words."""
    return str(REASONS.get(reason or "", reason or ""))


class EnrolmentStep(Row):
    """One mail of one enrolment: its intent is in the version, `due_at` is the cached instant.

    `state`: pending, queued (an outbox row exists), sent, uncertain, skipped, cancelled, failed.
    """

    __tablename__ = "enrolment_step"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step_key"),
        Index("ix_enrolment_step_due", "state", "due_at"),
    )
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    step_key: Mapped[str]
    position: Mapped[int]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="pending")
    reason: Mapped[str] = mapped_column(default="")
    outbox_id: Mapped[int | None] = mapped_column(
        ForeignKey("outbox.id", ondelete="SET NULL"), index=True
    )
    sent_at: Mapped[datetime | None]
