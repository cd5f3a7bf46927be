"""Organisations and the mail domains they are known by."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import Row
from crm.fields.models import FieldValue

if TYPE_CHECKING:
    from crm.accounts.models import User


def _listed(name: str, *columns: str) -> Index:
    """An index that lists of what is not in the trash are sorted by."""
    living = text("deleted_at IS NULL")
    return Index(name, *columns, sqlite_where=living, postgresql_where=living)


class Company(Row):
    """An organisation. `sort_name` is folded (no case, no marks) for lists and search.

    `parent_id` is the company it belongs to; actions see that no circle is made.
    """

    __tablename__ = "company"
    __table_args__ = (
        _listed("ix_company_sort", "sort_name", "id"),
        _listed("ix_company_city", "city", "id"),
        _listed("ix_company_country", "country", "id"),
        _listed("ix_company_created", "created_at", "id"),
        _listed("ix_company_changed", "updated_at", "id"),
        _listed("ix_company_owner_name", "owner_id", "sort_name", "id"),
    )
    name: Mapped[str]
    sort_name: Mapped[str]
    phone: Mapped[str | None]
    website: Mapped[str | None]
    street: Mapped[str | None]
    postcode: Mapped[str | None]
    city: Mapped[str | None]
    country: Mapped[str | None]
    size: Mapped[str | None]
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("company.id", ondelete="SET NULL"), index=True
    )
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    owner: Mapped["User | None"] = relationship(foreign_keys=[owner_id])
    domains: Mapped[list["CompanyDomain"]] = relationship(
        cascade="all, delete-orphan", order_by="CompanyDomain.id"
    )
    field_values: Mapped[list[FieldValue]] = relationship(
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="FieldValue.field_id, FieldValue.position",
    )

    __mapper_args__ = {"version_id_col": version}


class CompanyDomain(Row):
    """A registrable domain that belongs to one company; free for others since `freed_at`,
    when its company went to the trash.
    """

    __tablename__ = "company_domain"
    __table_args__ = (
        Index(
            "uq_company_domain_domain",
            "domain",
            unique=True,
            sqlite_where=text("freed_at IS NULL"),
            postgresql_where=text("freed_at IS NULL"),
        ),
    )
    company_id: Mapped[int] = mapped_column(
        ForeignKey("company.id", ondelete="CASCADE"), index=True
    )
    domain: Mapped[str] = mapped_column(index=True)
    freed_at: Mapped[datetime | None]
