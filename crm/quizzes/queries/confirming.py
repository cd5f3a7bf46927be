"""What a link in a confirmation mail leads to: whose tick it is, and how it stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crm.contacts import queries as known_people
from crm.contacts.models import Consent, Contact, ContactEmail
from crm.contacts.rules import canonical_email
from crm.core import clock, links, signing
from crm.quizzes.models import Attempt
from crm.quizzes.queries import open as reading
from crm.quizzes.queries.open import Opened

VALID = timedelta(days=7)
# A clock of another machine may be a little behind the one that wrote the link.
SKEW = timedelta(seconds=60)


@dataclass(frozen=True)
class Held:
    """A tick that was to be confirmed. `state`: pending, confirmed or withdrawn since."""

    contact: Contact
    email: ContactEmail
    state: str
    asked: Consent | None = None


def token_for(attempt_id: int, at: datetime) -> str:
    """The token of a link written at `at`; the same instant gives the same one."""
    return signing.sign("confirm", [attempt_id, int(at.timestamp())])


def url_for(attempt_id: int, at: datetime) -> str:
    """The whole address of the page with the button."""
    return links.absolute(f"/m/{token_for(attempt_id, at)}/confirm")


def by_token(token: str, lock: bool = False) -> tuple[Opened, datetime] | None:
    """The attempt of a link and when the link was written; None for a forged or cut one."""
    try:
        payload = signing.unsign("confirm", token)
    except signing.BadToken:
        return None
    if not isinstance(payload, list) or [type(one) for one in payload] != [int, int]:
        return None
    opened = reading.attempt_by_id(payload[0], lock=lock)
    return (opened, datetime.fromtimestamp(payload[1], clock.now().tzinfo)) if opened else None


def is_late(written_at: datetime) -> bool:
    """Whether a link is older than seven days."""
    return clock.now() > written_at + VALID + SKEW


def state_in(attempt: Attempt) -> str:
    """How the tick for mails stands in an attempt: "", pending or confirmed."""
    return str((attempt.consents.get("marketing") or {}).get("state") or "")


def is_pending(opened: Opened) -> bool:
    """Whether a tick for mails still waits for its click."""
    found = held(opened) if state_in(opened.attempt) == "pending" else None
    return found is not None and found.state == "pending"


def held(opened: Opened) -> Held | None:
    """The tick of an attempt as it stands now; None once its person or address is gone."""
    contact, email = _person(opened.attempt)
    if contact is None or email is None or not state_in(opened.attempt):
        return None
    if state_in(opened.attempt) == "confirmed":
        return Held(contact, email, "confirmed")
    asked = known_people.unconfirmed(contact.id, "marketing")
    if asked is not None:
        return Held(contact, email, "pending", asked)
    agreed = known_people.has_consent(contact.id, "marketing")
    return Held(contact, email, "confirmed" if agreed else "withdrawn")


def _person(attempt: Attempt) -> tuple[Contact | None, ContactEmail | None]:
    contact = known_people.alive(attempt.contact_id) if attempt.contact_id else None
    if contact is None or not attempt.lead.get("email"):
        return None, None
    key = canonical_email(attempt.lead["email"])
    return contact, next((one for one in contact.emails if one.canonical == key), None)
