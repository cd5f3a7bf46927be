"""The list of contacts: filters, sort orders, pages by key. No statement grows with the rows."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from crm.accounts.models import User
from crm.accounts.queries import sight
from crm.contacts.models import Contact
from crm.contacts.queries import rows as statements
from crm.contacts.queries.rows import SORTS, Shape, Zone
from crm.contacts.rules import fold
from crm.core import keyset, reading
from crm.core.days import instant

ROWS = 25
MOST = 1000


@dataclass(frozen=True)
class Filters:
    """What a list shows. `owner`: "me", "nobody", a user's number or None for all.

    `sort` is a key of SORTS, `is_turned` turns its usual order round.
    """

    owner: str | None = None
    lifecycle: str | None = None
    tag: str | None = None
    tier: str | None = None
    company: int | None = None
    sort: str = "touch"
    is_turned: bool = False


@dataclass
class Listed:
    """A page of the list and the places around it."""

    rows: list[Row] = field(default_factory=list)
    previous: str | None = None
    next: str | None = None
    first: int = 1
    grouped: None = None


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
    return answer


def count(user: User, filters: Filters) -> int:
    """How many contacts a list holds, counted no further than MOST + 1."""
    shape, values = _asked(user, filters)
    return reading.value(statements.counted(shape), values | {"most": MOST + 1}) or 0


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
    A page of one row is a place only.
    """
    _column, falls, may_be_empty = SORTS[filters.sort]
    falls = falls != filters.is_turned
    zones = [False, True] if may_be_empty else [False]
    if backwards:
        zones = zones[::-1]
    shape, values = _asked(user, filters)
    statement = statements.lines if size > 1 else statements.places
    found: list[Row] = []
    for is_empty in zones:
        if place and zones.index(is_empty) < zones.index(place[0]):
            continue
        here = place if place and place[0] == is_empty else None
        zone = Zone(
            filters.sort, is_empty if may_be_empty else None, falls != backwards, bool(here)
        )
        if here:
            values |= {"place_key": here[1], "place_id": here[2]}
        values["size"] = size + 1 - len(found)
        found += reading.rows(statement(shape, zone), values)
        if len(found) > size:
            break
    has_more = len(found) > size
    found = found[:size]
    return (found[::-1] if backwards else found), has_more


def _asked(user: User, filters: Filters) -> tuple[Shape, dict[str, Any]]:
    """What a list asks for, and its values."""
    mine = {"me": user.id, "nobody": None, None: None}
    values = {
        "owner": mine[filters.owner] if filters.owner in mine else int(str(filters.owner)),
        "lifecycle": filters.lifecycle or None,
        "tier": filters.tier or None,
        "company": filters.company or None,
        "tag": fold(filters.tag) if filters.tag else None,
    }
    tests = [name for name, value in values.items() if value is not None]
    if filters.owner == "nobody":
        tests.append("nobody")
    asked = {f"of_{name}": value for name, value in values.items() if value is not None}
    return Shape(user.sees_all, tuple(tests)), sight(user) | asked | {"reader_id": user.id}


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
        at = instant(str(key))
        return (False, at, number, max(offset, 0)) if at else None
    return False, key, number, max(offset, 0)
