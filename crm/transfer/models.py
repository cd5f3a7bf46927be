"""Imports as they were uploaded and mapped, presets of mappings, and numbers of other programs."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from crm.core.db import ONCE, Key, Row

if TYPE_CHECKING:
    from crm.accounts.models import User


class Import(Row):
    """An uploaded file of one kind of record, and how it is to be read.

    `data` is the file itself, so that any worker can read it; it is emptied 30 days after.
    `habits`: encoding, delimiter, sheet, decimal, order, zone, country. `columns`: a list of
    {name, key, policy} in the file's order. `match`: by what a row finds its record. `sample` holds
    the header and first rows. `batch_id` is set once it was mapped.
    """

    __tablename__ = "import"
    __table_args__ = (Index("ix_import_user", "user_id", "id"), ONCE)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    record: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    data: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    size: Mapped[int]
    habits: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    match: Mapped[str] = mapped_column(default="")
    tags: Mapped[str] = mapped_column(default="")
    sample: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    user: Mapped["User"] = relationship()


class ImportKey(Row):
    """Whose a key is after the rows that were tried dry (`following.Piece`): hashes, no words.

    `mark` is that of the rows (BatchItem.mark), "" where they took the key from a record;
    `record_id` is the record, where it is there already.
    """

    __tablename__ = "import_key"
    __table_args__ = (UniqueConstraint("batch_id", "key"),)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    key: Mapped[str]
    mark: Mapped[str]
    record_id: Mapped[int | None] = mapped_column(Key)


class ImportPreset(Row):
    """A mapping that somebody keeps for the next file of the same shape; the whole house has it."""

    __tablename__ = "import_preset"
    __table_args__ = (UniqueConstraint("record", "name"),)
    record: Mapped[str]
    name: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    habits: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    match: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class Export(Row):
    """A file that somebody asked for: of a list (`query`, scope "list"), of rows chosen in it
    (`ids`, "chosen"), or of all records of a kind ("all").

    `state`: waiting, working, ready, emptied, failed (`error` says why). `data` is the file, so
    that any machine can hand it out; it is emptied at `expires_at`. Only its person may fetch it.
    """

    __tablename__ = "export"
    __table_args__ = (
        Index("ix_export_user", "user_id", "id"),
        Index("ix_export_state", "state", "lease_until"),
        ONCE,
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    record: Mapped[str]
    kind: Mapped[str]
    query: Mapped[str] = mapped_column(default="")
    scope: Mapped[str] = mapped_column(default="list")
    ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    has_all_fields: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="waiting")
    error: Mapped[str] = mapped_column(default="")
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    data: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    user: Mapped["User"] = relationship()

    @property
    def is_active(self) -> bool:
        return self.state in ("waiting", "working")


class ExternalId(Row):
    """The number that another program gave a record: the surest way to find it again."""

    __tablename__ = "external_id"
    __table_args__ = (
        UniqueConstraint("record", "value"),
        Index("ix_external_id_record", "record", "record_id"),
    )
    record: Mapped[str]
    record_id: Mapped[int] = mapped_column(Key)
    value: Mapped[str]
