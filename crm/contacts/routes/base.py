"""What all pages of contacts share: the blueprint and fetching one."""

from flask import Blueprint

from crm.accounts.queries import owners_for, user_by_id
from crm.contacts import queries
from crm.contacts.models import Contact
from crm.web.gone import not_there
from crm.web.session import reader

bp = Blueprint("contacts", __name__, url_prefix="/contacts")
LARGEST = 2**53


def the_contact(contact_id: int, trashed: bool = False) -> Contact:
    """The contact of the URL if this person may see it, else 404."""
    contact = queries.contact_for(reader(), number(contact_id), trashed)
    if contact is None:
        not_there(queries.contact_for(reader(), number(contact_id), trashed=True))
    return contact


def the_record(contact_id: int) -> Contact:
    """The contact of the URL with all that its page shows, else 404."""
    contact = queries.record_for(reader(), number(contact_id))
    if contact is None:
        not_there(queries.contact_for(reader(), number(contact_id), trashed=True))
    return contact


def number(text: str | int | None) -> int | None:
    """A record's number from a URL; None for anything that is none."""
    try:
        found = int(text or 0)
    except ValueError:
        return None
    return found if 0 < found < LARGEST else None


def owner_choices(present: int | None = None) -> list[tuple[int, str]]:
    """Whom this person may give a contact to; the present owner stays a choice."""
    found = {user.id: user.name for user in owners_for(reader())}
    if present and present not in found:
        owner = user_by_id(present)
        found[present] = owner.name if owner else ""
    return list(found.items())
