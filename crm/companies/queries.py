"""Reading companies, always through what a person may see."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    bindparam,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import joinedload

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.companies.models import Company, CompanyDomain
from crm.companies.rules import fold, registrable_domain
from crm.core import reading
from crm.core.db import db
from crm.core.numbers import numbered
from crm.core.ready import Ready


def company_for(user: User, company_id: int | None, trashed: bool = False) -> Company | None:
    """A company that `user` may see; with `trashed` one that lies in the trash.

    The number of one that was merged leads to the one that stays.
    """
    if company_id is None:
        return None
    gone: ColumnElement[bool] = Company.deleted_at.is_(None)
    if trashed:
        gone = Company.deleted_at.is_not(None) & Company.merged_into_id.is_(None)
    found = db.session.scalars(
        select(Company).where(Company.id == company_id, gone, visible(user, Company))
    ).first()
    if found is None and not trashed and (became := became_of(company_id)):
        return company_for(user, became)
    return found


def became_of(company_id: int) -> int | None:
    """The number of the company that a merged one has become; None for any other."""
    wanted = select(Company.merged_into_id).where(Company.id == company_id)
    return db.session.scalar(wanted)


# Circles are refused; should two people close one at the same time, reading still ends.
DEEPEST = 12
MOST_IN_GROUP = 200

# Written once: asked for by every arrival and every new contact.
_OF_DOMAIN = (
    select(*reading.columns(Company))
    .join(CompanyDomain, CompanyDomain.company_id == Company.id)
    .where(CompanyDomain.domain == bindparam("domain"), CompanyDomain.freed_at.is_(None))
)


_BY_DOMAIN = Ready(_OF_DOMAIN)
_HOLDER = Ready(
    _OF_DOMAIN.with_only_columns(
        Company.id, Company.team_id, Company.owner_id, maintain_column_froms=True
    )
)


def record_for(user: User, company_id: int) -> Company | None:
    """A company that `user` may see with its owner and domains: one statement."""
    found = db.session.scalars(
        select(Company)
        .where(Company.id == company_id, Company.deleted_at.is_(None), visible(user, Company))
        .options(joinedload(Company.owner), joinedload(Company.domains))
    )
    company = found.unique().first()
    return company or (record_for(user, became) if (became := became_of(company_id)) else None)


@dataclass
class Group:
    """Where a company stands: `above` from the top down, `below` as (depth, company), in order."""

    above: list[Row] = field(default_factory=list)
    below: list[tuple[int, Row]] = field(default_factory=list)


def line_of(company: Company) -> list[int]:
    """The numbers of a company and all it belongs to, itself first: one statement."""
    up = select(Company.id, Company.parent_id, literal(0).label("depth"))
    line = up.where(Company.id == company.id).cte("line", recursive=True)
    above = select(Company.id, Company.parent_id, line.c.depth + 1)
    above = above.join(line, Company.id == line.c.parent_id).where(line.c.depth < DEEPEST)
    line = line.union_all(above)
    return list(db.session.scalars(select(line.c.id).order_by(line.c.depth)))


def group_of(user: User, company: Company) -> Group:
    """What a company belongs to and what belongs to it, as far as `user` sees: one statement."""
    rows = [
        row
        for row in db.session.execute(
            _GROUP.where(Company.deleted_at.is_(None), visible(user, Company))
            .order_by(Company.sort_name, Company.id)
            .limit(MOST_IN_GROUP),
            {"of_company": company.id},
        )
        if row.id != company.id
    ]
    above = sorted((row for row in rows if row.depth < 0), key=lambda row: row.depth)
    children: dict[int | None, list[Row]] = {}
    for row in rows:
        if row.depth > 0:
            children.setdefault(row.parent_id, []).append(row)
    found = Group(list(dict.fromkeys(above)))
    _put_below(found, children, company.id, 1)
    return found


def _put_below(found: Group, children: dict, number: int, depth: int) -> None:
    for row in children.pop(number, ()):
        found.below.append((depth, row))
        _put_below(found, children, row.id, depth + 1)


def _group() -> Select:
    """Written once: a company's line up (depth below nought) and what hangs on it (above)."""
    start = select(Company.id, Company.parent_id, literal(0).label("depth"))
    start = start.where(Company.id == bindparam("of_company"))
    up, down = (start.cte(name, recursive=True) for name in ("up", "down"))
    above = select(Company.id, Company.parent_id, up.c.depth - 1)
    up = up.union_all(above.join(up, Company.id == up.c.parent_id).where(up.c.depth > -DEEPEST))
    below = select(Company.id, Company.parent_id, down.c.depth + 1)
    down = down.union_all(
        below.join(down, Company.parent_id == down.c.id).where(down.c.depth < DEEPEST)
    )
    line = union_all(select(up), select(down).where(down.c.depth > 0)).subquery()
    return select(Company.id, Company.name, Company.city, Company.parent_id, line.c.depth).join(
        line, line.c.id == Company.id
    )


_GROUP = _group()


def by_domain(domain: str) -> Company | None:
    """The company a registrable domain belongs to, whoever may see it."""
    row = reading.first(_BY_DOMAIN, {"domain": domain})
    return reading.entity(Company, row) if row else None


def holder_of(domain: str) -> Row | None:
    """Number, team and owner of the company a registrable domain belongs to."""
    row: Row | None = reading.first(_HOLDER, {"domain": domain})
    return row


def by_name(user: User, name: str) -> Company | None:
    """The company of exactly this name, whatever its case or marks, that `user` may see.

    Of several the first one; a text such as "Nord, Kiel (no. 21)" means that very one.
    """
    found: Company | None = db.session.scalars(_named(user, name)).first()
    if found is None:
        before, number = numbered(name)
        row = company_for(user, number)
        found = row if row and fold(before).startswith(fold(row.name)) else None
    return found


def all_named(user: User, name: str, limit: int = 6) -> list[Company]:
    """Companies of exactly this name, whatever its case or marks, that `user` may see."""
    rows = db.session.scalars(_named(user, name))
    return [row for row in rows if fold(row.name) == fold(name)][:limit]


def _named(user: User, name: str) -> Select[Company]:
    return (
        select(Company)
        .where(
            Company.sort_name == fold(name)[:60],
            Company.deleted_at.is_(None),
            visible(user, Company),
        )
        .order_by(Company.id)
    )


def look_alikes(user: User, name: str, domains: Sequence[str]) -> list[Company]:
    """Up to three companies `user` sees that have this name or one of these domains."""
    keys = [key for key in map(registrable_domain, domains) if key]
    has_domain = select(CompanyDomain.company_id).where(
        CompanyDomain.domain.in_(keys), CompanyDomain.freed_at.is_(None)
    )
    alike = or_(Company.sort_name == fold(name)[:60], Company.id.in_(has_domain))
    seen = [Company.deleted_at.is_(None), visible(user, Company)]
    rows = select(Company).where(alike, *seen).order_by(Company.id).limit(3)
    return list(db.session.scalars(rows)) if name or keys else []


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


def recent(user: User, limit: int) -> list[Company]:
    """The companies added last, for the list beside a company field."""
    return list(
        db.session.scalars(
            select(Company)
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
