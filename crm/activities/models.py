"""The timeline and the tasks."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import Row

if TYPE_CHECKING:
    from crm.accounts.models import User


FAR = datetime(9999, 12, 31, tzinfo=UTC)


class Entry(Row):
    """One event of the timeline, append-only.

    `kind`: note, call, mail_out, mail_in, meeting, task_done, stage, lifecycle, quiz_start,
    quiz_result, nurture_sent, nurture_stop, assignment, tag, created, intake, closure,
    uncertain, file.
    `actor`: user, rule, prospect, system. An entry with `private_to_id` is read by that person
    alone.
    """

    __tablename__ = "entry"
    __table_args__ = (
        Index("ix_entry_contact_at", "contact_id", "at", "id"),
        Index("ix_entry_company_at", "company_id", "at", "id"),
        Index("ix_entry_deal_at", "deal_id", "at", "id"),
        Index("ix_entry_user_at", "user_id", "kind", "at"),
    )
    kind: Mapped[str]
    at: Mapped[datetime]
    created_at: Mapped[datetime]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"))
    actor: Mapped[str] = mapped_column(default="user")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    private_to_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    direction: Mapped[str | None]
    outcome: Mapped[str | None]
    minutes: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    user: Mapped["User | None"] = relationship(foreign_keys=[user_id])


class Task(Row):
    """Something a person has promised to do.

    Due either on a day (`due_on`, floating) or at an instant (`due_at`, with the zone it was
    meant in). `due_by` is the instant from which it is late: `due_at`, or the midnight that ends
    `due_on` in the owner's zone, kept in `zone`; undated tasks have FAR. `remind_at` is when the
    owner is to be reminded, empty once that is done. Open while `closed_at` is empty;
    `closed_as`: done, reassigned, cancelled.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_owner_open", "owner_id", "closed_at", "due_by", "id"),
        Index("ix_task_contact_open", "contact_id", "closed_at"),
        Index("ix_task_deal_open", "deal_id", "closed_at"),
        Index("ix_task_company_open", "company_id", "closed_at"),
        Index("ix_task_open_due", "closed_at", "due_by", "id"),
        Index("ix_task_remind", "closed_at", "remind_at"),
        Index("ix_task_owner_closed", "owner_id", "closed_at", "id"),
    )
    title: Mapped[str]
    kind: Mapped[str] = mapped_column(default="todo")
    note: Mapped[str] = mapped_column(default="")
    priority: Mapped[int] = mapped_column(default=0)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"))
    due_on: Mapped[date | None]
    due_at: Mapped[datetime | None]
    zone: Mapped[str] = mapped_column(default="UTC")
    due_by: Mapped[datetime] = mapped_column(default=FAR)
    remind_at: Mapped[datetime | None]
    due_version: Mapped[int] = mapped_column(default=1)
    snoozes: Mapped[int] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(default="user")
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_as: Mapped[str | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    outcome: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    owner: Mapped["User"] = relationship(foreign_keys=[owner_id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
