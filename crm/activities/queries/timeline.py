"""Reading the timeline of a record: a page of it, what is pinned, and what each filter shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    Subquery,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.accounts.queries import sight
from crm.activities.models import Entry, NoteDraft
from crm.activities.queries.parts import Part, counted, of, together
from crm.activities.queries.reading import (
    PLACES,
    beside,
    beside_sight,
    common,
    contact_seen,
    readable,
)
from crm.activities.queries.thread import Thread, threads
from crm.activities.rules import SHOWS
from crm.core import keyset, reading
from crm.core.days import instant
from crm.core.ready import Ready, ready

MOST_PINNED = 5
LINKS = ("contact_id", "deal_id")  # what an entry of a company may belong to besides


class Speaker(NamedTuple):
    """Who did what an entry tells."""

    name: str

    @property
    def first_name(self) -> str:
        return self.name.split(" ", 1)[0]


class Event(NamedTuple):
    """An entry as a timeline shows it.

    `about` names its contact where the record is another one and the reader may see the contact.
    """

    id: int
    kind: str
    at: datetime
    created_at: datetime
    actor: str
    title: str
    body: str
    direction: str | None
    outcome: str | None
    minutes: int | None
    details: dict[str, Any]
    contact_id: int | None
    user_id: int | None
    private_to_id: int | None
    edited_at: datetime | None
    pinned_at: datetime | None
    by: str | None
    about: str | None

    @property
    def user(self) -> Speaker | None:
        return None if self.by is None else Speaker(self.by)


@dataclass
class Shown(Part):
    """A part of a timeline, with what stands around it.

    `counts` says how many entries each filter shows, `people` who wrote in it (number, name),
    `draft` what the reader has begun to write, `threads` the replies and files by entry, `newest`
    the highest number of its entries.
    """

    pinned: list[Event] = field(default_factory=list)
    people: list[tuple[int, str]] = field(default_factory=list)
    draft: str = ""
    threads: dict[int, Thread] = field(default_factory=dict)
    newest: int = 0


@dataclass(frozen=True)
class Wish:
    """How a reader wants a timeline: from which place on, which kinds, by whom, which end first.

    `kinds`: one of SHOWS, "changes", or None for all. `at` is an entry the page begins with.
    """

    before: str | None = None
    kinds: str | None = None
    by: int | None = None
    is_oldest_first: bool = False
    at: int | None = None
    limit: int = 25


def timeline(
    user: User,
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    *,
    kinds: str | None = None,
    limit: int = 25,
    people: Select | None = None,
    since: datetime | None = None,
) -> Part:
    """The newest entries of one record that are meant for everybody, as `user` sees them in mails.

    What also belongs to a deal is told to those who see that one.
    """
    belongs = of(Entry, contact_id, company_id, deal_id, people=people, since=since)
    wanted = _events(Wish(kinds=kinds, limit=limit)).where(
        belongs, common(), *beside(user, "deal_id")
    )
    return Part([Event._make(row[:-1]) for row in reading.rows(wanted)][:limit])


def timeline_for(
    user: User,
    wish: Wish,
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    *,
    people: Select | None = None,
    since: datetime | None = None,
    place: str = "",
) -> Shown:
    """A page of one record's entries as `user` may read them: one statement, and one for threads.

    `people` selects contact ids whose entries belong here too, for deals those from `since` on:
    the caller has asked what the reader may see. `place` names the reader's draft.
    """
    values: dict[str, Any] = {}
    statement: Ready | Select
    if contact_id and not (wish.before or wish.at or wish.by):
        statement = _of_contact(wish, user.sees_all)
        values = {"of_contact": contact_id, "reader": user.id, "place": place} | sight(user)
    else:
        mine = [
            of(Entry, contact_id, company_id, deal_id, people=people, since=since),
            readable(user.id),
            Entry.parent_id.is_(None),
            *beside(user, *([] if deal_id else ["deal_id"] if contact_id else LINKS)),
        ]
        about = None if contact_id else contact_seen(user)
        statement = _statement(user.id, wish, mine, place, about)
    shown = _shown(reading.rows(statement, values), wish)
    shown.threads = threads(user, shown.pinned + shown.rows)
    return shown


@ready
def _of_contact(wish: Wish, sees_all: bool) -> Select:
    """The first page of a contact, built once: that takes longer than running it."""
    return _statement(bindparam("reader"), wish, of_one(sees_all), bindparam("place"))


def of_one(sees_all: bool) -> list[ColumnElement[bool]]:
    """The entries of one contact as one reader reads them: values `of_contact`, `reader`, sight."""
    return [
        Entry.contact_id == bindparam("of_contact"),
        readable(bindparam("reader")),
        Entry.parent_id.is_(None),
        *beside_sight(sees_all, "deal_id"),
    ]


def _statement(
    reader: Any,
    wish: Wish,
    mine: list[ColumnElement[bool]],
    place: Any,
    about: ColumnElement[bool] | None = None,
) -> Select:
    """What there is, counted, in every row; beside it the entries, the pinned ones first."""
    told = together(mine)
    page = _events(wish, about).where(*mine, *_from(wish)).subquery()
    both = select(page)
    if not (wish.before or wish.at or wish.kinds or wish.by):
        has_any = select(told.c.n_pinned).scalar_subquery() > 0
        pinned = _pinned(about).where(has_any, *mine).subquery()
        both = union_all(select(page), select(pinned))  # type: ignore[assignment]
    around = _around(reader, told, place)
    rows = both.subquery()
    return select(around, rows).select_from(around.outerjoin(rows, true()))


def _around(reader: Any, told: CTE, place: Any) -> Subquery:
    """How many entries there are and of each of SHOWS, who wrote them, and the reader's draft."""
    number = cast(User.id, String)
    wrote = told.c.writers.contains("," + number + ",")
    people = select(func.aggregate_strings(number + " " + User.name, "\n")).where(wrote)
    draft = select(NoteDraft.body).where(NoteDraft.user_id == reader, NoteDraft.place == place)
    return select(
        *(column for column in told.c if column.name not in {"n_pinned", "writers"}),
        people.scalar_subquery().label("writers"),
        draft.scalar_subquery().label("draft"),
    ).subquery()


