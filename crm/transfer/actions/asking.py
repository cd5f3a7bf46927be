"""What somebody does about their own data by the link in a mail (C10)."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import update

from crm.accounts import actions as accounts
from crm.accounts.models import User
from crm.accounts.queries import calendar_of
from crm.activities import actions as activities
from crm.activities.rules import on_working_day
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.contacts.queries import has_consent
from crm.contacts.rules import canonical_email
from crm.core import clock, signing
from crm.core.db import db
from crm.mail import actions as mail
from crm.mail.actions import suppression
from crm.mail.models import Outbox
from crm.mail.rules import ANONYMOUS_GAP
from crm.notices import actions as notices
from crm.quizzes.actions.anonymous import NOBODY, WITHOUT_WORDS, is_only_from_quizzes
from crm.quizzes.actions.erase import forget_contact, is_left
from crm.sequences.actions.unsubscribing import Holder, unsubscribe
from crm.transfer.actions.erasing import erase
from crm.transfer.asked import Asked, eraser, keeper_of

SOURCE = "data page"
SLOT = int(ANONYMOUS_GAP / timedelta(seconds=1))
# The law gives a month; so there is time left for somebody who comes back from leave.
ANSWER_DAYS = 14
LONGEST = 2000
# Longer than the limits on mail to one address look back.
KEPT = timedelta(days=2)


def mail_link(address: str, locale: str) -> None:
    """Mail the way to their data to whoever reads `address`; the same work for unknown ones.

    Asked again within ten minutes it is the same mail. `locale` speaks to those we do not know.
    Raises ValueError for what is no address.
    """
    hash_ = signing.keyed_hash("address", canonical_email(address))
    mail.queue(
        "data",
        dedupe_key=f"data:{hash_[:32]}:{int(clock.now().timestamp()) // SLOT}",
        to_address=address,
        context={"locale": locale},
        is_anonymous_cause=True,
    )


def correct(asked: Asked, said: str) -> None:
    """Give whoever keeps the record the task to mend it; the same text twice is one task."""
    contact = asked.contact
    activities.record(
        "request",
        contact_id=contact.id,
        actor="prospect",
        direction="in",
        title=_("Asked us to correct their data"),
        body=said[:LONGEST],
        dedupe_key=_key("correction", contact, said),
    )
    keeper = keeper_of(contact)
    if keeper is not None:
        title = _("Correct what we hold of %(name)s", name=contact.name)
        _give(keeper, contact, title, said[:LONGEST], _key("correction", contact, said))


def withdraw(asked: Asked, purpose: str) -> None:
    """Take a consent back, at every record with this address; taken back already: nothing."""
    for contact in asked.contacts:
        if purpose == "marketing":
            hashes = (asked.address_hash,)
            unsubscribe(Holder(0, asked.address_hash, hashes, contact), source=SOURCE)
        elif has_consent(contact.id, purpose):
            contacts.record_consent(
                contact, purpose=purpose, is_granted=False, text=_("Taken back by its person"),
                text_version=1, locale=contact.locale or "en", source=SOURCE,
            )  # fmt: skip


def forget(asked: Asked, address: str = "") -> bool:
    """Delete somebody: whole where only quizzes know them, else all that needs no decision.

    What the team wrote, and deals, may have to be kept by law: an administrator gets the task to
    erase the rest. True where nothing is left. `address` is the network it came from.
    """
    return all([_forget(one, asked, address) for one in asked.contacts])


def forget_askers() -> None:
    """Take the addresses out of mails by which somebody asked for their data two days ago."""
    old = Outbox.kind == "data", Outbox.created_at < clock.now() - KEPT, Outbox.to_address != NOBODY
    settled = Outbox.state.not_in(["queued", "claimed", "handoff"])
    db.session.execute(update(Outbox).where(*old, settled).values(**WITHOUT_WORDS))


def _forget(contact: Contact, asked: Asked, address: str) -> bool:
    if is_only_from_quizzes(contact):
        erase(contact, None, "asked for by the link in a mail", address)
        _tell_owner(contact)
        return True
    by = eraser()
    is_asked = by is not None and not _ask_to_erase(contact, by)
    suppression.suppress_hash(asked.address_hash, scope="marketing", reason="erased", source=SOURCE)
    if is_asked and not is_left(contact):
        return False
    forget_contact(contact, source=SOURCE)
    accounts.note("erasure_asked", address=address, contact=contact.id)
    return False


def _ask_to_erase(contact: Contact, by: User) -> bool:
    """Give the task to decide on the rest; False where it was asked for today already."""
    title = _("Erase %(name)s: they asked for it", name=contact.name)
    note = _("Answers and results are gone. Erase the rest unless the law keeps it.")
    return _give(by, contact, title, note, f"erasure:{contact.id}:{clock.now().date()}")


def _tell_owner(contact: Contact) -> None:
    if contact.owner_id:
        notices.tell(
            contact.owner_id,
            kind="quiz",
            title=_("A contact asked for deletion of their data"),
            body=_("Only a quiz had filled the record: it names nobody any more."),
            url=f"/contacts/{contact.id}",
            dedupe_key=f"erasure:{contact.id}:{clock.now().date()}",
        )


def _give(to: User, contact: Contact, title: str, note: str, key: str) -> bool:
    calendar = calendar_of(to)
    day = clock.now().astimezone(calendar.zone).date() + timedelta(days=ANSWER_DAYS)
    task = activities.add_task(
        title, owner_id=to.id, contact_id=contact.id, note=note, source="person",
        due_on=on_working_day(day, calendar), team_id=contact.team_id, dedupe_key=key,
    )  # fmt: skip
    return task is not None


def _key(what: str, contact: Contact, said: str) -> str:
    return f"{what}:{contact.id}:{signing.keyed_hash('once', said)[:24]}"
