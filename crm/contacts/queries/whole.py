"""A contact with all that hangs on it: as one product of rows, or loaded by the ORM."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from crm.accounts.models import User
from crm.companies.models import Company, CompanyDomain
from crm.contacts.models import Contact, ContactEmail, ContactPhone, Tag, Tagging
from crm.core import reading

# The few addresses, numbers and tags of one person come as a product of rows.
PARTS = (Contact, User, Company, CompanyDomain, ContactEmail, ContactPhone, Tagging, Tag)
WITH = (
    joinedload(Contact.owner),
    joinedload(Contact.company).joinedload(Company.domains),
    joinedload(Contact.emails),
    joinedload(Contact.phones),
    joinedload(Contact.taggings).joinedload(Tagging.tag),
)


def product(contact: Select) -> Select:
    """What `WITH` loads for one contact, as rows; lists in the order of their relations."""
    columns = [column for part in PARTS for column in reading.columns(part)]
    return (
        contact.with_only_columns(*columns)
        .outerjoin(User, User.id == Contact.owner_id)
        .outerjoin(Company, Company.id == Contact.company_id)
        .outerjoin(CompanyDomain, CompanyDomain.company_id == Company.id)
        .outerjoin(ContactEmail, ContactEmail.contact_id == Contact.id)
        .outerjoin(ContactPhone, ContactPhone.contact_id == Contact.id)
        .outerjoin(Tagging, Tagging.contact_id == Contact.id)
        .outerjoin(Tag, Tag.id == Tagging.tag_id)
        .order_by(
            CompanyDomain.id,
            ContactEmail.is_primary.desc(),
            ContactEmail.id,
            ContactPhone.is_primary.desc(),
            ContactPhone.id,
            Tagging.id,
        )
    )


def contact_of(rows: Sequence[Any]) -> Contact:
    """The contact of such rows: for one that the session does not have yet."""
    (contact,), owners, companies, domains, *lists, tags = reading.each_once(rows, *PARTS)
    by_number = {tag.id: tag for tag in tags}
    for name, found in zip(("emails", "phones", "taggings"), lists, strict=True):
        set_committed_value(contact, name, found)
    for tagging in contact.taggings:
        set_committed_value(tagging, "tag", by_number[tagging.tag_id])
    for company in companies:
        set_committed_value(company, "domains", domains)
    set_committed_value(contact, "company", next(iter(companies), None))
    set_committed_value(contact, "owner", next(iter(owners), None))
    return contact  # type: ignore[no-any-return]
