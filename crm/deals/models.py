"""Pipelines, their stages, and deals with every stage they stood in."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import Row
from crm.fields.models import FieldValue

if TYPE_CHECKING:
    from crm.accounts.models import User
    from crm.companies.models import Company
    from crm.contacts.models import Contact


class Pipeline(Row):
    """A way of selling: an ordered list of stages."""

    __tablename__ = "pipeline"
    name: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[str] = mapped_column(default="EUR")
    position: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    stages: Mapped[list["Stage"]] = relationship(
        order_by="Stage.position", back_populates="pipeline"
    )


class Stage(Row):
    """A step of a pipeline. `kind`: open, won, lost. `probability` in per cent."""

    __tablename__ = "stage"
    pipeline_id: Mapped[int] = mapped_column(
        ForeignKey("pipeline.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="open")
    probability: Mapped[int] = mapped_column(default=50)
    position: Mapped[int]
    expected_days: Mapped[int | None]
    colour: Mapped[int] = mapped_column(default=0)
    pipeline: Mapped["Pipeline"] = relationship(back_populates="stages")


def _listed(name: str, *columns: str) -> Index:
    """An index that lists of what is not in the trash are sorted by."""
    living = text("deleted_at IS NULL")
    return Index(name, *columns, sqlite_where=living, postgresql_where=living)


class Deal(Row):
    """A sale in the making. Money in minor units; `rank` orders the cards of a column."""

    __tablename__ = "deal"
    __table_args__ = (
        Index("ix_deal_board", "pipeline_id", "stage_id", "deleted_at", "rank"),
        Index("ix_deal_owner", "owner_id", "deleted_at"),
        # "Has a deal that …" is asked of one contact after the other, from this index alone.
        Index(
            "ix_deal_contact_id",
            "contact_id",
            "deleted_at",
            "stage_id",
            "amount_cents",
            "team_id",
            "owner_id",
        ),
        # What is closed is most of what there is: the open ones of a person are found by stage.
        Index(
            "ix_deal_owner_stage",
            "owner_id",
            "stage_id",
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        _listed("ix_deal_name", "sort_name", "id"),
        _listed("ix_deal_amount", "amount_cents", "id"),
        _listed("ix_deal_close_on", "close_on", "id"),
        _listed("ix_deal_created", "created_at", "id"),
        _listed("ix_deal_changed", "updated_at", "id"),
        _listed("ix_deal_stage_name", "stage_id", "sort_name", "id"),
        _listed("ix_deal_owner_name", "owner_id", "sort_name", "id"),
        _listed("ix_deal_company_name", "company_id", "sort_name", "id"),
    )
    name: Mapped[str]
    sort_name: Mapped[str]
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipeline.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    stage_since: Mapped[datetime]
    rank: Mapped[str]
    amount_cents: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="EUR")
    close_on: Mapped[date | None]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    company_id: Mapped[int | None] = mapped_column(
        ForeignKey("company.id", ondelete="SET NULL"), index=True
    )
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    source: Mapped[str] = mapped_column(default="")
    attempt_id: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)
    stage: Mapped["Stage"] = relationship()
    pipeline: Mapped["Pipeline"] = relationship()
    contact: Mapped["Contact | None"] = relationship()
    company: Mapped["Company | None"] = relationship()
    owner: Mapped["User | None"] = relationship(foreign_keys=[owner_id])
    closures: Mapped[list["Closure"]] = relationship(order_by="Closure.id")
    field_values: Mapped[list[FieldValue]] = relationship(
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="FieldValue.field_id, FieldValue.position",
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def closure(self) -> "Closure | None":
        """The closing in force, none while the deal is open."""
        return next((c for c in reversed(self.closures) if c.reopened_at is None), None)


class StageVisit(Row):
    """One stay of a deal in a stage: the basis of velocity and cohorts."""

    __tablename__ = "stage_visit"
    __table_args__ = (Index("ix_stage_visit_deal", "deal_id", "entered_at"),)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), index=True)
    from_stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    cause: Mapped[str] = mapped_column(default="user")


class Closure(Row):
    """A deal was won or lost, by whom and why; reopening keeps the row."""

    __tablename__ = "closure"
    __table_args__ = (
        # Deals in the order in which they were closed.
        Index(
            "ix_closure_closed_on",
            "closed_on",
            "deal_id",
            sqlite_where=text("reopened_at IS NULL"),
            postgresql_where=text("reopened_at IS NULL"),
        ),
    )
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    is_won: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")
    competitor: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    ask_again_on: Mapped[date | None]
    amount_cents: Mapped[int | None]
    closed_on: Mapped[date]
    closed_at: Mapped[datetime]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    stage_before_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    reopened_at: Mapped[datetime | None]
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
