"""How contacts, companies and deals are named by hand, and told apart where names are the same."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload

from crm.accounts.models import User
from crm.accounts.queries import seen
from crm.companies.models import Company
from crm.companies.queries import all_named, company_for, recent
from crm.contacts.models import Contact
from crm.contacts.queries import by_email, contact_for
from crm.deals import queries
from crm.deals.models import Deal
from crm.fields.naming import Kind


def written(contact: Contact) -> str:
    """A contact as a deal's form names it."""
    return f"{contact.name} <{contact.email}>" if contact.email else contact.name


def _addressed(user: User, text: str) -> Contact | None:
    address = text.rpartition("<")[2].rstrip("> ") if "<" in text else text
    found = by_email(address)
    return contact_for(user, found[0].id) if found else None


def _of_company(user: User, row: Contact | Deal) -> str:
    company = seen(user, row.company)
    return company.name if company else ""


def _of_contact(user: User, contact: Contact) -> str:
    return contact.email or contact.phone or _of_company(user, contact)


def _of_firm(_user: User, company: Company) -> str:
    domains: Iterable[Any] = () if company.city else company.domains
    return company.city or next((row.domain for row in domains), "")


def _of_deal(user: User, deal: Deal) -> str:
    return _of_company(user, deal) or str(deal.stage.name)


KINDS = [
    ("contact", Kind(
        Contact, contact_for, queries.people_named, queries.people_known, _of_contact,
        _l("Nobody of this name. Add them first, or give the address."),
        address=lambda contact: contact.email, addressed=_addressed,
        no_address=_l("Nobody you can see has this address. Add them first."),
        loads=(selectinload(Contact.emails),),
    )),
    ("company", Kind(Company, company_for, all_named, recent, _of_firm,
                     _l("No company of this name. Add it first."))),
    ("deal", Kind(Deal, queries.deal_for, queries.deals_named, queries.deals_added, _of_deal,
                  _l("No deal of this name. Add it first."))),
]  # fmt: skip
