"""The list of contacts: filters, sort orders, pages by key. No statement grows with the rows."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, tuple_

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.activities.models import Entry, Task
from crm.companies.models import Company
from crm.contacts.models import Contact, Tag, Tagging
from crm.contacts.rules import fold
from crm.core import keyset
from crm.core.db import db

ROWS = 25
MOST = 1000
TOUCHES = (
    "call",
    "mail_in",
    "mail_out",
    "meeting",
    "note",
    "quiz_result",
    "nurture_sent",
    "intake",
)
# Sort key: the column, whether the largest comes first, and whether it may be empty.
SORTS: dict[str, tuple[Any, bool, bool]] = {
    "name": (Contact.sort_name, False, False),
    "score": (Contact.quiz_score, True, True),
    "touch": (Contact.last_touch_at, True, True),
    "created": (Contact.created_at, True, False),
}


@dataclass(frozen=True)
class Filters:
    """What a list shows. `owner`: "me", "nobody", a user's number or None for all.

    `ids` are the records a search found, None without a search. `sort` is a key of SORTS,
    `down` turns its usual order round.
    """

    owner: str | None = None
    lifecycle: str | None = None
    tag: str | None = None
    tier: str | None = None
    company: int | None = None
    ids: tuple[int, ...] | None = None
    sort: str = "touch"
    is_turned: bool = False


@dataclass
class Listed:
    """A page of the list: rows, what comes next for each, and the places around the page."""

    rows: list[Row] = field(default_factory=list)
    next_tasks: dict[int, Task] = field(default_factory=dict)
    last_words: dict[int, Row] = field(default_factory=dict)
    previous: str | None = None
    next: str | None = None
    first: int = 1


def listed(
    user: User, filters: Filters, *, after: str | None = None, before: str | None = None
) -> Listed:
    """The page of contacts behind the place `after`, or the one that ends at `before`."""
    backwards = bool(before)
    place = _place(before or after, filters.sort)
    offset = place[3] if place else 0
    rows, has_more = _page(user, filters, place, backwards)
    if backwards and not rows:
        return listed(user, filters)
    first = max(offset - len(rows), 0) if backwards else offset
    answer = Listed(rows, first=first + 1)
    if rows:
        has_before = has_more if backwards else place is not None
        has_after = True if backwards else has_more
        answer.previous = _pack(filters, rows[0], first) if has_before else None
        answer.next = _pack(filters, rows[-1], first + len(rows)) if has_after else None
        numbers = [row.id for row in rows]
        answer.next_tasks = _next_tasks(numbers)
        answer.last_words = _last_words(numbers)
    return answer


def count(user: User, filters: Filters) -> int:
    """How many contacts a list holds, counted no further than MOST + 1."""
    rows = select(Contact.id).where(*_tests(user, filters)).limit(MOST + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def neighbours(user: User, filters: Filters, contact: Contact) -> tuple[int | None, int | None]:
    """The numbers of the contacts before and after one in a list: a statement each way."""
    key = getattr(contact, SORTS[filters.sort][0].key)
    place = (key is None, key, contact.id, 0)
    before, _more = _page(user, filters, place, True, 1)
    after, _more = _page(user, filters, place, False, 1)
    return (before[0].id if before else None), (after[0].id if after else None)


def _page(
    user: User, filters: Filters, place: tuple | None, backwards: bool, size: int = ROWS
) -> tuple[list[Row], bool]:
    """Up to `size` rows in the list's order, and whether more follow in the direction read.

    Rows whose sort key is empty stand last: they are a zone of their own, read by number.
    """
    column, falls, may_be_empty = SORTS[filters.sort]
    falls = falls != filters.is_turned
    zones = [False, True] if may_be_empty else [False]
    if backwards:
        zones = zones[::-1]
    found: list[Row] = []
    for is_empty in zones:
        if place and zones.index(is_empty) < zones.index(place[0]):
            continue
        here = place if place and place[0] == is_empty else None
        wanted = _rows(user, filters)
        if may_be_empty:
            wanted = wanted.where(column.is_(None) if is_empty else column.is_not(None))
        wanted = _ordered(wanted, column, is_empty, falls != backwards, here)
        found += db.session.execute(wanted.limit(size + 1 - len(found))).all()
        if len(found) > size:
            break
    has_more = len(found) > size
    found = found[:size]
    return (found[::-1] if backwards else found), has_more


def _ordered(
    wanted: Select, column: Any, is_empty: bool, falls: bool, place: tuple | None
) -> Select:
    """Order one zone by key and number, from `place` on; the number falls with the key."""
    keys = [Contact.id] if is_empty else [column, Contact.id]
    if place:
        values = [place[2]] if is_empty else [place[1], place[2]]
        here = tuple_(*keys)
        wanted = wanted.where(here < tuple(values) if falls else here > tuple(values))
    return wanted.order_by(*(key.desc() if falls else key.asc() for key in keys))


def _rows(user: User, filters: Filters) -> Select:
    column = SORTS[filters.sort][0]
    return (
        select(
            Contact.id,
            Contact.name,
            Contact.job_title,
            Contact.lifecycle,
            Contact.quiz_level,
            Contact.quiz_tier,
            Contact.quiz_score,
            Contact.last_touch_at,
            Contact.company_id,
            func.coalesce(Company.name, Contact.company_text).label("company"),
            Contact.owner_id,
            User.name.label("owner"),
            column.label("sort_key"),
        )
        .outerjoin(Company, and_(Company.id == Contact.company_id, visible(user, Company)))
        .outerjoin(User, User.id == Contact.owner_id)
        .where(*_tests(user, filters))
    )


def _tests(user: User, filters: Filters) -> list[ColumnElement[bool]]:
    tests = [Contact.deleted_at.is_(None), visible(user, Contact)]
    if filters.owner == "me":
        tests.append(Contact.owner_id == user.id)
    elif filters.owner == "nobody":
        tests.append(Contact.owner_id.is_(None))
    elif filters.owner:
        tests.append(Contact.owner_id == int(filters.owner))
    if filters.lifecycle:
        tests.append(Contact.lifecycle == filters.lifecycle)
    if filters.tier:
        tests.append(Contact.quiz_level == filters.tier)
    if filters.company:
        tests.append(Contact.company_id == filters.company)
    if filters.tag:
        tests.append(_has_tag(filters.tag))
    if filters.ids is not None:
        tests.append(Contact.id.in_(filters.ids))
    return tests


def _has_tag(name: str) -> ColumnElement[bool]:
    return Contact.id.in_(
        select(Tagging.contact_id)
        .join(Tag, Tag.id == Tagging.tag_id)
        .where(Tag.folded == fold(name))
    )


def _next_tasks(numbers: list[int]) -> dict[int, Task]:
    """The open task that comes first, for each contact of a page: one statement."""
    tasks = db.session.scalars(
        select(Task)
        .where(Task.contact_id.in_(numbers), Task.closed_at.is_(None))
        .order_by(Task.due_by.desc(), Task.id.desc())
    )
    return {task.contact_id: task for task in tasks if task.contact_id is not None}


def _last_words(numbers: list[int]) -> dict[int, Row]:
    """What touched each contact of a page last: one statement, one look-up a contact."""
    newest = (
        select(Entry.id)
        .where(Entry.contact_id == Contact.id, Entry.kind.in_(TOUCHES))
        .order_by(Entry.at.desc(), Entry.id.desc())
        .limit(1)
        .correlate(Contact)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Entry.contact_id, Entry.kind, Entry.direction, Entry.outcome)
        .join(Contact, Contact.id == Entry.contact_id)
        .where(Contact.id.in_(numbers), Entry.id == newest)
    )
    return {row.contact_id: row for row in rows}


def _pack(filters: Filters, row: Row, offset: int) -> str:
    """The place at `row`; `offset` rows of the list stand before it, or up to and with it."""
    key = row.sort_key
    text = key.astimezone(UTC).isoformat() if isinstance(key, datetime) else key
    if text is None:
        return keyset.pack(1, "", row.id, offset)
    return keyset.pack(0, text, row.id, offset)


def _place(packed: str | None, sort: str) -> tuple | None:
    """(is in the empty zone, sort key, number, rows before) of a packed place.

    None for junk and for a place of another sort order: the list begins at its top.
    """
    kind = int if sort == "score" else str
    found = keyset.unpack(packed, int, kind, int, int) or keyset.unpack(packed, int, str, int, int)
    if not found:
        return None
    is_empty, key, number, offset = found
    if is_empty:
        return (True, None, number, max(offset, 0)) if SORTS[sort][2] else None
    if type(key) is not kind:
        return None
    if sort in {"touch", "created"}:
        try:
            at = datetime.fromisoformat(str(key))
        except ValueError:
            return None
        return False, at if at.tzinfo else at.replace(tzinfo=UTC), number, max(offset, 0)
    return False, key, number, max(offset, 0)
