"""Quizzes, their immutable versions, attempts with answers, and what happened on the way."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import Row
from crm.core.lasting import lasting


class Quiz(Row):
    """A scorecard. `state`: draft, live, paused, archived. `draft` is the spec being edited.

    `retake`: unlimited, days (once in `retake_days` a contact) or once (a contact). `may_share`:
    tiers have pages to pass on. `asks_back`: one mail to whoever stopped half-way.
    """

    __tablename__ = "quiz"
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    state_at: Mapped[datetime | None]
    draft: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    live_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("quiz_version.id", use_alter=True, name="fk_quiz_live_version")
    )
    locale: Mapped[str] = mapped_column(default="en")
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    embed_origins: Mapped[list[str]] = mapped_column(JSON, default=list)
    theme: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result_days: Mapped[int] = mapped_column(default=180)
    retention_days: Mapped[int] = mapped_column(default=90)
    retake: Mapped[str] = mapped_column(default="unlimited")
    retake_days: Mapped[int] = mapped_column(default=30)
    daily_cap: Mapped[int] = mapped_column(default=5000)
    may_share: Mapped[bool] = mapped_column(default=True)
    asks_back: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    live_version: Mapped["QuizVersion | None"] = relationship(foreign_keys=[live_version_id])

    __mapper_args__ = {"version_id_col": version}


class FormerAddress(Row):
    """A `slug` that a quiz once had: it leads to the present one, and no other quiz gets it."""

    __tablename__ = "quiz_address"
    slug: Mapped[str] = mapped_column(unique=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"), index=True)
    left_at: Mapped[datetime]


class QuizVersion(Row):
    """What a quiz was when it was published: never changed."""

    __tablename__ = "quiz_version"
    __table_args__ = (UniqueConstraint("quiz_id", "n"),)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    n: Mapped[int]
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)
    spec_sha256: Mapped[str]
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    note: Mapped[str] = mapped_column(default="")
    quiz: Mapped["Quiz"] = relationship(foreign_keys=[quiz_id])


lasting(QuizVersion)


class Attempt(Row):
    """One person answering, pinned to the version it began on.

    `state`: started, gated, completed, abandoned. Completed attempts hold the stored integer
    `pct`, the tier and the trace whose rows sum to `score`. `is_repeat`: taken again before the
    quiz allows it, so it is listed and changes nothing.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_state_seen", "state", "last_seen_at"),
        Index("ix_attempt_contact", "contact_id", "id"),
        Index("ix_attempt_version", "version_id", "id"),
    )
    token_hash: Mapped[str] = mapped_column(unique=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"))
    locale: Mapped[str] = mapped_column(default="en")
    state: Mapped[str] = mapped_column(default="started")
    is_preview: Mapped[bool] = mapped_column(default=False)
    is_repeat: Mapped[bool] = mapped_column(default=False)
    idem_key: Mapped[str | None] = mapped_column(unique=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    progress: Mapped[int] = mapped_column(default=0)
    score: Mapped[int | None]
    max_score: Mapped[int | None]
    pct: Mapped[int | None]
    tier_id: Mapped[str | None]
    categories: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    trace: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    first_touch_id: Mapped[int | None] = mapped_column(ForeignKey("touch.id", ondelete="SET NULL"))
    last_touch_id: Mapped[int | None] = mapped_column(ForeignKey("touch.id", ondelete="SET NULL"))
    consents: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    lead: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    spam_signs: Mapped[list[str]] = mapped_column(JSON, default=list)
    spam_verdict: Mapped[str] = mapped_column(default="")
    quiz_version: Mapped["QuizVersion"] = relationship()
    answers: Mapped[list["Answer"]] = relationship(
        cascade="all, delete-orphan",
        order_by="Answer.id",
        primaryjoin="and_(Attempt.id == Answer.attempt_id, Answer.is_superseded == False)",
    )


class Answer(Row):
    """What was chosen for a question; answers off the path stay, marked superseded."""

    __tablename__ = "answer"
    __table_args__ = (
        Index(
            "uq_answer_current",
            "attempt_id",
            "question_id",
            unique=True,
            sqlite_where=text("is_superseded = 0"),
            postgresql_where=text("is_superseded = false"),
        ),
    )
    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), index=True
    )
    question_id: Mapped[str]
    option_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    value: Mapped[str | None]
    answered_at: Mapped[datetime]
    seconds: Mapped[int | None]
    is_superseded: Mapped[bool] = mapped_column(default=False)


class FunnelEvent(Row):
    """A step of the funnel, once an attempt and question: append-only."""

    __tablename__ = "funnel_event"
    __table_args__ = (UniqueConstraint("attempt_id", "kind", "question_id"),)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    kind: Mapped[str]
    question_id: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


lasting(FunnelEvent)


class QuizView(Row):
    """The intro was served to a visitor on a day; the hash is salted anew each day."""

    __tablename__ = "quiz_view"
    __table_args__ = (UniqueConstraint("quiz_id", "day", "visitor_hash"),)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    day: Mapped[date]
    visitor_hash: Mapped[str]
    touch_id: Mapped[int | None] = mapped_column(ForeignKey("touch.id", ondelete="SET NULL"))


class ResultLink(Row):
    """The address of a result; the token is signed from id and `n`, so any process can write it.

    `n` rises when a withdrawn result gets a new address; tokens of a smaller one open nothing.
    """

    __tablename__ = "result_link"
    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), unique=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    n: Mapped[int] = mapped_column(default=1)


class ShareCard(Row):
    """A tier of a version to pass on, in a language: its public address and its picture.

    `look` names what the picture shows; a card whose words or colours changed is drawn anew.
    """

    __tablename__ = "share_card"
    __table_args__ = (
        UniqueConstraint("version_id", "tier_id", "locale"),
        UniqueConstraint("public_id", "locale"),
    )
    version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id", ondelete="CASCADE"))
    tier_id: Mapped[str]
    locale: Mapped[str]
    public_id: Mapped[str]
    look: Mapped[str] = mapped_column(default="")
    picture: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    drawn_at: Mapped[datetime | None]
