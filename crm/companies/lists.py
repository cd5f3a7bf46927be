"""The list of companies: what it offers, pages by key, and the same in groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, Select, column, func, select, table

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.companies.models import Company, CompanyDomain
from crm.core.db import db
from crm.filters.queries import Asked, Grouped, Lines, Menu, Part, count, grouped, part
from crm.filters.queries.cells import Cells, cells
from crm.filters.rules.quick import owner_is

Tests = Sequence[ColumnElement[bool]]
MENU = Menu(
    "company",
    "/companies",
    quick={"owner": owner_is},
    columns=("name", "domain", "city", "people", "owner"),
    extra={"people": _l("People")},
    major=("name", "people", "owner"),
    groups=dict.fromkeys(("owner", "team")),
)


@dataclass
class Listed:
    """A page of the list of companies, the cells of further columns, the places around it."""

    rows: Sequence[Row] = field(default_factory=list)
    people: dict[int, int] = field(default_factory=dict)
    cells: Cells = field(default_factory=dict)
    previous: str | None = None
    next: str | None = None
    first: int = 1
    grouped: Grouped | None = None


def asked_for(user: User, args: Mapping[str, str]) -> Asked:
    """The list that a query string asks for."""
    return Asked(MENU, user, args, has_looks=True)


def listed(
    asked: Asked, words: Tests | None, after: str | None = None, before: str | None = None
) -> Listed:
    """The page of companies behind the place `after`, or the one that ends at `before`.

    `words` are what the words of its search box ask.
    """
    rows = select(Company.id).where(*conditions(asked, words))
    groups = grouped(asked, rows, Company, after=after, before=before)
    lines = Lines(_rows(conditions(asked, words)), Company, asked.order, numbers=rows)
    found = part(lines, after=after, before=before) if groups is None else _in_groups(groups)
    answer = Listed(found.rows, previous=found.previous, next=found.next, first=found.first)
    answer.grouped = groups
    numbers = [row.id for row in found.rows]
    if numbers:
        further = [key for key in asked.columns if key not in MENU.columns]
        answer.cells = cells(asked.user, "company", numbers, further)
        answer.people = _head_counts(numbers) if "people" in asked.columns else {}
    return answer


def counted(asked: Asked, words: Tests | None) -> int:
    """How many companies a list holds, counted no further than MOST + 1."""
    return count(conditions(asked, words), Company)


def conditions(asked: Asked, words: Tests | None = None) -> list[ColumnElement[bool]]:
    """What each company of the list fulfils; that its reader may see it is among it."""
    tests = [Company.deleted_at.is_(None), visible(asked.user, Company), asked.condition]
    return [*tests, *(words or ())]


def _in_groups(groups: Grouped) -> Part:
    """The rows that groups show, in their order."""
    found = {row.id: row for row in db.session.execute(_rows([Company.id.in_(groups.ids)]))}
    rows = [found[number] for number in groups.ids if number in found]
    return Part(rows, groups.previous, groups.next)


def _rows(tests: Sequence[ColumnElement[bool]]) -> Select:
    domain = (
        select(func.aggregate_strings(CompanyDomain.domain, ", "))
        .where(CompanyDomain.company_id == Company.id)
        .correlate(Company)
        .scalar_subquery()
    )
    return (
        select(
            Company.id,
            Company.name,
            Company.city,
            domain.label("domain"),
            Company.owner_id,
            User.name.label("owner"),
        )
        .outerjoin(User, User.id == Company.owner_id)
        .where(*tests)
    )


def _head_counts(numbers: list[int]) -> dict[int, int]:
    """How many contacts each company has. The table is named as text: contacts stand below."""
    contact = table("contact", column("company_id"), column("deleted_at"))
    rows = db.session.execute(
        select(contact.c.company_id, func.count())
        .where(contact.c.company_id.in_(numbers), contact.c.deleted_at.is_(None))
        .group_by(contact.c.company_id)
    )
    return {company_id: people for company_id, people in rows}
