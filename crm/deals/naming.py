"""Which record a person means who types its name, or a mail address, for a deal or a task."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.accounts.models import User
from crm.accounts.queries import seen
from crm.companies.models import Company
from crm.companies.queries import all_named, company_for
from crm.contacts.models import Contact
from crm.contacts.queries import by_email, contact_for
from crm.contacts.rules import fold
from crm.core.db import db
from crm.core.numbers import numbered, row_number
from crm.deals import queries
from crm.deals.models import Deal


class Several(ValueError):
    """More than one record has this name; `offers` are texts that mean one of them each."""

    def __init__(self, offers: list[str]) -> None:
        self.offers = offers
        told = "; ".join(offers)
        super().__init__(_("Several have this name. Write which one: %(names)s", names=told))


class Kind(NamedTuple):
    """How records of a kind are looked up, told apart, and what is said where there is none."""

    model: Any
    one: Callable[[User, int | None], Any]
    named: Callable[[User, str], list[Any]]
    detail: Callable[[User, Any], str]
    none: Any


def meant(user: User, kind: str, text: str) -> Any:
    """The contact, company or deal of a text, as far as `user` sees it.

    Understood: a name, for a contact also a mail address or `Name <address>`, and what `offer`
    writes. Raises ValueError, which says why there is none, and Several.
    """
    if kind == "contact" and "@" in text and (found := _addressed(user, text)):
        return found
    rows = KINDS[kind].named(user, text)
    if len(rows) > 1:
        raise Several([offer(user, kind, row) for row in rows])
    found = rows[0] if rows else _numbered(user, kind, text)
    if found is None:
        raise ValueError(
            _("Nobody you can see has this address. Add them first.")
            if kind == "contact" and "@" in text
            else str(KINDS[kind].none)
        )
    return found


def kept(user: User, kind: str, number: Any, *, is_gone_fine: bool) -> Any | None:
    """The record of this number if `user` sees it; with `is_gone_fine` also from the trash."""
    asked = row_number(number)
    row = db.session.get(KINDS[kind].model, asked) if asked and is_gone_fine else None
    if row is not None and getattr(row, "merged_into_id", None) is None:
        return seen(user, row)
    return KINDS[kind].one(user, asked) if asked else None


def offer(user: User, kind: str, row: Any) -> str:
    """A text that means this record and no other: its name, what tells it apart, its number."""
    detail = KINDS[kind].detail(user, row)
    told = f"{row.name}, {detail[:80]}" if detail else row.name
    return _("%(name)s (no. %(number)s)", name=told, number=row.id)


def known(user: User) -> list[str]:
    """Texts for the contacts of `user`, the last spoken to first: offered while typing."""
    people = queries.people_known(user)
    names = Counter(fold(one.name) for one in people)
    return [
        offer(user, "contact", one) if names[fold(one.name)] > 1 and not one.email else written(one)
        for one in people
    ]


def written(contact: Contact) -> str:
    """A contact as a deal's form names it."""
    return f"{contact.name} <{contact.email}>" if contact.email else contact.name


def _addressed(user: User, text: str) -> Contact | None:
    address = text.rpartition("<")[2].rstrip("> ") if "<" in text else text
    found = by_email(address)
    return contact_for(user, found[0].id) if found else None


def _numbered(user: User, kind: str, text: str) -> Any | None:
    name, number = numbered(text)
    row = KINDS[kind].one(user, number) if number else None
    return row if row and fold(name).startswith(fold(row.name)) else None


def _first(*texts: str | None) -> str:
    return next(filter(None, texts), "")


def _of_company(user: User, row: Contact | Deal) -> str:
    company = seen(user, row.company)
    return company.name if company else ""


def _of_contact(user: User, contact: Contact) -> str:
    return _first(contact.email, contact.phone, _of_company(user, contact))


def _of_firm(_user: User, company: Company) -> str:
    domains: Iterable[Any] = company.domains
    return _first(company.city, *(row.domain for row in domains))


def _of_deal(user: User, deal: Deal) -> str:
    return _first(_of_company(user, deal), deal.stage.name)


KINDS = {
    "contact": Kind(Contact, contact_for, queries.people_named, _of_contact,
                    _l("Nobody of this name. Add them first, or give the address.")),
    "company": Kind(Company, company_for, all_named, _of_firm,
                    _l("No company of this name. Add it first.")),
    "deal": Kind(Deal, queries.deal_for, queries.deals_named, _of_deal,
                 _l("No deal of this name. Add it first.")),
}  # fmt: skip
