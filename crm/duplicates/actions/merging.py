"""One record becomes part of another one of its kind, and comes out of it again.

It stands here because all that may hang on a contact or company goes along.
"""

from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.accounts.rules import check_claimed
from crm.activities import actions as activities
from crm.companies.models import Company
from crm.companies.queries import line_of
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.duplicates.actions import agreeing, moving
from crm.duplicates.models import Merger
from crm.duplicates.parts import Part, lists_of, mark_of, parts_of
from crm.fields import actions as fields
from crm.fields import queries as field_queries
from crm.history.rules import plain, restored
from crm.sequences import actions as sequences

SETTLE = "crm.leads.jobs.settle"
MODELS: dict[str, Any] = {"contact": Contact, "company": Company}
# When somebody was last in touch is no field of anybody's choice: the later one counts.
LATEST = ("last_touch_at", "last_in_at", "last_out_at")
WAYS = {"contact": ("emails", "phones"), "company": ("domains",)}


def check_pair(kept: Any, gone: Any, by: User) -> None:
    """Raises Refused where `by` may not make one record part of the other.

    Records that nobody has are merged by those who see all; others need one that somebody has.
    """
    if kept.id == gone.id or type(kept) is not type(gone):
        raise Refused(_("Choose two different records."))
    if kept.deleted_at is not None or gone.deleted_at is not None:
        raise Refused(_("It is gone, or you may not see it."))
    if not by.sees_all:
        check_claimed(kept, gone.owner_id)


def merge(
    kept: Any, gone: Any, by: User, *, take: Collection[str] = (), batch_id: int | None = None
) -> Merger:
    """Let the record `gone` become part of `kept`, two contacts or two companies.

    `take`: keys of the parts (`parts_of`) that `kept` takes over; addresses, numbers, tags and
    all that was said and done goes along. The old number leads to the one that stays. Raises
    Refused as `check_pair`.
    """
    check_pair(kept, gone, by)
    record = field_queries.kind_of(kept)
    was = {name: plain(getattr(kept, name)) for name in LATEST if hasattr(kept, name)}
    if record == "contact":
        # Told first, so that it is taken back last: when what hangs on the other is there again.
        sequences.stop_for_contact(gone.id, reason="merged", cause=str(kept.id))
        db.session.flush()
        agreeing.hold_to_no(kept, gone)
    else:
        _lift(kept, gone)
    _put_away(gone, kept, by)
    _take_over(kept, gone, by, take)
    kept.updated_at = clock.now()
    db.session.flush()
    if record == "contact" and gone.company_id != kept.company_id:
        activities.leave_with(gone.id, gone.company_id)
    moved = moving.bring(record, gone.id, kept.id)
    link: dict[str, Any] = {f"{record}_id": kept.id}
    told = {"merged": gone.id}
    activities.record("merged", **link, user_id=by.id, title=gone.name, details=told)
    db.session.flush()
    _forget(kept, gone)
    done = Merger(
        **link, gone_id=gone.id, moved=moved, was=was, mark=mark_of(kept), batch_id=batch_id,
        at=clock.now(),
    )  # fmt: skip
    db.session.add(done)
    db.session.flush()
    if record == "contact" and batch_id is None:
        ring(SETTLE, kept.id)
    return done


def take_apart(done: Merger, by: User) -> None:
    """Give back what a merge brought, as far as it is still there, and forget the merge.

    The records themselves, their ways and fields come back by the history.
    """
    record, kept = _kept(done)
    places = [kept.id]
    while kept.merged_into_id and kept.merged_into_id not in places:
        places.append(kept.merged_into_id)
        kept = db.session.get_one(MODELS[record], kept.merged_into_id)
    moving.give_back(record, done.moved, places, done.gone_id)
    if record == "contact":
        agreeing.carry_no(done)
    first = db.session.get_one(MODELS[record], places[0])
    gone = db.session.get(MODELS[record], done.gone_id)
    if record == "contact" and gone is not None:
        activities.come_back(gone.id, gone.company_id)
    for name, before in done.was.items():
        if gone is not None and getattr(first, name) == getattr(gone, name):
            setattr(first, name, restored(type(clock.now()), before))
    db.session.delete(done)
    db.session.flush()
    _forget(first, *([gone] if gone else []))


