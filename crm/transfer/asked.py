"""Who stands behind the link by which somebody reaches their own data, and what we hold."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.accounts.queries import active_users, user_by_id
from crm.accounts.rules import may
from crm.contacts.models import Contact, ContactEmail
from crm.contacts.queries import PURPOSES
from crm.contacts.queries.consents import consents_of
from crm.contacts.rules import canonical_email
from crm.core import clock, signing
from crm.core.db import db
from crm.mail.models import Outbox
from crm.mail.rules import mask
from crm.quizzes.models import Attempt

GOOD_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Asked:
    """Somebody who reads a mailbox of ours: the records with its address, the one shown first."""

    contacts: list[Contact]
    address: str
    address_hash: str
    until: datetime

    @property
    def contact(self) -> Contact:
        return self.contacts[0]


@dataclass(frozen=True)
class Held:
    """What the page shows of somebody: enough to see that it is right, nothing to steal."""

    name: str
    job_title: str
    company: str
    emails: list[str]
    phones: list[str]
    results: int
    mails: int
    granted: list[str]


def known_at(address: str) -> list[Contact]:
    """Everybody with this address, the trash and the survivors of merges included.

    Whoever went to the trash before somebody else was given the address is no reader of it.
    """
    try:
        canonical = canonical_email(address)
    except ValueError:
        return []
    rows = db.session.scalars(
        select(Contact)
        .join(ContactEmail, ContactEmail.contact_id == Contact.id)
        .where(ContactEmail.canonical == canonical)
        .where(ContactEmail.freed_at.is_(None) | ~_is_given(canonical))
        .order_by(Contact.deleted_at.is_not(None), Contact.id)
    )
    return list(dict.fromkeys(_survivor(one) for one in rows))


def token_for(contacts: list[Contact], address: str, at: datetime) -> str:
    """The token of the page of these people, good for a day from `at`."""
    hash_ = signing.keyed_hash("address", canonical_email(address))
    return signing.sign("data", [[one.id for one in contacts], hash_, int(at.timestamp())])


def asked_by(token: str) -> Asked | None:
    """Who holds `token`, nobody once the address is not theirs any more; None if it is too old.

    Raises signing.BadToken for what is none of ours.
    """
    ids, hash_, at = signing.unsign("data", token)
    until = datetime.fromtimestamp(at, clock.now().tzinfo) + GOOD_FOR
    if until < clock.now():
        return None
    contacts, address = [], ""
    for number in ids:
        row = db.session.get(Contact, number)
        contact = _survivor(row) if row else None
        found = _address_of(contact, hash_) if contact else ""
        if contact and found:
            contacts.append(contact)
            address = address or found
    return Asked(contacts, address, hash_, until)


def held_of(contact: Contact, address: str) -> Held:
    """What we hold of a person, in short; other ways to reach them are masked."""
    consents = consents_of(contact.id)
    said = {purpose: consents.said.get(purpose) for purpose in PURPOSES}
    company = contact.company.name if contact.company else contact.company_text
    return Held(
        name=contact.name,
        job_title=contact.job_title or "",
        company=company or "",
        emails=[one.address if one.address == address else mask(one.address)
                for one in contact.emails],
        phones=[f"…{one.digits[-3:]}" for one in contact.phones],
        results=_count(Attempt.contact_id == contact.id, Attempt.state == "completed"),
        mails=_count(
            Outbox.contact_id == contact.id, Outbox.user_id.is_(None), Outbox.state == "sent"
        ),
        granted=[purpose for purpose, word in said.items() if word and word.is_granted],
    )  # fmt: skip


def keeper_of(contact: Contact) -> User | None:
    """Who answers for what we hold of somebody: the owner, else an administrator."""
    owner = user_by_id(contact.owner_id)
    return owner if owner and owner.is_active else eraser()


def eraser() -> User | None:
    """The first of those who may erase people."""
    return next((one for one in active_users() if may(one, "manage_workspace")), None)


def _survivor(contact: Contact) -> Contact:
    while contact.merged_into_id:
        contact = db.session.get_one(Contact, contact.merged_into_id)
    return contact


def _address_of(contact: Contact, hash_: str) -> str:
    for email in contact.emails:
        if hash_ in signing.keyed_hashes("address", email.canonical):
            is_others = email.freed_at and db.session.scalar(select(_is_given(email.canonical)))
            return "" if is_others else email.address
    return ""


def _is_given(canonical: str) -> ColumnElement[bool]:
    """Whether an address belongs to a contact that is not in the trash."""
    held = aliased(ContactEmail)
    return exists().where(held.canonical == canonical, held.freed_at.is_(None))


def _count(*where) -> int:
    return db.session.scalar(select(func.count()).where(*where)) or 0
