"""Intake, touches, routing rules and pools, assignments, answer clocks, lifecycle changes."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import Row
from crm.core.lasting import lasting

if TYPE_CHECKING:
    from crm.accounts.models import User


class Touch(Row):
    """One visit with its source: immutable."""

    __tablename__ = "touch"
    visitor_ref: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(index=True)
    landing_path: Mapped[str] = mapped_column(default="")
    referrer_origin: Mapped[str] = mapped_column(default="")
    utm_source: Mapped[str] = mapped_column(default="")
    utm_medium: Mapped[str] = mapped_column(default="")
    utm_campaign: Mapped[str] = mapped_column(default="")
    utm_term: Mapped[str] = mapped_column(default="")
    utm_content: Mapped[str] = mapped_column(default="")
    embed_host: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="SET NULL"), index=True
    )

    @property
    def told(self) -> tuple[str, ...]:
        """Source, campaign and page of the visit, as far as they are known."""
        origin = self.utm_source or self.embed_host or urlsplit(self.referrer_origin).netloc
        return origin, self.utm_campaign, self.landing_path


lasting(Touch, "contact_id")


class Intake(Row):
    """One arrival from any source, and the rule that took it.

    `outcome`: created, attached, unrouted, quarantined, refused.
    """

    __tablename__ = "intake"
    idem_key: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    received_at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[str]
    matched_by: Mapped[str] = mapped_column(default="")
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="SET NULL"), index=True
    )
    touch_id: Mapped[int | None] = mapped_column(ForeignKey("touch.id", ondelete="SET NULL"))
    rule_id: Mapped[int | None] = mapped_column(
        ForeignKey("routing_rule.id", ondelete="SET NULL"), index=True
    )


class Pool(Row):
    """People who take turns. `next_position` is moved under a row lock."""

    __tablename__ = "pool"
    name: Mapped[str] = mapped_column(unique=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    availability: Mapped[str] = mapped_column(default="ignore")
    next_position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    members: Mapped[list["PoolMember"]] = relationship(
        cascade="all, delete-orphan", order_by="PoolMember.position"
    )


class PoolMember(Row):
    """A person in a pool at a place in the turn."""

    __tablename__ = "pool_member"
    __table_args__ = (UniqueConstraint("pool_id", "user_id"),)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pool.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    daily_cap: Mapped[int | None]
    user: Mapped["User"] = relationship()


class RoutingRule(Row):
    """One rule: first match wins, the last is the catch-all (`is_catch_all`, no conditions).

    `conditions`: condition trees of the filter engine over an arrival, all must hold; older ones
    are {"field", "op", "value"} (rules/conditions.py reads both). `steps`: {"pool_id"?,
    "user_id"?, "task_title"?, "task_kind"?, "sequence_id"?, "policy_id"?, "keep_owner": true,
    "fallback_pool_id"?}.
    """

    __tablename__ = "routing_rule"
    __table_args__ = (Index("ix_routing_rule_order", "archived_at", "position"),)
    name: Mapped[str]
    position: Mapped[int]
    is_on: Mapped[bool] = mapped_column(default=True)
    is_catch_all: Mapped[bool] = mapped_column(default=False)
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    steps: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Assignment(Row):
    """Why somebody got a contact: rule, place in the pool, and why the others did not."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_contact", "contact_id", "id"),)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    from_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("routing_rule.id", ondelete="SET NULL"))
    rule_version: Mapped[int | None]
    rule_name: Mapped[str] = mapped_column(default="")
    pool_id: Mapped[int | None] = mapped_column(ForeignKey("pool.id", ondelete="SET NULL"))
    pool_position: Mapped[int | None]
    reason: Mapped[str]
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    intake_id: Mapped[int | None] = mapped_column(
        ForeignKey("intake.id", ondelete="SET NULL"), unique=True
    )
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class AnswerPolicy(Row):
    """How soon a lead is to be answered.

    `conditions` as in RoutingRule; the first policy by `position` that applies starts a clock.
    `kind`: first_attempt, first_contact. `counts`: calls, any (what meets it). `calendar`:
    business, always. `grace_minutes` after due, in business minutes, the next person gets it.
    """

    __tablename__ = "answer_policy"
    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int] = mapped_column(default=0)
    is_on: Mapped[bool] = mapped_column(default=True)
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    kind: Mapped[str] = mapped_column(default="first_attempt")
    counts: Mapped[str] = mapped_column(default="calls")
    minutes: Mapped[int] = mapped_column(default=120)
    calendar: Mapped[str] = mapped_column(default="business")
    warn_percent: Mapped[int] = mapped_column(default=80)
    grace_minutes: Mapped[int] = mapped_column(default=15)
    max_hops: Mapped[int] = mapped_column(default=2)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class AnswerClock(Row):
    """A running promise to answer one contact.

    Running while `met_at` and `ended_at` are empty. `ended_as`: cancelled, moved, reassigned.
    """

    __tablename__ = "answer_clock"
    __table_args__ = (
        Index("ix_answer_clock_running", "met_at", "ended_at", "due_at"),
        Index("ix_answer_clock_contact", "contact_id", "id"),
        Index("ix_answer_clock_owner", "owner_id", "met_at", "ended_at"),
    )
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    policy_id: Mapped[int | None] = mapped_column(
        ForeignKey("answer_policy.id", ondelete="SET NULL")
    )
    policy: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    intake_id: Mapped[int | None] = mapped_column(
        ForeignKey("intake.id", ondelete="SET NULL"), unique=True
    )
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    hop: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_alert_at: Mapped[datetime | None] = mapped_column(index=True)
    met_at: Mapped[datetime | None]
    met_by_entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id", ondelete="SET NULL"))
    met_minutes: Mapped[int | None]
    is_late_logged: Mapped[bool] = mapped_column(default=False)
    breached_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[str | None]

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.ended_at is None


class ClockAlert(Row):
    """An alert of a clock, once a step: warn, due, reassign. Stays in history."""

    __tablename__ = "clock_alert"
    __table_args__ = (UniqueConstraint("clock_id", "step"),)
    clock_id: Mapped[int] = mapped_column(ForeignKey("answer_clock.id", ondelete="CASCADE"))
    step: Mapped[str]
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class LifecycleChange(Row):
    """A contact moved from one lifecycle to the next, by whom and on what evidence."""

    __tablename__ = "lifecycle_change"
    __table_args__ = (Index("ix_lifecycle_change_contact", "contact_id", "id"),)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    from_lifecycle: Mapped[str | None]
    to_lifecycle: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    evidence: Mapped[str] = mapped_column(default="")
    actor: Mapped[str] = mapped_column(default="rule")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
