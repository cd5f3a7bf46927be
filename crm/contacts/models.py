"""People we sell to, how to reach them, their tags and what they agreed to."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import Row
from crm.core.lasting import lasting
from crm.fields.models import FieldValue

if TYPE_CHECKING:
    from crm.accounts.models import User
    from crm.companies.models import Company


def listed(name: str, *columns: str) -> Index:
    """An index over the rows that lists show: those not in the trash."""
    there = text("deleted_at IS NULL")
    return Index(name, *columns, sqlite_where=there, postgresql_where=there)


class Contact(Row):
    """A person. A lead is a contact that is not yet a customer: no table of its own.

    `lifecycle`: incomplete, captured, assigned, attempted, contacted, qualified, opportunity,
    customer, nurture, recycled, disqualified, spam. `quiz_level`: hot, warm, cool or none, the
    look of the tier; `quiz_tier` is its name. `sort_name` is folded: no case, no marks.
    `erased_at`: nobody's since then; such a row is deleted too, but in no trash, and stays.
    """

    __tablename__ = "contact"
    __table_args__ = (
        # The trash is in none of them, so each order is read from its index alone.
        listed("ix_contact_sort", "sort_name", "id"),
        listed("ix_contact_touch", "last_touch_at", "id"),
        listed("ix_contact_created", "created_at", "id"),
        listed("ix_contact_changed", "updated_at", "id"),
        listed("ix_contact_in", "last_in_at", "id"),
        listed("ix_contact_score", "quiz_score", "id"),
        listed("ix_contact_owner", "owner_id", "last_touch_at", "id"),
        listed("ix_contact_owner_name", "owner_id", "sort_name", "id"),
        listed("ix_contact_owner_in", "owner_id", "last_in_at"),
        listed("ix_contact_company_name", "company_id", "sort_name", "id"),
        listed("ix_contact_team", "team_id", "last_touch_at", "id"),
        # With what tells who may see them: a list is counted without reading the rows.
        listed("ix_contact_lifecycle", "lifecycle", "last_touch_at", "id", "team_id", "owner_id"),
        listed("ix_contact_tier", "quiz_level", "last_touch_at", "id"),
    )
    name: Mapped[str]
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str] = mapped_column(default="")
    sort_name: Mapped[str]
    job_title: Mapped[str | None]
    company_id: Mapped[int | None] = mapped_column(
        ForeignKey("company.id", ondelete="SET NULL"), index=True
    )
    company_text: Mapped[str | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    lifecycle: Mapped[str] = mapped_column(default="captured")
    lifecycle_at: Mapped[datetime]
    locale: Mapped[str | None]
    timezone: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="")
    first_touch_id: Mapped[int | None] = mapped_column(
        ForeignKey("touch.id", use_alter=True, name="fk_contact_first_touch")
    )
    quiz_score: Mapped[int | None]
    quiz_tier: Mapped[str | None]
    quiz_level: Mapped[str | None]
    quiz_attempt_id: Mapped[int | None] = mapped_column(
        ForeignKey("attempt.id", use_alter=True, name="fk_contact_attempt")
    )
    last_touch_at: Mapped[datetime | None]
    last_in_at: Mapped[datetime | None]
    last_out_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    erased_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    owner: Mapped["User | None"] = relationship(foreign_keys=[owner_id])
    company: Mapped["Company | None"] = relationship()
    emails: Mapped[list["ContactEmail"]] = relationship(
        cascade="all, delete-orphan", order_by="ContactEmail.is_primary.desc(), ContactEmail.id"
    )
    phones: Mapped[list["ContactPhone"]] = relationship(
        cascade="all, delete-orphan", order_by="ContactPhone.is_primary.desc(), ContactPhone.id"
    )
    taggings: Mapped[list["Tagging"]] = relationship(
        cascade="all, delete-orphan", order_by="Tagging.id"
    )
    field_values: Mapped[list[FieldValue]] = relationship(
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="FieldValue.field_id, FieldValue.position",
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def email(self) -> str | None:
        return self.emails[0].address if self.emails else None

    @property
    def phone(self) -> str | None:
        """The number to call: the first choice among those that may be called."""
        rows = [row for row in self.phones if row.state != "do_not_call"]
        return (rows[0].e164 or rows[0].raw) if rows else None

    @property
    def mailbox(self) -> str | None:
        """The address to write to: the first choice among those that take our mail."""
        return next((row.address for row in self.emails if row.state == "valid"), None)

    @property
    def tags(self) -> list["Tag"]:
        return [tagging.tag for tagging in self.taggings]


class ContactEmail(Row):
    """An address. `canonical` (NFKC, lower case, IDNA domain) is unique; `mailbox_key` folds
    plus-tags and Gmail dots for matching; mail goes to `address`, lower case. `freed_at`: its
    contact went to the trash then, so that somebody else may have the address meanwhile.
    `confirmed_at`: whoever reads this mailbox pressed the button of a confirmation mail then.
    `state`: valid, bounced, opted_out, since `state_at` and for which `state_reason`.
    """

    __tablename__ = "contact_email"
    __table_args__ = (
        Index(
            "uq_contact_email_canonical",
            "canonical",
            unique=True,
            sqlite_where=text("freed_at IS NULL"),
            postgresql_where=text("freed_at IS NULL"),
        ),
        # Read as a range as well, by bytes.
        Index(
            "ix_contact_email_mailbox_key",
            "mailbox_key",
            postgresql_ops={"mailbox_key": "text_pattern_ops"},
        ),
    )
    contact_id: Mapped[int] = mapped_column(
        ForeignKey("contact.id", ondelete="CASCADE"), index=True
    )
    address: Mapped[str]
    canonical: Mapped[str] = mapped_column(index=True)
    mailbox_key: Mapped[str]
    domain: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(default="work")
    is_primary: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="valid")
    state_at: Mapped[datetime | None]
    state_reason: Mapped[str] = mapped_column(default="")
    confirmed_at: Mapped[datetime | None]
    freed_at: Mapped[datetime | None]


class ContactPhone(Row):
    """A number, as typed and as E.164; `digits` is what is searched.

    `state`: valid, do_not_call, for which `state_reason`.
    """

    __tablename__ = "contact_phone"
    contact_id: Mapped[int] = mapped_column(
        ForeignKey("contact.id", ondelete="CASCADE"), index=True
    )
    raw: Mapped[str]
    e164: Mapped[str | None] = mapped_column(index=True)
    digits: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(default="work")
    is_primary: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="valid")
    state_reason: Mapped[str] = mapped_column(default="")


class Tag(Row):
    """A word on contacts; `folded` keeps names unique whatever their case."""

    __tablename__ = "tag"
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(unique=True)
    colour: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Tagging(Row):
    """A tag on a contact, and who put it there (`set_by`: user, quiz, rule, import)."""

    __tablename__ = "tagging"
    __table_args__ = (UniqueConstraint("contact_id", "tag_id"),)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), index=True)
    set_by: Mapped[str] = mapped_column(default="user")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    tag: Mapped["Tag"] = relationship(lazy="joined")


class Consent(Row):
    """What somebody ticked or left unticked: append-only, the newest row of a purpose counts.

    `purpose`: marketing, result_mail, phone_contact. `state`: pending (ticked, and asked by mail
    to confirm; counts for nothing yet), confirmed, or "" where no confirmation is asked for.
    """

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_contact", "contact_id", "purpose", "id"),)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    is_granted: Mapped[bool]
    state: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    text_version: Mapped[int] = mapped_column(default=1)
    locale: Mapped[str] = mapped_column(default="en")
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(default="quiz")
    page_url: Mapped[str] = mapped_column(default="")
    address_hash: Mapped[str] = mapped_column(default="")
    attempt_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


lasting(Consent, "contact_id")
