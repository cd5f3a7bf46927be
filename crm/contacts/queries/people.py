"""Reading contacts, always through what a person may see; who an address belongs to."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, or_, select
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.accounts.queries import in_sight, may_see, sight, visible
from crm.companies.models import Company
from crm.contacts.models import Contact, ContactEmail, ContactPhone
from crm.contacts.queries import whole
from crm.contacts.queries.likeness import (
    alike_but_for_number,
    of_number,
    same_family,
    same_name,
)
from crm.contacts.rules import canonical_email, fold, mailbox_key, mailboxes
from crm.core import reading
from crm.core.db import db
from crm.core.ready import Ready, ready

MOST_ALIKE, MOST_OF_NUMBER = 3, 100
PURPOSES = ("marketing", "result_mail", "phone_contact")


def contact_for(user: User, contact_id: int | None, trashed: bool = False) -> Contact | None:
    """A contact that `user` may see; with `trashed` one that lies in the trash.

    The number of one that was merged leads to the one that stays.
    """
    if contact_id is None or not user.is_active:
        return None
    asked = {"of_contact": contact_id} | sight(user)
    if reading.is_afresh(Contact, contact_id):
        rows = reading.rows(_row(user.sees_all, trashed), asked)
        found = reading.entity(Contact, rows[0]) if rows else None
    else:
        found = db.session.scalars(_contact(user.sees_all, trashed), asked).first()
    if found is None and not trashed and (became := became_of(contact_id)):
        return contact_for(user, became)
    return found


def erased_for(user: User, contact_id: int | None) -> Contact | None:
    """What is left of a person who was erased, if `user` may see it."""
    is_it = Contact.id == contact_id, Contact.erased_at.is_not(None)
    return db.session.scalars(select(Contact).where(*is_it, visible(user, Contact))).first()


def became_of(contact_id: int) -> int | None:
    """The number of the contact that a merged one has become; None for any other."""
    wanted = select(Contact.merged_into_id).where(Contact.id == contact_id)
    return db.session.scalar(wanted)


@cache
def _contact(sees_all: bool, trashed: bool) -> Select:
    """Written once: such a statement takes longer to build than to run."""
    gone: ColumnElement[bool] = Contact.deleted_at.is_(None)
    if trashed:
        kept = Contact.merged_into_id.is_(None) & Contact.erased_at.is_(None)
        gone = Contact.deleted_at.is_not(None) & kept
    is_it = Contact.id == bindparam("of_contact")
    return select(Contact).where(is_it, gone, in_sight(sees_all, Contact))


@ready
def _row(sees_all: bool, trashed: bool) -> Select:
    return _contact(sees_all, trashed).with_only_columns(*reading.columns(Contact))


def record_for(user: User, contact_id: int | None) -> Contact | None:
    """A contact that `user` may see with all that its page shows of it: one statement."""
    if contact_id is None or not user.is_active:
        return None
    asked = {"of_contact": contact_id} | sight(user)
    if reading.is_afresh(Contact, contact_id):
        rows = reading.rows(_product(user.sees_all), asked)
        found = whole.contact_of(rows) if rows else None
    else:
        found = db.session.scalars(_record(user.sees_all), asked).unique().first()
    return found or (record_for(user, became) if (became := became_of(contact_id)) else None)


@ready
def _product(sees_all: bool) -> Select:
    return whole.product(_contact(sees_all, False))


@cache
def _record(sees_all: bool) -> Select:
    """The same by the ORM, which brings up to date what a session has already."""
    return _contact(sees_all, False).options(*whole.WITH)


def company_seen(user: User, contact: Contact) -> Company | None:
    """The company of a contact if `user` may see that too: it can be another team's."""
    found = contact.company
    return found if found is not None and may_see(user, found) else None


class Near(NamedTuple):
    """Somebody around a contact."""

    id: int
    name: str
    job_title: str | None
    last_name: str


def around_parts(sees_all: bool) -> dict[str, Select]:
    """Colleagues of a contact and who may be the same person, to be asked for beside others."""
    columns = [getattr(Contact, name) for name in Near._fields]
    near = select(*columns).where(
        Contact.deleted_at.is_(None),
        Contact.id != bindparam("of_contact"),
        in_sight(sees_all, Contact),
    )
    colleagues = near.where(Contact.id.in_(_at_company()))
    return {
        "colleague": colleagues.order_by(Contact.sort_name, Contact.id).limit(5),
        "alike": near.where(alike_but_for_number()).order_by(Contact.id).limit(MOST_ALIKE),
        "number": near.where(of_number()).order_by(Contact.id).limit(MOST_OF_NUMBER),
    }


