"""Who is in a segment: put in and taken out, by a look or by hand, with what is kept of it."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.fields.queries import catalogue
from crm.filters.models import Segment, SegmentEvent, SegmentMember, SegmentSize
from crm.filters.queries.segments import may_change_segment
from crm.history import writing

PART = 500
COLUMNS = tuple(SegmentMember.__table__.columns)


def check(segment: Segment, by: User) -> None:
    """Refuse to let somebody change a segment that is not theirs."""
    if not may_change_segment(by, segment):
        raise Refused(_("This segment is somebody else’s."))


def add_members(segment: Segment, numbers: Iterable[int]) -> set[int]:
    """Put contacts that the owner may see into a static segment; those that are new in it."""
    contact: Any = catalogue().models["contact"]
    new = set[int]()
    for part in _parts(numbers):
        seen = select(contact.id).where(
            contact.id.in_(part), contact.deleted_at.is_(None), visible(segment.owner, contact)
        )
        new |= set(db.session.scalars(seen)) - _held(segment, part)
    enter(segment, new)
    count(segment, segment.size + len(new))
    return new


def put_in(segment: Segment, numbers: Iterable[int], by: User) -> set[int]:
    """Put contacts into a fixed list by hand; those that are new in it."""
    _check_fixed(segment, by)
    return add_members(segment, numbers)


def take_out(segment: Segment, numbers: Iterable[int], by: User) -> set[int]:
    """Take contacts out of a fixed list by hand; those that were in it."""
    _check_fixed(segment, by)
    gone = {number for part in _parts(numbers) for number in _held(segment, part)}
    leave(segment, gone)
    count(segment, segment.size - len(gone))
    return gone


def put_back(segment: Segment, contact_id: int) -> None:
    """Say that a contact is in a fixed list again, whose row an undo brought back."""
    _write(segment, {contact_id}, True)
    count(segment, segment.size + 1)


def enter(segment: Segment, numbers: set[int]) -> None:
    """Contacts are in a segment from now on."""
    now = clock.now()
    for number in sorted(numbers):
        db.session.add(SegmentMember(segment_id=segment.id, contact_id=number, since=now))
    _write(segment, numbers, True)


def leave(segment: Segment, numbers: set[int]) -> None:
    """Contacts are in a segment no longer; of a fixed list the history keeps it."""
    for part in _parts(numbers):
        gone = db.session.execute(
            delete(SegmentMember)
            .where(SegmentMember.segment_id == segment.id, SegmentMember.contact_id.in_(part))
            .returning(*COLUMNS)
        ).all()
        if segment.kind == "static":
            writing.record_rows(
                SegmentMember,
                "delete",
                [(row.id, dict(row._mapping), None) for row in gone],
                {row.id: {"contact": row.contact_id} for row in gone},
            )
    _write(segment, numbers, False)


def count(segment: Segment, size: int) -> None:
    """Keep how many a segment holds, and a point of its curve where that is another number."""
    now = clock.now()
    if size != segment.size or segment.counted_at is None:
        db.session.add(SegmentSize(segment_id=segment.id, at=now, size=size))
    segment.size, segment.counted_at = size, now


def _check_fixed(segment: Segment, by: User) -> None:
    check(segment, by)
    if segment.kind != "static":
        raise Refused(_("Who is in this segment follows from its conditions."))
    if segment.archived_at is not None:
        raise Refused(_("Somebody put this segment away meanwhile."))


def _held(segment: Segment, numbers: Iterable[int]) -> set[int]:
    rows = select(SegmentMember.contact_id).where(SegmentMember.segment_id == segment.id)
    return set(db.session.scalars(rows.where(SegmentMember.contact_id.in_(numbers))))


def _parts(numbers: Iterable[int]) -> Iterator[list[int]]:
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), PART):
        yield wanted[start : start + PART]


def _write(segment: Segment, numbers: set[int], has_entered: bool) -> None:
    now = clock.now()
    db.session.add_all(
        SegmentEvent(segment_id=segment.id, contact_id=number, has_entered=has_entered, at=now)
        for number in sorted(numbers)
    )
