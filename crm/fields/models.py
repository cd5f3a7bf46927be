"""The house's own fields, their options, where a deal needs them, and the values of records."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import Key, Row

# Numbers keep six places: exact, and compared and summed as whole numbers by the database.
PLACES = 6


class Exact(TypeDecorator[Decimal]):
    """A decimal number with six places, stored as a whole number of millionths."""

    impl = BigInteger
    cache_ok = True

    @property
    def python_type(self) -> type[Decimal]:
        return Decimal

    def process_bind_param(self, value: Any, dialect) -> int | None:
        return None if value is None else int(Decimal(value).scaleb(PLACES).to_integral_value())

    def process_result_value(self, value: Any, dialect) -> Decimal | None:
        return None if value is None else (Decimal(value).scaleb(-PLACES)).normalize()


class CustomField(Row):
    """A field that the house gave to a kind of record (contact, company, deal).

    `kind` and `record` never change. `default` is a plain value (typed.plain). `target`: the kind
    of record that a reference names. `currency`: what sums are in where nobody says otherwise.
    An archived field is seen nowhere but keeps all its values.
    """

    __tablename__ = "custom_field"
    __table_args__ = (
        Index(
            "uq_custom_field_label",
            "record",
            "folded",
            unique=True,
            sqlite_where=text("archived_at IS NULL"),
            postgresql_where=text("archived_at IS NULL"),
        ),
    )
    record: Mapped[str]
    label: Mapped[str]
    folded: Mapped[str]
    kind: Mapped[str]
    help: Mapped[str] = mapped_column(default="")
    default: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    target: Mapped[str] = mapped_column(default="")
    currency: Mapped[str] = mapped_column(default="")
    is_required: Mapped[bool] = mapped_column(default=False)
    is_unique: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    updated_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    archived_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)
    options: Mapped[list["FieldOption"]] = relationship(
        cascade="all, delete-orphan", order_by="FieldOption.position, FieldOption.id"
    )
    needs: Mapped[list["FieldNeed"]] = relationship(
        cascade="all, delete-orphan", order_by="FieldNeed.stage_id"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def key(self) -> str:
        return f"cf_{self.id}"


class FieldOption(Row):
    """One choice of a list. Its number is what values hold, so it may be renamed and moved.

    Never deleted: a disabled option may no longer be chosen, and records that have it keep it.
    """

    __tablename__ = "field_option"
    __table_args__ = (UniqueConstraint("field_id", "folded"),)
    field_id: Mapped[int] = mapped_column(ForeignKey("custom_field.id", ondelete="CASCADE"))
    label: Mapped[str]
    folded: Mapped[str]
    position: Mapped[int]
    disabled_at: Mapped[datetime | None]


class FieldNeed(Row):
    """A deal needs the field from this stage of its pipeline on."""

    __tablename__ = "field_need"
    __table_args__ = (UniqueConstraint("field_id", "stage_id"),)
    field_id: Mapped[int] = mapped_column(ForeignKey("custom_field.id", ondelete="CASCADE"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id", ondelete="CASCADE"), index=True)


def sought(name: str, column: str) -> Index:
    """An index by which a field's values are filtered and sorted, over the rows that have one."""
    there = text(f'"{column}" IS NOT NULL')
    return Index(name, "field_id", column, "record_id", sqlite_where=there, postgresql_where=there)


def held(name: str, column: str) -> Index:
    """An index by which the values of one record are found."""
    there = text(f"{column} IS NOT NULL")
    return Index(name, column, sqlite_where=there, postgresql_where=there)


class FieldValue(Row):
    """What one record says for one field; a row each choice where several may be chosen.

    The column in use follows from the kind: `text` (text, long, url; `sort_text` is its folded
    beginning), `choice` (select, multi: an option's number as text; `number` is its place),
    `number`, `cents` and `currency`, `on`, `at`, `flag`, `ref` (a user or a record of the field's
    target). `record_id` repeats the one link that is set, so that one index serves all records.
    `match_key` is what makes two values the same; it is unique while the field is (`is_unique`).
    """

    __tablename__ = "field_value"
    __table_args__ = (
        UniqueConstraint("field_id", "record_id", "position"),
        CheckConstraint("record_id = coalesce(contact_id, company_id, deal_id)", name="record"),
        Index(
            "uq_field_value_match",
            "field_id",
            "match_key",
            unique=True,
            sqlite_where=text("is_unique"),
            postgresql_where=text("is_unique"),
        ),
        held("ix_field_value_contact", "contact_id"),
        held("ix_field_value_company", "company_id"),
        held("ix_field_value_deal", "deal_id"),
        sought("ix_field_value_text", "sort_text"),
        sought("ix_field_value_choice", "choice"),
        sought("ix_field_value_number", "number"),
        sought("ix_field_value_cents", "cents"),
        sought("ix_field_value_on", "on"),
        sought("ix_field_value_at", "at"),
        sought("ix_field_value_flag", "flag"),
        sought("ix_field_value_ref", "ref"),
    )
    field_id: Mapped[int] = mapped_column(ForeignKey("custom_field.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"))
    record_id: Mapped[int] = mapped_column(Key)
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str | None]
    sort_text: Mapped[str | None]
    choice: Mapped[str | None]
    number: Mapped[Decimal | None] = mapped_column(Exact)
    cents: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    on: Mapped[date | None]
    at: Mapped[datetime | None]
    flag: Mapped[bool | None]
    ref: Mapped[int | None] = mapped_column(Key)
    match_key: Mapped[str | None]
    is_unique: Mapped[bool] = mapped_column(default=False)


class FieldStamp(Row):
    """Changes with every change to a field, so that each process knows when to read them anew."""

    __tablename__ = "field_stamp"
    stamp: Mapped[str]
