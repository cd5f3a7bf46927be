"""What is stored on disk, and where it hangs."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import ONCE, Row

if TYPE_CHECKING:
    from crm.accounts.models import User


class StoredFile(Row):
    """Bytes in `DATA_DIR/files`, named by their SHA-256: the same file is kept once.

    `media_type` is set for pictures, which we wrote anew ourselves; all else is only bytes.
    """

    __tablename__ = "stored_file"
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class Attachment(Row):
    """A stored file on a record, and on the timeline entry that brought it.

    A download asks who may see the record (and the entry, where a note is private).
    """

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_contact", "contact_id", "id"),
        Index("ix_attachment_company", "company_id", "id"),
        Index("ix_attachment_deal", "deal_id", "id"),
        Index("ix_attachment_entry", "entry_id"),
        ONCE,
    )
    stored_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    name: Mapped[str]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    stored: Mapped["StoredFile"] = relationship(lazy="joined", innerjoin=True)
    user: Mapped["User | None"] = relationship(foreign_keys=[user_id])

    @property
    def is_picture(self) -> bool:
        return bool(self.stored.media_type)
