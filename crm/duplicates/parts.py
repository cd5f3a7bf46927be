"""What a merged record takes from one of several: part by part, with the words for people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from crm.accounts.models import User
from crm.accounts.queries import may_see, user_by_id
from crm.companies.models import Company
from crm.contacts.languages import language_word
from crm.contacts.models import Contact
from crm.core.db import db
from crm.duplicates.rules import mark
from crm.fields import actions as fields
from crm.fields import queries as field_queries
from crm.fields.inputs import manner_of
from crm.fields.saying import said
from crm.fields.typed import Custom
from crm.history.rules import plain

Words = Callable[[User, Any], str]


@dataclass(frozen=True)
class Part:
    """Something a record says and a merged one says once.

    `columns` go together; `leads`: the first one alone decides what is said. `rows` names what the
    record has several of: all of them are kept, and the part is which comes first. `custom`: one
    of the house's own fields.
    """

    key: str
    label: Any
    columns: tuple[str, ...] = ()
    rows: str = ""
    custom: Custom | None = None
    tell: Words | None = None
    leads: bool = False

    def value(self, record: Any) -> Any:
        """The plain value, to be compared; None for nothing."""
        if self.custom:
            return field_queries.values_of(record).get(self.key)
        if self.rows:
            first = next(iter(getattr(record, self.rows)), None)
            return first and (getattr(first, "canonical", None) or first.digits)
        names = self.columns[:1] if self.leads else self.columns
        values = [plain(getattr(record, name)) for name in names]
        return values if any(one not in {None, ""} for one in values) else None

    def words(self, user: User, record: Any) -> str:
        """What the record says, for `user`; empty for nothing."""
        if self.value(record) is None:
            return ""
        if self.tell:
            return self.tell(user, record)
        if self.custom:
            return _custom_words(self.custom, user, record)
        if self.rows:
            first = getattr(record, self.rows)[0]
            return str(getattr(first, "address", "") or first.raw)
        return ", ".join(str(found) for name in self.columns if (found := getattr(record, name)))

    def names(self, record: Any, other: Any) -> bool:
        """Whether a record says of `other` that it is it: nobody is their own parent or friend."""
        if self.custom:
            is_it = self.custom.kind == "reference"
            is_it = is_it and self.custom.target == field_queries.kind_of(other)
            return is_it and str(self.value(record)) == str(other.id)
        return self.key == "parent" and self.value(record) == [other.id]

    def take(self, kept: Any, gone: Any, by: User) -> None:
        """Let the record that stays say what the other one says."""
        if self.custom:
            fields.set_values(kept, {self.key: self.value(gone)}, by, is_known=True)
        for name in self.columns:
            setattr(kept, name, getattr(gone, name))


def _owner(_user: User, record: Any) -> str:
    owner = user_by_id(record.owner_id)
    return owner.name if owner else ""


def _company(user: User, contact: Contact) -> str:
    return _seen(user, contact.company_id) or contact.company_text or ""


def _parent(user: User, company: Company) -> str:
    return _seen(user, company.parent_id)


def _seen(user: User, company_id: int | None) -> str:
    found = db.session.get(Company, company_id) if company_id else None
    return found.name if found and may_see(user, found) else ""


def _chosen(key: str) -> Words:
    """What was chosen from a list, in its words."""

    def tell(_user: User, record: Any) -> str:
        found = field_queries.catalogue().named(field_queries.kind_of(record), key)
        value = getattr(record, key)
        options = found.options() if found and found.options else ()
        return str(next((one.label for one in options if one.value == value), value))

    return tell


def _quiz(_user: User, contact: Contact) -> str:
    return f"{contact.quiz_tier or ''} {contact.quiz_score}".strip()


def _language(_user: User, contact: Contact) -> str:
    return language_word(contact.locale or "")


def _name(_user: User, record: Any) -> str:
    return str(record.name)


OWNER = Part("owner", _l("Owner"), ("owner_id", "team_id"), tell=_owner, leads=True)
BUILT_IN: dict[str, tuple[Part, ...]] = {
    "contact": (
        Part("name", _l("Name"), ("name", "first_name", "last_name", "sort_name"), tell=_name,
             leads=True),
        Part("email", _l("E-mail, first choice"), rows="emails"),
        Part("phone", _l("Phone, first choice"), rows="phones"),
        Part("job_title", _l("Job title"), ("job_title",)),
        Part("company", _l("Company"), ("company_id", "company_text"), tell=_company),
        OWNER,
        Part("lifecycle", _l("Lifecycle"), ("lifecycle", "lifecycle_at"),
             tell=_chosen("lifecycle"), leads=True),
        Part("locale", _l("Language"), ("locale",), tell=_language),
        Part("timezone", _l("Time zone"), ("timezone",)),
        Part("source", _l("Source"), ("source",)),
        Part("quiz", _l("Score"),
             ("quiz_score", "quiz_tier", "quiz_level", "quiz_attempt_id"), tell=_quiz,
             leads=True),
    ),
    "company": (
        Part("name", _l("Name"), ("name", "sort_name"), tell=_name, leads=True),
        Part("phone", _l("Phone"), ("phone",)),
        Part("website", _l("Website"), ("website",)),
        Part("address", _l("Address"), ("street", "postcode", "city", "country")),
        Part("size", _l("People"), ("size",), tell=_chosen("size")),
        Part("parent", _l("Parent company"), ("parent_id",), tell=_parent),
        OWNER,
    ),
}  # fmt: skip


def parts_of(record: str) -> list[Part]:
    """What records of a kind say once, in order."""
    customs = field_queries.customs(record)
    own = [Part(one.key, one.label, custom=one) for one in customs if one.kind != "multi"]
    return [*BUILT_IN[record], *own]


def lists_of(record: str) -> list[Part]:
    """The house's own fields of which a merged record has all that was chosen."""
    customs = field_queries.customs(record)
    return [Part(one.key, one.label, custom=one) for one in customs if one.kind == "multi"]


def shown_parts(user: User, record: str) -> list[Part]:
    """Those that `user` may read: sums need a right."""
    open_keys = {one.key for one in field_queries.shown_customs(user, record)}
    return [one for one in parts_of(record) if one.custom is None or one.key in open_keys]


def mark_of(row: Any) -> str:
    """Changes as soon as anybody changes what a merge of this record shows or joins."""
    record = field_queries.kind_of(row)
    told: list[Any] = [one.value(row) for one in (*parts_of(record), *lists_of(record))]
    for name, column in (("emails", "canonical"), ("phones", "raw"), ("domains", "domain")):
        told.append(sorted(getattr(one, column) for one in getattr(row, name, ())))
    told.append(sorted(one.tag_id for one in getattr(row, "taggings", ())))
    return mark(told)


def _custom_words(custom: Custom, user: User, record: Any) -> str:
    if custom.kind in {"user", "reference"}:
        return "".join(one.name for one in field_queries.shown_of(user, record, [custom.key]))
    return said(custom, field_queries.values_of(record)[custom.key], manner_of(user))


def differing(user: User, rows: Sequence[Any]) -> list[Part]:
    """The parts of which records that are to be one say different things."""
    found = []
    for part in shown_parts(user, field_queries.kind_of(rows[0])):
        said_by = {mark(value) for row in rows if (value := part.value(row)) is not None}
        if len(said_by) > 1:
            found.append(part)
    return found
