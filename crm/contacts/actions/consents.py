"""What somebody agreed to: appended, never changed."""

from crm.contacts.models import Consent, Contact
from crm.core import clock
from crm.core.db import db


def record_consent(
    contact: Contact,
    *,
    purpose: str,
    is_granted: bool,
    text: str,
    text_version: int,
    locale: str,
    source: str,
    page_url: str = "",
    address_hash: str = "",
    attempt_id: int | None = None,
) -> Consent:
    """Append what was ticked or left unticked, with the text shown and where it was shown."""
    consent = Consent(
        contact_id=contact.id,
        purpose=purpose,
        is_granted=is_granted,
        text=text,
        text_version=text_version,
        locale=locale,
        at=clock.now(),
        source=source,
        page_url=page_url[:500],
        address_hash=address_hash,
        attempt_id=attempt_id,
    )
    db.session.add(consent)
    return consent
