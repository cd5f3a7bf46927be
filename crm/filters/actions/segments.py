"""Making segments, and looking who is in them: entered and left."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.accounts.rules import may
from crm.core import clock
from crm.core.db import db
from crm.core.folding import fold
from crm.core.refusal import Refused
from crm.fields.queries import catalogue
from crm.filters.models import Segment, SegmentEvent, SegmentMember, SegmentSize
from crm.filters.queries.engine import Engine
from crm.filters.queries.segments import may_change_segment, member_ids
from crm.filters.rules import BadFilter, brokens, loads

EVERY = timedelta(minutes=5)
SHARINGS = ("private", "team", "all")


def create_segment(
    name: str,
    *,
    by: User,
    kind: str = "dynamic",
    filter_: str = "",
    members: Iterable[int] = (),
    sharing: str = "private",
    team_id: int | None = None,
    note: str = "",
) -> Segment:
    """A segment: who fulfils `filter_` from now on, or (static) `members` as they are now."""
    now = clock.now()
    segment = Segment(name="", folded="", kind=kind, owner_id=by.id, created_at=now, updated_at=now)
    segment.owner = by
    _fill(segment, by, name=name, filter_=filter_, sharing=sharing, team_id=team_id, note=note)
    db.session.add(segment)
    db.session.flush()
    if kind == "static":
        add_members(segment, members)
    else:
        look(segment)
    return segment


def change_segment(
    segment: Segment, by: User, *, name: str, filter_: str, sharing: str,
    team_id: int | None = None, note: str = "",
) -> None:  # fmt: skip
    """Change what a segment says of itself; a changed filter is looked through at once."""
    check(segment, by)
    is_other = filter_ != segment.filter
    _fill(segment, by, name=name, filter_=filter_, sharing=sharing, team_id=team_id, note=note)
    segment.updated_at = clock.now()
    if is_other and segment.kind == "dynamic":
        look(segment)


def keep_out_of_sequences(segment: Segment, by: User, is_kept_out: bool) -> None:
    """Say that who is in a segment gets no sequences (or may get them again)."""
    if is_kept_out != segment.has_no_sequences and not may(by, "manage_sequences"):
        raise Refused(_("Ask somebody who looks after sequences."))
    segment.has_no_sequences = is_kept_out


def archive_segment(segment: Segment, by: User) -> None:
    """Put a segment away: it holds nobody any more, its history stays, and it may come back."""
    check(segment, by)
    segment.archived_at, segment.due_at = clock.now(), None


def restore_segment(segment: Segment, by: User) -> None:
    """Bring a segment back: a fixed list as it was, else whoever fulfils its conditions now."""
    check(segment, by)
    segment.archived_at = None
    segment.due_at = clock.now() if segment.kind == "dynamic" else None


def transfer_segment(segment: Segment, to: User) -> None:
    """Give a segment to somebody else, whose eyes count from now on; the caller asks who may."""
    segment.owner_id, segment.owner, segment.updated_at = to.id, to, clock.now()
    segment.due_at = clock.now() if segment.kind == "dynamic" else None


def look(segment: Segment) -> tuple[int, int]:
    """See who is in a dynamic segment now; write who entered and left. How many each."""
    before, now = member_ids(segment.id), clock.now()
    contact: Any = catalogue().models["contact"]
    inside = Engine(segment.owner).in_segment(segment, contact)
    after = set(db.session.scalars(select(contact.id).where(inside)))
    _enter(segment, after - before)
    _leave(segment, before - after)
    segment.due_at = now + EVERY
    _count(segment, len(after))
    return len(after - before), len(before - after)


def add_members(segment: Segment, numbers: Iterable[int]) -> int:
    """Put contacts that the owner may see into a static segment; how many are new."""
    contact: Any = catalogue().models["contact"]
    wanted, held, new = sorted(set(numbers)), member_ids(segment.id), set()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        seen = select(contact.id).where(
            contact.id.in_(part), contact.deleted_at.is_(None), visible(segment.owner, contact)
        )
        new |= set(db.session.scalars(seen)) - held
    _enter(segment, new)
    _count(segment, len(held) + len(new))
    return len(new)


def remove_member(segment: Segment, contact_id: int, by: User) -> None:
    """Take a contact out of a static segment."""
    check(segment, by)
    if segment.kind != "static":
        raise Refused(_("Who is in this segment follows from its conditions."))
    held = member_ids(segment.id)
    if contact_id in held:
        _leave(segment, {contact_id})
        _count(segment, len(held) - 1)


def check(segment: Segment, by: User) -> None:
    """Refuse to let somebody change a segment that is not theirs."""
    if not may_change_segment(by, segment):
        raise Refused(_("This segment is somebody else’s."))


def _fill(
    segment: Segment, by: User, *, name: str, filter_: str, sharing: str, team_id: int | None,
    note: str,
) -> None:  # fmt: skip
    name = " ".join(name.split())[:80]
    if not name:
        raise Refused(_("Give the segment a name."), field="name")
    if sharing not in SHARINGS or (
        sharing not in {"private", segment.sharing} and not may(by, "share_views")
    ):
        raise Refused(_("Ask a manager to share a segment with others."), field="sharing")
    if segment.kind == "dynamic":
        _check_filter(segment, filter_)
        segment.filter = filter_
    team = team_id or (by.team_ids[0] if by.team_ids else None)
    segment.name, segment.folded, segment.note = name, fold(name), note.strip()[:500]
    segment.sharing, segment.team_id = sharing, team if sharing == "team" else None


def _check_filter(segment: Segment, text: str) -> None:
    try:
        raw = loads(text)
    except BadFilter as error:
        raise Refused(str(error), field="filter") from None
    if raw is None:
        raise Refused(_("Say who belongs to the segment."), field="filter")
    if brokens(Engine(segment.owner).tree(raw, "contact")):
        raise Refused(_("Part of the filter is not known any more: mend it."), field="filter")


def _enter(segment: Segment, numbers: set[int]) -> None:
    now = clock.now()
    for number in sorted(numbers):
        db.session.add(SegmentMember(segment_id=segment.id, contact_id=number, since=now))
    _write(segment, numbers, True)


def _leave(segment: Segment, numbers: set[int]) -> None:
    for start in range(0, len(numbers), 500):
        part = sorted(numbers)[start : start + 500]
        db.session.execute(
            delete(SegmentMember).where(
                SegmentMember.segment_id == segment.id, SegmentMember.contact_id.in_(part)
            )
        )
    _write(segment, numbers, False)


def _write(segment: Segment, numbers: set[int], has_entered: bool) -> None:
    now = clock.now()
    db.session.add_all(
        SegmentEvent(segment_id=segment.id, contact_id=number, has_entered=has_entered, at=now)
        for number in sorted(numbers)
    )


def _count(segment: Segment, size: int) -> None:
    now = clock.now()
    if size != segment.size or segment.counted_at is None:
        db.session.add(SegmentSize(segment_id=segment.id, at=now, size=size))
    segment.size, segment.counted_at = size, now
