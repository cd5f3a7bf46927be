"""Whom a contact form knows already, because the link to the quiz came in a mail of ours."""

from dataclasses import dataclass

from crm.contacts import queries as people
from crm.contacts.models import Contact
from crm.mail.rules import mask
from crm.quizzes.models import Attempt


@dataclass(frozen=True)
class Known:
    """A contact as the form may show them: a first name and a masked address, no more.

    `fields`: what the record has, which is not asked again. `address` and `name` are for our own
    use, never for the page: the mail may have been passed on.
    """

    first_name: str
    masked: str
    fields: frozenset[str]
    address: str
    name: str


def mark_of(token: str) -> list[int] | None:
    """What an attempt keeps of a link's token: contact and address by number."""
    found = people.by_known_token(token)
    return [found[0].id, found[1].id] if found else None


def known_in(attempt: Attempt) -> Known | None:
    """Whom an attempt's link named; None where it came without one, or they are gone."""
    mark = attempt.lead.get("known")
    contact = people.alive(mark[0]) if mark else None
    if mark is None or contact is None:
        return None
    email = next((one for one in contact.emails if one.id == mark[1]), None)
    if email is None:
        return None
    fields = frozenset(_fields(contact))
    name = contact.name if "name" in fields else ""
    return Known(name.split(" ")[0], mask(email.address), fields, email.address, name)


def _fields(contact: Contact) -> list[str]:
    is_named = all(contact.name.lower() != one.address.lower() for one in contact.emails)
    has = {
        "email": True,
        "name": is_named,
        "company": contact.company_id or contact.company_text,
        "job_title": contact.job_title,
        "phone": contact.phones,
    }
    return [name for name, value in has.items() if value]
