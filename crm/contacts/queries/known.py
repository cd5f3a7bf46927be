"""Links in our mails that say who opens them: by the mail they came with, never by a cookie."""

from datetime import datetime, timedelta

from crm.contacts.models import Contact, ContactEmail
from crm.contacts.rules import canonical_email
from crm.core import clock, signing
from crm.core.db import db

VALID = timedelta(days=180)
# Enough of the hash to be unguessable beside the signature, and short enough for an address line.
LENGTH = 24


def known_link(url: str, contact_id: int, address: str, at: datetime) -> str:
    """`url` as it is mailed to a contact at `address` on the day of `at`.

    The same mail written again holds the same link.
    """
    digest = signing.keyed_hash("address", canonical_email(address))[:LENGTH]
    token = signing.sign("known", [contact_id, digest, at.date().toordinal()])
    return f"{url}{'&' if '?' in url else '?'}k={token}"


def by_known_token(token: str) -> tuple[Contact, ContactEmail] | None:
    """Whom a link was mailed to, and where; None for forged and old ones, and who has gone."""
    try:
        payload = signing.unsign("known", token) if 0 < len(token) < 300 else None
    except signing.BadToken:
        return None
    if not isinstance(payload, list) or [type(one) for one in payload] != [int, str, int]:
        return None
    contact_id, digest, day = payload
    if clock.now().date().toordinal() - day > VALID.days:
        return None
    contact = alive(contact_id)
    for email in contact.emails if contact else ():
        hashes = signing.keyed_hashes("address", email.canonical)
        if contact and any(one[:LENGTH] == digest for one in hashes):
            return contact, email
    return None


def alive(contact_id: int) -> Contact | None:
    """A contact, or the one it was merged into; None for one in the trash."""
    contact = db.session.get(Contact, contact_id)
    while contact is not None and contact.merged_into_id:
        contact = db.session.get(Contact, contact.merged_into_id)
    return contact if contact is not None and contact.deleted_at is None else None