def _columns(is_pinned: bool, about: ColumnElement[bool] | None) -> Select:
    names = Event._fields[:-2]
    contact = PLACES["contact_id"]
    wanted = select(
        *(getattr(Entry, name) for name in names),
        User.name.label("by"),
        (null() if about is None else contact.c.name).label("about"),
        literal(is_pinned).label("stands_on_top"),
    ).outerjoin(User, User.id == Entry.user_id)
    return wanted if about is None else wanted.outerjoin(contact, about)


def _events(wish: Wish, about: ColumnElement[bool] | None = None) -> Select:
    keys = (Entry.at, Entry.id)
    order = keys if wish.is_oldest_first else tuple(key.desc() for key in keys)
    wanted = _columns(False, about).where(_of_kind(wish.kinds))
    wanted = wanted.order_by(*order).limit(wish.limit + 1)
    return wanted.where(Entry.user_id == wish.by) if wish.by else wanted


def _pinned(about: ColumnElement[bool] | None) -> Select:
    wanted = _columns(True, about).where(Entry.pinned_at.is_not(None))
    return wanted.order_by(Entry.pinned_at.desc()).limit(MOST_PINNED)


def _from(wish: Wish) -> list[ColumnElement[bool]]:
    """Where the page begins: after a place of an earlier page, or with one entry."""
    here = tuple_(Entry.at, Entry.id)
    if wish.at:
        named = aliased(Entry)
        at_named = select(named.at).where(named.id == wish.at).scalar_subquery()
        there = tuple_(at_named, literal(wish.at))
        return [here >= there if wish.is_oldest_first else here <= there]
    place = keyset.unpack(wish.before, str, int)
    at = instant(place[0]) if place else None
    if not place or not at:
        return []
    there = tuple_(at, place[1])
    return [here > there if wish.is_oldest_first else here < there]


def _shown(found: Sequence[Any], wish: Wish) -> Shown:
    counts = 1 + len(SHOWS)
    around = counts + 3
    events = [row[around:] for row in found if row[around] is not None]
    pinned = [Event._make(row[:-1]) for row in events if row[-1]]
    rows = [Event._make(row[:-1]) for row in events if not row[-1]]
    rows.sort(key=lambda one: (one.at, one.id), reverse=not wish.is_oldest_first)
    pinned.sort(key=lambda one: (one.at, one.id), reverse=True)
    first = found[0]
    shown = Shown(rows[: wish.limit], pinned=pinned, draft=first.draft or "")
    shown.newest = first.newest or 0
    if len(rows) > wish.limit:
        last = shown.rows[-1]
        shown.after = keyset.pack(last.at.isoformat(), last.id)
    shown.counts = counted(first[:counts])
    names = [line.split(" ", 1) for line in (first.writers or "").split("\n") if line]
    shown.people = sorted(((int(one), name) for one, name in names), key=lambda one: one[1])
    return shown


def _of_kind(kinds: str | None) -> ColumnElement[bool]:
    if kinds in SHOWS:
        return Entry.kind.in_(SHOWS[kinds])
    if kinds == "changes":
        named: Iterable[str] = [kind for show in SHOWS.values() for kind in show]
        return Entry.kind.not_in(named)
    return true()
