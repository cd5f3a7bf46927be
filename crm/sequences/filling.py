"""What the merge fields of a mail stand for, for one contact."""

from typing import Any
from zoneinfo import ZoneInfo

from crm.accounts.models import User, Workspace
from crm.accounts.queries import workspace
from crm.contacts.models import Contact
from crm.core import links
from crm.fields import queries as fields
from crm.fields.reading import Manner
from crm.fields.saying import said
from crm.sequences.queries import zone_of


def values(
    contact: Contact, sender: User | None, context: dict[str, Any], reader: User | None = None
) -> dict[str, str]:
    """What the merge fields stand for; a `reader` on our side is told what they may see."""
    house = workspace()
    return {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "name": contact.name,
        "company": contact.company.name if contact.company else contact.company_text or "",
        "quiz_score": "" if contact.quiz_score is None else str(contact.quiz_score),
        "quiz_tier": contact.quiz_tier or "",
        "sender_name": sender.name if sender else "",
        "sender_first_name": sender.first_name if sender else "",
        "sender_email": sender.email if sender else "",
        "sender_phone": (sender.phone if sender else None) or "",
        "workspace": house.name if house else "",
        **{name: str(context[name]) for name in ("result_link", "quiz_link") if context.get(name)},
        **_custom(contact, house, reader),
    }


def own_fields() -> dict[str, str]:
    """The house's own fields of contacts that a mail may name, each with what it is called."""
    return {one.key: one.label for one in fields.customs("contact")}


def _custom(contact: Contact, house: Workspace | None, reader: User | None) -> dict[str, str]:
    """What the contact says for custom fields, in its own language and zone."""
    manner = Manner(
        contact.locale or (house.locale if house else "en"),
        ZoneInfo(zone_of(contact)),
        house.currency if house else "EUR",
    )
    told = fields.told_of(contact, reader)
    return {
        one.key: said(one, found.value, manner, found.name) if (found := told.get(one.key)) else ""
        for one in fields.customs("contact")
    }


def example(sender: User | None) -> dict[str, str]:
    """Values for a preview without a contact."""
    ben = Contact(name="Ben Achterberg", first_name="Ben", last_name="Achterberg")
    ben.company_text, ben.quiz_score, ben.quiz_tier = "Velo Voss", 80, "Warm"
    link = links.absolute("/q/readiness")
    return values(ben, sender, {"result_link": f"{link}/r/example", "quiz_link": link})
