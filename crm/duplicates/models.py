"""What a merge brought from one record to another, so that it can go back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crm.core.db import Key, Row


class Merger(Row):
    """One record (`gone_id`) went into another of its kind: a contact or a company that stays.

    `moved` names the rows that went along and that the history does not keep one by one:
    {"entry.contact_id": [3, 8]}. `was` holds what bookkeeping of the kept record said before.
    `mark` tells whether the kept record was changed since (`rules.mark`), `batch_id` with which
    act over many rows it was done.
    """

    __tablename__ = "merger"
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="CASCADE"), index=True
    )
    company_id: Mapped[int | None] = mapped_column(
        ForeignKey("company.id", ondelete="CASCADE"), index=True
    )
    gone_id: Mapped[int] = mapped_column(Key)
    moved: Mapped[dict[str, list[int]]] = mapped_column(JSON, default=dict)
    was: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    mark: Mapped[str] = mapped_column(default="")
    batch_id: Mapped[int | None] = mapped_column(Key, index=True)
    at: Mapped[datetime]
