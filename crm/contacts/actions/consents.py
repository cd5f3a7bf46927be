"""What somebody agreed to: appended, never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from crm.contacts.models import Consent, Contact
from crm.core import clock
from crm.core.db import connection, db
from crm.core.prepared import Prepared

TABLE: Any = Consent.__table__
INSERT = Prepared(insert(TABLE).inline(), [one.key for one in TABLE.columns if one.key != "id"])


def record_consent(contact: Contact, **said: Any) -> Consent:
    """Append what was ticked or left unticked, with the text shown and where it was shown.

    Names in `said`: purpose, is_granted, text, text_version, locale and source, and as far as
    known page_url, address_hash, attempt_id, state (pending, confirmed), details.
    """
    consent = Consent(**_row(contact, clock.now(), **said))
    db.session.add(consent)
    return consent


def record_consents(contact: Contact, all_said: Sequence[dict[str, Any]]) -> None:
    """Append several at once, each as `record_consent` takes it; the contact is written already."""
    if all_said:
        now = clock.now()
        rows = [_row(contact, now, **said) for said in all_said]
        INSERT.run_many(connection(), rows)


def _row(
    contact: Contact,
    at: datetime,
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
    state: str = "",
    details: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "contact_id": contact.id,
        "purpose": purpose,
        "is_granted": is_granted,
        "text": text,
        "text_version": text_version,
        "locale": locale,
        "at": at,
        "source": source,
        "page_url": page_url[:500],
        "address_hash": address_hash,
        "attempt_id": attempt_id,
        "state": state,
        "details": details or {},
    }
