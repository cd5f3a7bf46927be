"""Reading companies, always through what a person may see."""

from sqlalchemy import func, or_, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.companies.models import Company, CompanyDomain
from crm.companies.rules import fold
from crm.core.db import db


def company_for(user: User, company_id: int | None, trashed: bool = False) -> Company | None:
    """A company that `user` may see; with `trashed` one that lies in the trash."""
    if company_id is None:
        return None
    gone = Company.deleted_at.is_not(None) if trashed else Company.deleted_at.is_(None)
    return db.session.scalars(
        select(Company).where(Company.id == company_id, gone, visible(user, Company))
    ).first()


def by_domain(domain: str) -> Company | None:
    """The company a registrable domain belongs to, whoever may see it."""
    return db.session.scalars(
        select(Company)
        .join(CompanyDomain, CompanyDomain.company_id == Company.id)
        .where(CompanyDomain.domain == domain, CompanyDomain.freed_at.is_(None))
    ).first()


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
                or_(apart_from is None, CompanyDomain.company_id != apart_from),
            )
        )
    )


def count_all(user: User, most: int = 1000) -> int:
    """How many companies `user` may see, counted no further than `most` + 1."""
    rows = (
        select(Company.id)
        .where(Company.deleted_at.is_(None), visible(user, Company))
        .limit(most + 1)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(rows)) or 0