def merge_again(done: Merger, by: User) -> None:
    """What `take_apart` gave back goes along once more: its undo was undone."""
    record, kept = _kept(done)
    moving.bring_again(record, done.moved, done.gone_id, kept.id)
    gone = db.session.get(MODELS[record], done.gone_id)
    _latest(kept, gone)
    _forget(kept, *([gone] if gone else []))


def _kept(done: Merger) -> tuple[str, Any]:
    record = "contact" if done.contact_id else "company"
    return record, db.session.get_one(MODELS[record], done.contact_id or done.company_id)


def _put_away(gone: Any, kept: Any, by: User) -> None:
    now = clock.now()
    gone.deleted_at, gone.deleted_by_id, gone.updated_at = now, by.id, now
    gone.merged_into_id = kept.id
    fields.free(gone)
    db.session.flush()


def _take_over(kept: Any, gone: Any, by: User, take: Collection[str]) -> None:
    record = field_queries.kind_of(kept)
    for part in parts_of(record):
        if part.key in take and not part.rows and not part.names(gone, kept):
            part.take(kept, gone, by)
    for part in lists_of(record):
        _join(part, kept, gone, by)
    for name in WAYS[record]:
        _bring_ways(kept, gone, name, f"{record}_id", name.removesuffix("s") in take)
    _latest(kept, gone)
    if record == "contact" and gone.first_touch_id:
        touches = [kept.first_touch_id or gone.first_touch_id, gone.first_touch_id]
        kept.first_touch_id = min(touches)


def _join(part: Part, kept: Any, gone: Any, by: User) -> None:
    """All that was chosen on either side."""
    mine, theirs = part.value(kept) or [], part.value(gone) or []
    more = [one for one in theirs if one not in mine]
    if more:
        part_of = {part.key: [*mine, *more]}
        fields.set_values(kept, part_of, by, is_known=True)


def _bring_ways(kept: Any, gone: Any, name: str, link: str, is_first: bool) -> None:
    """Addresses, numbers and domains; a number that the other one has stays behind."""
    mine, theirs = list(getattr(kept, name)), list(getattr(gone, name))
    known = {row.e164 or row.digits for row in mine} if name == "phones" else set()
    comes = [row for row in theirs if name != "phones" or (row.e164 or row.digits) not in known]
    first = theirs[0] if is_first and theirs else None
    if first is not None and hasattr(first, "is_primary"):
        same = next((row for row in mine if first not in comes and _is_same(row, first)), first)
        for row in (*mine, *comes):
            row.is_primary = row is same
    for row in theirs:
        if row not in comes and row.state != "valid":
            _say_no(row, mine)
    for row in comes:
        if first is None and mine and hasattr(row, "is_primary"):
            row.is_primary = False
        setattr(row, link, kept.id)
    db.session.flush()


def _say_no(row: Any, mine: Collection[Any]) -> None:
    """A number that must not be called on one of the records must not be on the other."""
    for other in mine:
        if _is_same(row, other) and other.state == "valid":
            other.state, other.state_reason = row.state, row.state_reason


def _is_same(row: Any, other: Any) -> bool:
    return (row.e164 or row.digits) == (other.e164 or other.digits)


def _latest(kept: Any, gone: Any) -> None:
    for name in LATEST if gone is not None else ():
        both = [at for one in (kept, gone) if (at := getattr(one, name, None)) is not None]
        if both:
            setattr(kept, name, max(both))


def _lift(kept: Company, gone: Company) -> None:
    """No circle: what stands between the two in the line of companies goes above the lower one."""
    line = line_of(kept)
    if gone.id in line:
        below = db.session.get_one(Company, line[line.index(gone.id) - 1])
        below.parent_id = gone.parent_id
        db.session.flush()


def _forget(*records: Any) -> None:
    """What loaded records list is read again."""
    for record in records:
        db.session.expire(record)
