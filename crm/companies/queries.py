"""Reading companies, always through what a person may see."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Row, Select, bindparam, column, func, select, table, tuple_

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.companies.models import Company, CompanyDomain
from crm.companies.rules import fold
from crm.core import keyset
from crm.core.db import db

ROWS = 25
MOST = 1000


def company_for(user: User, company_id: int | None, trashed: bool = False) -> Company | None:
    """A company that `user` may see; with `trashed` one that lies in the trash."""
    if company_id is None:
        return None
    gone = Company.deleted_at.is_not(None) if trashed else Company.deleted_at.is_(None)
    return db.session.scalars(
        select(Company).where(Company.id == company_id, gone, visible(user, Company))
    ).first()


# Written once: asked for by every arrival and every new contact.
_BY_DOMAIN = (
    select(Company)
    .join(CompanyDomain, CompanyDomain.company_id == Company.id)
    .where(CompanyDomain.domain == bindparam("domain"), CompanyDomain.freed_at.is_(None))
)


def by_domain(domain: str) -> Company | None:
    """The company a registrable domain belongs to, whoever may see it."""
    return db.session.scalars(_BY_DOMAIN, {"domain": domain}).first()


def by_name(user: User, name: str) -> Company | None:
    """The company of exactly this name, whatever its case or marks, that `user` may see."""
    return db.session.scalars(
        select(Company)
        .where(
            Company.sort_name == fold(name)[:60],
            Company.deleted_at.is_(None),
            visible(user, Company),
        )
        .order_by(Company.id)
    ).first()


def names_like(user: User, text: str, limit: int = 8) -> list[str]:
    """Names of companies that begin with `text`, to choose from while typing."""
    start = fold(text)
    if not start:
        return []
    return list(
        db.session.scalars(
            select(Company.name)
            .where(
                Company.deleted_at.is_(None),
                Company.sort_name >= start,
                Company.sort_name < start + "\U0010ffff",
                visible(user, Company),
            )
            .order_by(Company.sort_name, Company.id)
            .limit(limit)
        )
    )


def recent_names(user: User, limit: int = 50) -> list[str]:
    """Names of the companies changed last, for the list beside a company field."""
    return list(
        db.session.scalars(
            select(Company.name)
            .where(Company.deleted_at.is_(None), visible(user, Company))
            .order_by(Company.id.desc())
            .limit(limit)
        )
    )


def taken_domains(domains: list[str], apart_from: int | None = None) -> list[CompanyDomain]:
    """Those of `domains` that belong to another company already."""
    if not domains:
        return []
    return list(
        db.session.scalars(
            select(CompanyDomain).where(
                CompanyDomain.domain.in_(domains),
                CompanyDomain.freed_at.is_(None),
                CompanyDomain.company_id != (apart_from or 0),
            )
        )
    )


@dataclass
class Listed:
    """A page of the list of companies and the places around it."""

    rows: list[Row] = field(default_factory=list)
    people: dict[int, int] = field(default_factory=dict)
    previous: str | None = None
    next: str | None = None
    first: int = 1


def listed(
    user: User,
    *,
    owner: str | None = None,
    ids: tuple[int, ...] | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Listed:
    """Companies by name, the page behind `after` or the one that ends at `before`."""
    place = keyset.unpack(before or after, str, int, int)
    backwards = bool(before and place)
    key = tuple_(Company.sort_name, Company.id)
    wanted = _rows(user, owner, ids)
    if place:
        wanted = wanted.where(key < place[:2] if backwards else key > place[:2])
    order = [Company.sort_name, Company.id]
    wanted = wanted.order_by(*(column.desc() if backwards else column for column in order))
    rows = list(db.session.execute(wanted.limit(ROWS + 1)))
    has_more, rows = len(rows) > ROWS, rows[:ROWS]
    if backwards:
        rows.reverse()
    offset = max(place[2], 0) if place else 0
    first = max(offset - len(rows), 0) if backwards else offset
    answer = Listed(rows, first=first + 1)
    if rows:
        if has_more if backwards else place:
            answer.previous = keyset.pack(rows[0].sort_name, rows[0].id, first)
        if backwards or has_more:
            answer.next = keyset.pack(rows[-1].sort_name, rows[-1].id, first + len(rows))
        answer.people = _head_counts([row.id for row in rows])
    return answer


def count(user: User, owner: str | None = None, ids: tuple[int, ...] | None = None) -> int:
    """How many companies a list holds, counted no further than MOST + 1."""
    rows = select(Company.id).where(*_tests(user, owner, ids)).limit(MOST + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def _rows(user: User, owner: str | None, ids: tuple[int, ...] | None) -> Select:
    domain = (
        select(CompanyDomain.domain)
        .where(CompanyDomain.company_id == Company.id)
        .order_by(CompanyDomain.id)
        .limit(1)
        .correlate(Company)
        .scalar_subquery()
    )
    return (
        select(
            Company.id,
            Company.name,
            Company.sort_name,
            Company.city,
            Company.size,
            domain.label("domain"),
            Company.owner_id,
            User.name.label("owner"),
        )
        .outerjoin(User, User.id == Company.owner_id)
        .where(*_tests(user, owner, ids))
    )


def _tests(user: User, owner: str | None, ids: tuple[int, ...] | None) -> list[ColumnElement[bool]]:
    tests = [Company.deleted_at.is_(None), visible(user, Company)]
    if owner == "me":
        tests.append(Company.owner_id == user.id)
    elif owner == "nobody":
        tests.append(Company.owner_id.is_(None))
    if ids is not None:
        tests.append(Company.id.in_(ids))
    return tests


def _head_counts(numbers: list[int]) -> dict[int, int]:
    """How many contacts each company has. The table is named as text: contacts stand below."""
    contact = table("contact", column("company_id"), column("deleted_at"))
    rows = db.session.execute(
        select(contact.c.company_id, func.count())
        .where(contact.c.company_id.in_(numbers), contact.c.deleted_at.is_(None))
        .group_by(contact.c.company_id)
    )
    return {company_id: people for company_id, people in rows}
