"""The statements behind the list of contacts, built once for each shape a list can have."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, null, select, tuple_
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.accounts.queries import in_sight
from crm.activities.models import Entry, Task
from crm.activities.queries import common
from crm.activities.rules import IMPORTED
from crm.companies.models import Company
from crm.contacts.models import Contact, Tag, Tagging
from crm.core.ready import ready
from crm.filters.models import Mark

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


SHOWN = (
    Contact.id,
    Contact.name,
    Contact.job_title,
    Contact.lifecycle,
    Contact.quiz_level,
    Contact.quiz_tier,
    Contact.quiz_score,
    Contact.last_touch_at,
    Contact.last_in_at,
    Contact.company_id,
    Contact.company_text,
    Contact.owner_id,
)


@dataclass(frozen=True)
class Shape:
    """What a list asks for, without the values: `tests` are names of TESTS."""

    sees_all: bool
    tests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Zone:
    """Rows of one sort order: those with or without a key, which way, and from a place on.

    `is_empty` is None where every row has a key.
    """

    sort: str
    is_empty: bool | None
    falls: bool
    is_after: bool


def _has_tag() -> ColumnElement[bool]:
    return Contact.id.in_(
        select(Tagging.contact_id)
        .join(Tag, Tag.id == Tagging.tag_id)
        .where(Tag.folded == bindparam("of_tag"))
    )


TESTS: dict[str, ColumnElement[bool]] = {
    "nobody": Contact.owner_id.is_(None),
    "owner": Contact.owner_id == bindparam("of_owner"),
    "lifecycle": Contact.lifecycle == bindparam("of_lifecycle"),
    "tier": Contact.quiz_level == bindparam("of_tier"),
    "company": Contact.company_id == bindparam("of_company"),
    "tag": _has_tag(),
}
THESE = Contact.id.in_(bindparam("of_ids", expanding=True))


@ready
def counted(shape: Shape) -> Select:
    """How many rows a list has, counted no further than the value `most`."""
    rows = select(Contact.id).where(*_tests(shape)).limit(bindparam("most")).subquery()
    return select(func.count()).select_from(rows)


@ready
def places(shape: Shape, zone: Zone) -> Select:
    """Numbers and sort keys of up to `size` rows."""
    column = SORTS[zone.sort][0]
    return _zoned(select(Contact.id, column.label("sort_key")), shape, zone)


@ready
def lines(shape: Shape, zone: Zone) -> Select:
    """Up to `size` rows with company, owner, the open task that comes first and the last touch.

    The rows are found first: what stands beside them is looked up for them alone.
    """
    column = SORTS[zone.sort][0]
    found = _zoned(select(*SHOWN, column.label("sort_key")), shape, zone).subquery()
    there = found.c
    keys = [there.id] if zone.is_empty else [there.sort_key, there.id]
    order = (key.desc() if zone.falls else key.asc() for key in keys)
    return _beside(found, shape.sees_all).order_by(*order)


@ready
def these(sees_all: bool) -> Select:
    """The rows with the numbers `of_ids`, with what `lines` shows beside them."""
    seen = [Contact.deleted_at.is_(None), in_sight(sees_all, Contact), THESE]
    found = select(*SHOWN, null().label("sort_key")).where(*seen)  # as many columns as `lines`
    return _beside(found.subquery(), sees_all)


def _beside(found: Any, sees_all: bool) -> Select:
    """Rows found with company, owner, the open task that comes first and the last touch."""
    there = found.c
    return (
        select(
            found,
            func.coalesce(Company.name, there.company_text).label("company"),
            User.name.label("owner"),
            User.deactivated_at.label("owner_left_at"),
            Task.title.label("task"),
            Task.due_at,
            Task.due_on,
            Task.due_by,
            Entry.kind.label("touch"),
            Mark.at.label("seen_at"),
        )
        .outerjoin(Company, and_(Company.id == there.company_id, in_sight(sees_all, Company)))
        .outerjoin(User, User.id == there.owner_id)
        .outerjoin(Task, Task.id == _first_task(found))
        .outerjoin(Entry, Entry.id == _last_touch(found))
        .outerjoin(
            Mark,
            and_(
                Mark.user_id == bindparam("reader_id"),
                Mark.kind == "seen",
                Mark.record == "contact",
                Mark.record_id == there.id,
            ),
        )
    )


def _tests(shape: Shape) -> list[ColumnElement[bool]]:
    mine = [Contact.deleted_at.is_(None), in_sight(shape.sees_all, Contact)]
    return mine + [TESTS[name] for name in shape.tests]


def _zoned(wanted: Select, shape: Shape, zone: Zone) -> Select:
    """One zone in order of key and number, from a place on; the number falls with the key."""
    column = SORTS[zone.sort][0]
    wanted = wanted.where(*_tests(shape))
    if zone.is_empty is not None:
        wanted = wanted.where(column.is_(None) if zone.is_empty else column.is_not(None))
    keys = [Contact.id] if zone.is_empty else [column, Contact.id]
    if zone.is_after:
        values = [bindparam("place_id", type_=Contact.id.type)]
        if not zone.is_empty:
            values.insert(0, bindparam("place_key", type_=column.type))
        here, there = tuple_(*keys), tuple_(*values)
        wanted = wanted.where(here < there if zone.falls else here > there)
    order = (key.desc() if zone.falls else key.asc() for key in keys)
    return wanted.order_by(*order).limit(bindparam("size"))


def _first_task(found: Any) -> Any:
    open_ = aliased(Task)
    return (
        select(open_.id)
        .where(open_.contact_id == found.c.id, open_.closed_at.is_(None))
        .order_by(open_.due_by, open_.id)
        .limit(1)
        .correlate(found)
        .scalar_subquery()
    )


def _last_touch(found: Any) -> Any:
    said = aliased(Entry)
    return (
        select(said.id)
        .where(
            said.contact_id == found.c.id,
            said.kind.in_(TOUCHES),
            common(said),
            func.coalesce(said.dedupe_key, "").not_like(f"{IMPORTED}%"),
        )
        .order_by(said.at.desc(), said.id.desc())
        .limit(1)
        .correlate(found)
        .scalar_subquery()
    )
