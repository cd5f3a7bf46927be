"""Making segments, and looking who is in them: entered and left."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.rules import may
from crm.core import clock
from crm.core.db import db
from crm.core.folding import fold
from crm.core.refusal import Refused
from crm.fields.queries import catalogue
from crm.filters.actions.members import add_members, check, count, enter, leave
from crm.filters.models import Segment
from crm.filters.queries.engine import Engine
from crm.filters.queries.segments import member_ids
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
    enter(segment, after - before)
    leave(segment, before - after)
    segment.due_at = now + EVERY
    count(segment, len(after))
    return len(after - before), len(before - after)


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
