"""The record whose timeline is shown, and what may be added to it."""

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from crm.accounts.queries import visible
from crm.activities import queries
from crm.activities.models import Entry
from crm.companies.models import Company
from crm.companies.queries import company_for
from crm.contacts.models import Contact
from crm.contacts.queries import contact_for
from crm.deals.models import Deal
from crm.deals.queries import deal_for
from crm.web.session import reader

NOUNS = {
    "note": "notes",
    "call": "calls",
    "mail": "mails",
    "reply": "replies",
    "task": "tasks",
    "meeting": "meetings",
    "event": "events",
}


@dataclass
class Place:
    """A record that has a timeline; its `number` is known without reading it after a write."""

    kind: str
    record: Any
    contact: Contact | None = None
    number: int = field(init=False)

    def __post_init__(self) -> None:
        self.number = self.record.id

    @property
    def url(self) -> str:
        return f"/{self.kind}/{self.number}"

    @property
    def ids(self) -> dict[str, Any]:
        """Where an entry about this place belongs."""
        if self.kind == "companies":
            return {"company_id": self.number}
        if self.kind == "contacts":
            return {"contact_id": self.number}
        return {"deal_id": self.number, "contact_id": self.record.contact_id}

    @property
    def team_id(self) -> int | None:
        return self.record.team_id

    @property
    def adds(self) -> list[str]:
        """What can be added here; what was written needs a person."""
        return [add for add in NOUNS if self.contact or add not in ("mail", "reply")]

    def reading(self) -> dict[str, Any]:
        """The arguments under which queries find this place's rows."""
        if self.kind == "companies":
            return {"company_id": self.number, "people": _people_of(self.number)}
        if self.kind == "contacts":
            return {"contact_id": self.number}
        people = select(Contact.id).where(
            Contact.id == self.record.contact_id, visible(reader(), Contact)
        )
        return {"deal_id": self.number, "people": people}


def find(kind: str, record_id: int) -> Place | None:
    """The record named by a URL, if the reader may see it."""
    if kind == "contacts":
        contact = contact_for(reader(), record_id)
        return Place(kind, contact, contact) if contact else None
    if kind == "deals":
        deal: Deal | None = deal_for(reader(), record_id)
        return Place(kind, deal, deal.contact) if deal else None
    company: Company | None = company_for(reader(), record_id)
    return Place(kind, company) if company else None


def not_told(place: Place, text: str, is_private: object) -> str:
    """Whom a note names with @ and who did not hear of it, in a sentence for its writer."""
    left_out = queries.not_told(text, reader(), place.record, is_private=bool(is_private))
    return _("Not told: %(names)s.", names=", ".join(left_out)) if left_out else ""


def _people_of(company_id: int) -> Select:
    return select(Contact.id).where(
        Contact.company_id == company_id,
        Contact.deleted_at.is_(None),
        visible(reader(), Contact),
    )


def place_of(entry: Entry) -> Place | None:
    """The record that an entry stands on, if the reader may see it: the deal before the person."""
    for kind, name in (
        ("deals", "deal_id"),
        ("contacts", "contact_id"),
        ("companies", "company_id"),
    ):
        number = getattr(entry, name)
        if number:
            return find(kind, number)
    return None
