"""Whom a person means who types a name or an address for a deal."""

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.contacts.models import Contact
from crm.contacts.queries import by_email, contact_for
from crm.deals import queries


def contact_typed(user: User, text: str) -> Contact:
    """The contact of a mail address or a full name; ValueError says why there is none."""
    address = text.rpartition("<")[2].rstrip("> ") if "<" in text else text
    if "@" in address:
        found = by_email(address)
        contact = contact_for(user, found[0].id) if found else None
        if contact is None:
            raise ValueError(_("Nobody you can see has this address. Add them first."))
        return contact
    named = queries.people_named(user, text)
    if not named:
        raise ValueError(_("Nobody of this name. Add them first, or give the address."))
    if len(named) > 1:
        raise ValueError(_("Several people have this name. Give the mail address."))
    return named[0]
