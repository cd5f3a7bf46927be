"""A batch and the rows it works through."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import ONCE, Key, Row

if TYPE_CHECKING:
    from crm.accounts.models import User

ACTIVE = ("filling", "checking", "running")
# What a dry run says of rows that it would change.
PLANNED = ("planned", "creates", "updates")


class Batch(Row):
    """One act over many rows.

    `state`: filling (the rows of a file are read), checking (the dry run), checked (waits for its
    person), running, done, cancelled, failed (`error` says why). `place` is the position up to
    which the present pass has come. `counts` holds how many items are in each state. All changes
    stand in one change set (`change_set_id`), so that they are undone as one.
    """

    __tablename__ = "batch"
    __table_args__ = (
        Index("ix_batch_open", "state", "lease_until"),
        Index("ix_batch_user", "user_id", "id"),
        ONCE,
    )
    kind: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = mapped_column(default="checking")
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    total: Mapped[int] = mapped_column(default=0)
    place: Mapped[int] = mapped_column(default=0)
    change_set_id: Mapped[int | None] = mapped_column(Key)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    lease_owner: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None]
    user: Mapped["User"] = relationship()

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE


class BatchItem(Row):
    """One row of a batch: a record by number, or what a file's line said (`payload`).

    `state`: waiting, planned (the dry run found work; an import says creates or updates), then
    what came of it: done (or created, updated), skipped, refused; `reason` says why in words.
    `mark` tells which lines of a file are about the same thing, as a hash.
    """

    __tablename__ = "batch_item"
    __table_args__ = (
        Index("uq_batch_item_position", "batch_id", "position", unique=True),
        Index("ix_batch_item_state", "batch_id", "state", "position"),
        Index("ix_batch_item_mark", "batch_id", "mark", "position"),
    )
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    position: Mapped[int]
    record_id: Mapped[int | None] = mapped_column(Key)
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    mark: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str] = mapped_column(default="")