def around_values(contact: Contact) -> dict[str, Any]:
    """What those parts are asked with besides the reader's sight."""
    return {
        "of_contact": contact.id,
        "of_company": contact.company_id or 0,
        "keys": [key for row in contact.emails for key in mailboxes(row.mailbox_key)],
        "numbers": [row.e164 for row in contact.phones if row.e164],
        "same_name": same_name(contact.name),
    }


def around_from(
    contact: Contact, rows: Mapping[str, Iterable[Iterable[Any]]]
) -> dict[str, list[Near]]:
    """What those parts come to: "colleague", and "alike" who may be the same person."""
    found = {name: [Near._make(row) for row in rows[name]] for name in ("colleague", "alike")}
    family, known = contact.last_name or contact.name, {one.id for one in found["alike"]}
    for one in map(Near._make, rows["number"]):
        if one.id not in known and same_family(family, one.last_name or one.name):
            found["alike"].append(one)
    found["alike"] = sorted(found["alike"], key=lambda one: one.id)[:MOST_ALIKE]
    return found


def by_email(text: str) -> tuple[Contact, str] | None:
    """Whose address this is, and by which step of the identity ladder: "email" or "mailbox".

    Step 1 compares canonical addresses, step 2 the mailboxes behind them (spec leads 3.2).
    Never shown to whoever typed it. A text that is no address belongs to nobody.
    """
    try:
        canonical = canonical_email(text)
    except ValueError:
        return None
    key = mailbox_key(canonical)
    row = reading.first(_BY_EMAIL, {"canonical": canonical, "mailbox": key})
    if row is None:
        return None
    *known, address = row
    return reading.entity(Contact, known), "email" if address == canonical else "mailbox"


_IS_IT = ContactEmail.canonical == bindparam("canonical")
# Built once: every contact that comes in is looked for by it.
_BY_EMAIL = Ready(
    select(*reading.columns(Contact), ContactEmail.canonical)
    .join(ContactEmail, ContactEmail.contact_id == Contact.id)
    .where(
        or_(_IS_IT, ContactEmail.mailbox_key == bindparam("mailbox")),
        ContactEmail.freed_at.is_(None),
        Contact.deleted_at.is_(None),
    )
    .order_by(_IS_IT.desc(), Contact.id)
    .limit(1)
)


def phones_like(e164: str) -> list[Contact]:
    """Contacts with this number: a hint for people, never an identity."""
    return list(
        db.session.scalars(
            select(Contact)
            .join(ContactPhone, ContactPhone.contact_id == Contact.id)
            .where(ContactPhone.e164 == e164, Contact.deleted_at.is_(None))
            .order_by(Contact.id)
            .limit(3)
        )
    )


class Person(NamedTuple):
    """Somebody who works at a company."""

    id: int
    name: str
    job_title: str | None


def people_part(sees_all: bool, limit: int = 50) -> Select:
    """The contacts of the company `of_company` that a reader may see, by name."""
    seen = _there_and_seen(sees_all).with_only_columns(
        *(getattr(Contact, name) for name in Person._fields)
    )
    return seen.order_by(Contact.sort_name, Contact.id).limit(limit)


def ids_part(sees_all: bool) -> Select:
    """The numbers of all those contacts, for conditions."""
    return _there_and_seen(sees_all).with_only_columns(Contact.id)


def _there_and_seen(sees_all: bool) -> Select:
    is_there = Contact.deleted_at.is_(None), in_sight(sees_all, Contact)
    return select(Contact).where(Contact.id.in_(_at_company()), *is_there)


def by_name(user: User, name: str) -> Contact | None:
    """The contact of exactly this name, whatever its case or marks; None where several have it."""
    rows = list(
        db.session.scalars(
            select(Contact)
            .where(
                Contact.sort_name == fold(name)[:60],
                Contact.deleted_at.is_(None),
                visible(user, Contact),
            )
            .limit(2)
        )
    )
    return rows[0] if len(rows) == 1 else None


def _at_company() -> Select:
    """Who works there, by the index of companies: their order is settled afterwards."""
    person = aliased(Contact)
    return select(person.id).where(person.company_id == bindparam("of_company"))
