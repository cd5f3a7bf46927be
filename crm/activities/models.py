"""The timeline and the tasks."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core import clock
from crm.core.days import FAR
from crm.core.db import Key, Row
from crm.core.lasting import lasting

if TYPE_CHECKING:
    from crm.accounts.models import User


def _linked(name: str, *columns: str) -> Index:
    """An index over the few entries that have the first column: one of all is taken for useless."""
    there = text(f"{columns[0]} IS NOT NULL")
    return Index(name, *columns, sqlite_where=there, postgresql_where=there)


class Entry(Row):
    """One event of the timeline, append-only.

    `kind`: note, call, mail_out, mail_in, meeting, task_done, stage, lifecycle, quiz_start,
    quiz_result, nurture_sent, nurture_stop, assignment, tag, created, intake, closure,
    uncertain, file, external, no_show.
    `actor`: user, rule, prospect, system. An entry with `private_to_id` is read by that person
    alone, one with `removed_at` by nobody: `queries.readable` is asked by everybody who reads.
    `left_company_id` is the company that its contact belonged to then and left since
    (`actions.leave_with`), 0 for none; empty: the one of today. The number of one that is gone
    stays.
    A reply hangs on the note it answers by `parent_id`. The body is the newest text; the ones
    before it are EntryText rows.
    """

    __tablename__ = "entry"
    __table_args__ = (
        Index("ix_entry_contact_at", "contact_id", "at", "id"),
        _linked("ix_entry_company_at", "company_id", "at", "id"),
        _linked("ix_entry_deal_at", "deal_id", "at", "id"),
        _linked("ix_entry_left", "left_company_id", "at", "id"),
        Index("ix_entry_user_at", "user_id", "kind", "at"),
        Index("ix_entry_kind_at", "kind", "at"),
        _linked("ix_entry_parent", "parent_id"),
        *(_linked(f"ix_entry_{what}", what) for what in ("direction", "outcome", "minutes")),
    )
    kind: Mapped[str]
    at: Mapped[datetime]
    created_at: Mapped[datetime]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"))
    left_company_id: Mapped[int | None] = mapped_column(Key, info={"names": "company"})
    actor: Mapped[str] = mapped_column(default="user")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    private_to_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    direction: Mapped[str | None]
    outcome: Mapped[str | None]
    minutes: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    edited_at: Mapped[datetime | None]
    pinned_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    user: Mapped["User | None"] = relationship(foreign_keys=[user_id])


# What was told stays; a note is edited with its former texts kept, and moves with its record.
# Of a talk that was logged wrongly the history keeps what it said before.
lasting(
    Entry,
    *("body", "edited_at", "pinned_at", "removed_at", "removed_by_id"),
    *("at", "direction", "outcome", "minutes"),
    *("contact_id", "company_id", "deal_id", "left_company_id"),
)


class EntryText(Row):
    """A text that an entry had before it was edited: append-only."""

    __tablename__ = "entry_text"
    __table_args__ = (Index("ix_entry_text_entry", "entry_id", "id"),)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    written_at: Mapped[datetime]


class NoteDraft(Row):
    """What a person has begun to write on a record and not saved: theirs alone.

    `place` is the record's path (contacts/7): a person has one draft a record.
    """

    __tablename__ = "note_draft"
    __table_args__ = (UniqueConstraint("user_id", "place"),)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    place: Mapped[str]
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="CASCADE"), index=True
    )
    company_id: Mapped[int | None] = mapped_column(
        ForeignKey("company.id", ondelete="CASCADE"), index=True
    )
    deal_id: Mapped[int | None] = mapped_column(
        ForeignKey("deal.id", ondelete="CASCADE"), index=True
    )
    body: Mapped[str] = mapped_column(default="")
    saved_at: Mapped[datetime]


def _open(name: str, *columns: str) -> Index:
    """An index over the tasks that are open, the fewest of all."""
    there = text("closed_at IS NULL")
    return Index(name, *columns, sqlite_where=there, postgresql_where=there)


class Task(Row):
    """Something a person has promised to do.

    Due either on a day (`due_on`, floating) or at an instant (`due_at`, with the zone it was
    meant in). `due_by` is the instant from which it is late: `due_at`, or the midnight that ends
    `due_on` in the owner's zone, kept in `zone`; undated tasks have FAR. `remind_at` is when the
    owner is to be reminded next, `remind_step` of what (rules.Step); empty when never again.
    `due_set_at` is when somebody last said when it is due. Open while `closed_at` is empty;
    `closed_as`: done, reassigned, cancelled.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_owner_open", "owner_id", "closed_at", "due_by", "id"),
        Index("ix_task_contact_open", "contact_id", "closed_at"),
        Index("ix_task_deal_open", "deal_id", "closed_at"),
        Index("ix_task_company_open", "company_id", "closed_at"),
        Index("ix_task_open_due", "closed_at", "due_by", "id"),
        Index("ix_task_due", "due_by", "id"),
        Index("ix_task_remind", "closed_at", "remind_at"),
        Index("ix_task_owner_closed", "owner_id", "closed_at", "id"),
        # What lists are sorted and grouped by besides.
        Index("ix_task_created", "created_at", "id"),
        Index("ix_task_closed", "closed_at", "id"),
        _open("ix_task_open_priority", "priority", "id"),
        _open("ix_task_open_kind", "kind", "due_by", "id"),
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
    remind_step: Mapped[str] = mapped_column(default="due")
    due_version: Mapped[int] = mapped_column(default=1)
    due_set_at: Mapped[datetime] = mapped_column(default=clock.now)
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


class ReminderWish(Row):
    """How a person wants to be reminded; who never said has no row and the defaults.

    `before_minutes` before a due time (0: not), again each working day at `hour` while it is late
    (`repeats`), by bell and mail; the day's mail at `digest_hour`, last sent on `digested_on`.
    Hours are those of the person's own zone.
    """

    __tablename__ = "reminder_wish"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    before_minutes: Mapped[int] = mapped_column(default=0)
    is_belled: Mapped[bool] = mapped_column(default=True)
    is_mailed: Mapped[bool] = mapped_column(default=True)
    repeats: Mapped[bool] = mapped_column(default=True)
    hour: Mapped[int] = mapped_column(default=9)
    has_digest: Mapped[bool] = mapped_column(default=True)
    digest_hour: Mapped[int] = mapped_column(default=8)
    digested_on: Mapped[date | None]
