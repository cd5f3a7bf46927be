"""Double opt-in: a tick counts only once the reader of the mailbox has pressed a button."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from crm.activities import actions as activities
from crm.contacts import actions as contacts
from crm.contacts import queries as known_people
from crm.contacts.models import Consent, Contact, ContactEmail
from crm.core import clock, signing
from crm.leads import actions as leads
from crm.mail import actions as mail
from crm.mail import rules as mail_rules
from crm.quizzes.actions import promises
from crm.quizzes.queries import confirming as reading
from crm.quizzes.queries.open import Opened
from crm.sequences.models import Enrolment

SLOT = int(mail_rules.ANONYMOUS_GAP / timedelta(seconds=1))


def mark(opened: Opened) -> None:
    """Note in an attempt that its tick for mails waits, where the quiz asks for confirmation.

    An address that was confirmed before, and has not been taken back since, is not asked again.
    """
    attempt = opened.attempt
    ticked = attempt.consents.get("marketing") or {}
    if not opened.quiz.spec.get("double_opt_in") or not ticked.get("is_granted"):
        return
    if known_people.is_confirmed(attempt.lead["email"], "marketing"):
        return
    _set_state(opened, "pending")


def ask(contact: Contact, opened: Opened) -> None:
    """Mail the request to confirm; asked for again within ten minutes it is the same mail."""
    attempt = opened.attempt
    if reading.state_in(attempt) != "pending":
        return
    mail.queue(
        "confirm",
        dedupe_key=f"confirm:{attempt.id}:{int(clock.now().timestamp()) // SLOT}",
        to_address=attempt.lead["email"],
        to_name=attempt.lead.get("name", ""),
        contact_id=contact.id,
        sender_id=opened.quiz.sender_id or contact.owner_id,
        context={"attempt_id": attempt.id},
        is_anonymous_cause=True,
    )


def ask_again(opened: Opened) -> None:
    """A new link, where the one before was too old and nothing is confirmed yet."""
    held = reading.held(opened)
    if held is not None and held.state == "pending":
        ask(held.contact, opened)


def confirm(opened: Opened, *, address_hash: str, page_url: str) -> bool:
    """Turn the tick into consent: mails that waited begin now. Pressed again, nothing changes.

    False where there is nothing to confirm any more (deleted, taken back since).
    """
    held = reading.held(opened)
    if held is None or held.state == "withdrawn":
        return False
    if held.state == "confirmed" or held.asked is None:
        return True
    said = _record(held.contact, held.asked, address_hash=address_hash, page_url=page_url)
    held.email.confirmed_at = said.at
    mail.lift(signing.keyed_hashes("address", held.email.canonical), scope="marketing")
    _set_state(opened, "confirmed")
    begun = leads.begin_confirmed(held.contact)
    promises.follow(opened, begun)
    _tell(held.contact, held.email, opened, begun)
    return True


def _record(contact: Contact, asked: Consent, **where: str) -> Consent:
    """Append the consent itself, in the words that were ticked."""
    return contacts.record_consent(
        contact,
        purpose="marketing",
        is_granted=True,
        text=asked.text,
        text_version=asked.text_version,
        locale=asked.locale,
        source="confirmation",
        attempt_id=asked.attempt_id,
        state="confirmed",
        **where,
    )


def _set_state(opened: Opened, state: str) -> None:
    attempt = opened.attempt
    ticked: dict[str, Any] = attempt.consents["marketing"] | {"state": state}
    attempt.consents = attempt.consents | {"marketing": ticked}


def _tell(contact: Contact, email: ContactEmail, opened: Opened, begun: list[Enrolment]) -> None:
    names = ", ".join(one.sequence.name for one in begun)
    activities.record(
        "confirmation",
        contact_id=contact.id,
        actor="prospect",
        title=_("Confirmed: mails may come"),
        body=_("Started by it: %(names)s", names=names) if names else "",
        direction="in",
        details={"attempt_id": opened.attempt.id, "address": email.address},
        dedupe_key=f"confirmation:{opened.attempt.id}",
    )
