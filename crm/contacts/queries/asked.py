"""The list of contacts as asked for by filter, saved view, chosen columns and any order.

The plain list is made of statements built once (rows.py); whatever asks for more is found by the
engine of filters, and what stands beside its rows is looked up by those same statements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, select

from crm.accounts.models import User
from crm.accounts.queries import sight, visible
from crm.contacts.models import Contact, Tag
from crm.contacts.queries import rows as statements
from crm.contacts.rules import LIFECYCLES, fold
from crm.core import reading
from crm.core.db import db
from crm.filters.queries import (
    Asked,
    Grouped,
    Lines,
    Menu,
    Part,
    count,
    grouped,
    neighbours,
    part,
)
from crm.filters.queries.cells import Cells, cells
from crm.filters.queries.grouped import Mark
from crm.filters.rules.quick import choice_is, owner_is, record_is

Tests = Sequence[ColumnElement[bool]]
LEVELS = ("hot", "warm", "cool")


def _has_tag(_user: User, asked: str) -> dict[str, Any]:
    number = db.session.scalar(select(Tag.id).where(Tag.folded == fold(asked)))
    return {"field": "tags", "op": "has", "values": [str(number or 0)]}


MENU = Menu(
    "contact",
    "/contacts",
    quick={
        "owner": owner_is,
        "lifecycle": choice_is("lifecycle", LIFECYCLES),
        "tag": _has_tag,
        "tier": choice_is("quiz_level", LEVELS),
        "company": record_is("company"),
    },
    columns=("name", "company", "tier", "owner", "next", "last_touch_at"),
    extra={"tier": _l("Tier and score"), "next": _l("Next step")},
    extra_sorts={"tier": "quiz_score"},
    major=("name", "tier", "next"),
    sort="last_touch_at",
    sorts={"score": "quiz_score", "touch": "last_touch_at", "created": "created_at"},
    groups=dict.fromkeys(
        (
            "owner",
            "lifecycle",
            "quiz_level",
            "tags",
            "company",
            "team",
            "last_touch_at",
            "created_at",
        )
    ),
    repeats=True,
)
PLAIN = {"name", "quiz_score", "last_touch_at", "created_at"}


@dataclass
class Chosen:
    """A page of the list: rows with the usual cells, the cells of further columns, the places."""

    rows: Sequence[Row] = field(default_factory=list)
    cells: Cells = field(default_factory=dict)
    previous: str | None = None
    next: str | None = None
    first: int = 1
    grouped: Grouped | None = None

    @property
    def lines(self) -> Sequence[tuple[Sequence[Mark], Row | None, bool]]:
        """What stands before each row, the row, and whether it stood in a group above."""
        if self.grouped is None:
            return [((), row, False) for row in self.rows]
        return self.grouped.lined(self.rows)


def asked_for(user: User, args: Mapping[str, str]) -> Asked:
    """The list that a query string asks for."""
    return Asked(MENU, user, args, has_looks=True)


def is_plain(asked: Asked) -> bool:
    """Whether the statements built once serve what is asked for."""
    return (
        not asked.get("filter")
        and not asked.get("q")
        and asked.grouping is None
        and asked.order.field.key in PLAIN
        and asked.columns == list(MENU.columns)
        and len(asked.quick) == sum(1 for name in MENU.quick if asked.get(name))
    )


def chosen(asked: Asked, words: Tests | None, after: str | None, before: str | None) -> Chosen:
    """A page of what is asked for; `words` are what the words of its search box ask."""
    lines = _lines(asked, words)
    groups = grouped(asked, lines.rows, Contact, after=after, before=before)
    page = part(lines, after=after, before=before) if groups is None else Part()
    numbers = [row.id for row in page.rows] if groups is None else groups.ids
    further = [key for key in asked.columns if key not in MENU.columns]
    user, places = asked.user, groups or page
    return Chosen(
        beside(user, numbers),
        cells(user, "contact", numbers, further) if numbers else {},
        places.previous,
        places.next,
        page.first,
        groups,
    )


def beside(user: User, numbers: Sequence[int]) -> list[Row]:
    """These contacts in this order with the usual cells of a list: one statement."""
    if not numbers:
        return []
    values = sight(user) | {"of_ids": numbers, "reader_id": user.id}
    found = reading.rows(statements.these(user.sees_all), values)
    rows = {row.id: row for row in found}
    return [rows[number] for number in numbers if number in rows]


def chosen_count(asked: Asked, words: Tests | None = None) -> int:
    """How many contacts are asked for, counted no further than MOST + 1."""
    return count(conditions(asked, words), Contact)


def chosen_neighbours(
    asked: Asked, words: Tests | None, contact: Contact
) -> tuple[int | None, int | None]:
    """The numbers of the contacts before and after one: a statement each way."""
    return neighbours(_lines(asked, words), contact)


def conditions(asked: Asked, words: Tests | None = None) -> list[ColumnElement[bool]]:
    """What each contact of the list fulfils; that its reader may see it is among it."""
    tests = [Contact.deleted_at.is_(None), visible(asked.user, Contact), asked.condition]
    return [*tests, *(words or ())]


def _lines(asked: Asked, words: Tests | None) -> Lines:
    bare = select(Contact.id).where(*conditions(asked, words))
    return Lines(bare, Contact, asked.order, is_bare=True)
