"""Reading segments, as far as somebody may use them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.accounts.rules import may
from crm.core.db import db
from crm.fields.queries import catalogue
from crm.filters.models import Segment, SegmentEvent, SegmentMember, SegmentSize


def shared_with(user: User, model: Any) -> ColumnElement[bool]:
    """The condition that a view or segment is the person's own or shared with them."""
    return or_(
        model.owner_id == user.id,
        model.sharing == "all",
        and_(model.sharing == "team", model.team_id.in_(user.team_ids)),
    )


def usable(user: User) -> ColumnElement[bool]:
    """The condition that a segment is the person's own, shared with them, or theirs to look after.

    What keeps people out of sequences concerns all who look after these: they mend it.
    """
    shared = shared_with(user, Segment)
    return or_(shared, Segment.has_no_sequences) if may(user, "manage_sequences") else shared


def may_change_segment(user: User, segment: Segment) -> bool:
    """Whether somebody may change a segment, put it away and bring it back."""
    if segment.owner_id == user.id:
        return True
    is_shared = segment.sharing != "private"
    return (is_shared and may(user, "share_views")) or (
        segment.has_no_sequences and may(user, "manage_sequences")
    )


def segment_for(user: User, segment_id: int | None, *, archived: bool = False) -> Segment | None:
    """A segment that `user` may use; an archived one is none, unless those are asked for."""
    put_away = Segment.archived_at.is_not(None) if archived else Segment.archived_at.is_(None)
    return db.session.scalars(
        select(Segment).where(Segment.id == (segment_id or 0), put_away, usable(user))
    ).first()


def archived_segments(user: User) -> list[Segment]:
    """Segments that were put away and that `user` may bring back, the latest first."""
    rows = db.session.scalars(
        select(Segment)
        .where(Segment.archived_at.is_not(None), usable(user))
        .order_by(Segment.archived_at.desc(), Segment.id.desc())
        .limit(100)
    )
    return [one for one in rows if may_change_segment(user, one)]


def segments_for(user: User) -> list[Segment]:
    """All segments that `user` may use, by name."""
    return list(
        db.session.scalars(
            select(Segment)
            .where(Segment.archived_at.is_(None), usable(user))
            .order_by(Segment.folded, Segment.id)
            .limit(500)
        )
    )


def segments_of(user: User) -> list[Segment]:
    """What somebody owns: what their hand-over has to pass on."""
    return list(
        db.session.scalars(
            select(Segment)
            .where(Segment.owner_id == user.id, Segment.archived_at.is_(None))
            .order_by(Segment.folded, Segment.id)
        )
    )


def due_segments(now: datetime, limit: int = 20) -> list[int]:
    """Dynamic segments whose look is due, the longest waiting first."""
    return list(
        db.session.scalars(
            select(Segment.id)
            .where(Segment.kind == "dynamic", Segment.archived_at.is_(None), Segment.due_at <= now)
            .order_by(Segment.due_at, Segment.id)
            .limit(limit)
        )
    )


def member_ids(segment_id: int) -> set[int]:
    """The contacts of a segment as of the last look."""
    return set(
        db.session.scalars(
            select(SegmentMember.contact_id).where(SegmentMember.segment_id == segment_id)
        )
    )


def members_of(user: User, segment: Segment, limit: int = 50) -> list[Any]:
    """Number and name of the contacts of a segment that `user` sees, who came last first."""
    contact: Any = catalogue().models["contact"]
    wanted = select(contact.id, contact.name).join(
        SegmentMember, SegmentMember.contact_id == contact.id
    )
    wanted = wanted.where(
        SegmentMember.segment_id == segment.id, contact.deleted_at.is_(None), visible(user, contact)
    )
    return list(db.session.execute(wanted.order_by(SegmentMember.id.desc()).limit(limit)))


def seen_sizes(user: User, segments: Sequence[Segment]) -> dict[int, int]:
    """How many contacts segments hold, by number: of those of others only who `user` sees."""
    found = {one.id: one.size for one in segments}
    others = [one.id for one in segments if not _is_whole(user, one)]
    if others:
        contact: Any = catalogue().models["contact"]
        seen = select(SegmentMember.segment_id, func.count()).join(
            contact, contact.id == SegmentMember.contact_id
        )
        seen = seen.where(
            SegmentMember.segment_id.in_(others),
            contact.deleted_at.is_(None),
            visible(user, contact),
        )
        counts = db.session.execute(seen.group_by(SegmentMember.segment_id))
        found |= dict.fromkeys(others, 0) | {number: count for number, count in counts}
    return found


def _is_whole(user: User, segment: Segment) -> bool:
    return user.sees_all or segment.owner_id == user.id


def sizes_of(segment: Segment, limit: int = 400) -> Sequence[SegmentSize]:
    """How many there were, the oldest first."""
    rows = db.session.scalars(
        select(SegmentSize)
        .where(SegmentSize.segment_id == segment.id)
        .order_by(SegmentSize.id.desc())
        .limit(limit)
    )
    return list(rows)[::-1]


def events_of(user: User, segment: Segment, limit: int = 20) -> list[SegmentEvent]:
    """Who entered and left, the newest first; in a segment of others only who `user` sees."""
    wanted = select(SegmentEvent).where(SegmentEvent.segment_id == segment.id)
    if not _is_whole(user, segment):
        contact: Any = catalogue().models["contact"]
        wanted = wanted.join(contact, contact.id == SegmentEvent.contact_id)
        wanted = wanted.where(visible(user, contact))
    return list(db.session.scalars(wanted.order_by(SegmentEvent.id.desc()).limit(limit)))
