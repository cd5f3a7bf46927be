"""What people keep of conditions: saved views, segments and their history; stars and follows."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import ONCE, Key, Row

if TYPE_CHECKING:
    from crm.accounts.models import User


class SavedView(Row):
    """A list as somebody wants to see it again.

    `record` says of what. `params` is the query string of the list: filter, sort, turned,
    columns, widths, group, as and its quick filters. `sharing`: private, team (`team_id`), all.
    `is_pinned`: in the sidebar of everybody who sees it, unless they chose otherwise (ViewPin).
    """

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_record", "record", "archived_at"),)
    record: Mapped[str]
    name: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    sharing: Mapped[str] = mapped_column(default="private")
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    params: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    is_pinned: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    owner: Mapped["User"] = relationship(foreign_keys=[owner_id])

    __mapper_args__ = {"version_id_col": version}


class ViewPin(Row):
    """Somebody's own choice whether a view stands in their sidebar."""

    __tablename__ = "view_pin"
    __table_args__ = (UniqueConstraint("user_id", "view_id"),)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id", ondelete="CASCADE"))
    is_pinned: Mapped[bool]


class ViewDefault(Row):
    """The view with which a list opens for a role."""

    __tablename__ = "view_default"
    __table_args__ = (UniqueConstraint("record", "role"),)
    record: Mapped[str]
    role: Mapped[str]
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id", ondelete="CASCADE"))


class Segment(Row):
    """Contacts that belong together: `kind` dynamic (who fulfils `filter`) or static (a list).

    Conditions are read with the eyes of the owner, who says what "me" means. `size` is as of
    `counted_at`; the sweep writes who entered and left. `has_no_sequences`: who is in it
    neither enters a sequence nor gets further mails of one.
    """

    __tablename__ = "segment"
    name: Mapped[str]
    folded: Mapped[str]
    kind: Mapped[str] = mapped_column(default="dynamic")
    filter: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    sharing: Mapped[str] = mapped_column(default="private")
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    size: Mapped[int] = mapped_column(default=0)
    has_no_sequences: Mapped[bool] = mapped_column(default=False)
    counted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    owner: Mapped["User"] = relationship(foreign_keys=[owner_id])

    __mapper_args__ = {"version_id_col": version}


class SegmentMember(Row):
    """A contact in a segment, as of the last look where the segment is dynamic."""

    __tablename__ = "segment_member"
    __table_args__ = (UniqueConstraint("segment_id", "contact_id"), ONCE)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(
        ForeignKey("contact.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[datetime]


class SegmentEvent(Row):
    """Somebody entered or left a segment: append-only."""

    __tablename__ = "segment_event"
    __table_args__ = (
        Index("ix_segment_event_segment", "segment_id", "id"),
        Index("ix_segment_event_contact", "contact_id", "id"),
    )
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    has_entered: Mapped[bool]
    at: Mapped[datetime]


class SegmentSize(Row):
    """How many a segment held when its size had changed: the basis of its curve."""

    __tablename__ = "segment_size"
    __table_args__ = (Index("ix_segment_size_segment", "segment_id", "id"),)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    size: Mapped[int]


class Mark(Row):
    """What somebody keeps of a record: `kind` star, follow or seen (opened, the newest first).

    `told_at`: until when a follower was told what happened.
    """

    __tablename__ = "mark"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "record", "record_id"),
        Index("ix_mark_user_at", "user_id", "kind", "at", "id"),
        Index("ix_mark_record", "record", "record_id", "kind"),
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[str]
    record: Mapped[str]
    record_id: Mapped[int] = mapped_column(Key)
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]
