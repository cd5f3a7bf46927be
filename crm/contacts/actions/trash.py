"""Contacts into the trash and back."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import column, select, table
from sqlalchemy.orm import selectinload

from crm.accounts.models import User
from crm.accounts.rules import check_restorer
from crm.activities import actions as activities
from crm.activities import queries as activity_queries
from crm.contacts import queries
from crm.contacts.actions.returning import give_back_tags
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.fields import actions as fields

SETTLE = "crm.leads.jobs.settle"
# The feature that owns this table stands below; the table is named by text, as foreign keys are.
answer_clock = table("answer_clock", column("contact_id"))


def delete(contact: Contact, by: User) -> None:
    """Put a contact into the trash for 30 days; its addresses become free meanwhile.

    Nobody is to work on it any more: its open tasks are closed, its clocks end.
    """
    _put_away(contact, by)
    activities.close_tasks(contact.id, as_="cancelled", by=by)
    ring(SETTLE, contact.id)


def delete_many(contacts: Sequence[Contact], by: User) -> None:
    """Put contacts into the trash as `delete` does each of them, with a few statements."""
    ids = [contact.id for contact in contacts]
    parts = (selectinload(Contact.emails), selectinload(Contact.field_values))
    db.session.scalars(select(Contact).where(Contact.id.in_(ids)).options(*parts)).all()
    for contact in contacts:
        _put_away(contact, by)
    for contact_id in activity_queries.with_open_tasks(ids):
        activities.close_tasks(contact_id, as_="cancelled", by=by)
    promised = select(answer_clock.c.contact_id).distinct()
    for contact_id in db.session.scalars(promised.where(answer_clock.c.contact_id.in_(ids))):
        ring(SETTLE, contact_id)


def _put_away(contact: Contact, by: User) -> None:
    now = clock.now()
    contact.deleted_at, contact.deleted_by_id, contact.updated_at = now, by.id, now
    for row in contact.emails:
        row.freed_at = now
    fields.free(contact)


def restore(contact: Contact, by: User) -> list[str]:
    """Take a contact out of the trash; gives what others were given meanwhile: addresses and
    values that only one record may have.

    The tasks that its deletion closed are open again. Raises Refused for the trash of others, and
    for one that was merged into another.
    """
    check_restorer(contact, by)
    if contact.erased_at:
        raise Refused(_("This person was erased for good."))
    if contact.merged_into_id:
        raise Refused(_("It was merged into another contact. Undo that in the history."))
    lost = []
    for row in list(contact.emails):
        found = queries.by_email(row.address)
        if found and found[1] == "email" and found[0].id != contact.id:
            lost.append(row.address)
            contact.emails.remove(row)
        else:
            row.freed_at = None
    if contact.deleted_at is not None:
        activities.reopen_cancelled(contact.id, contact.deleted_at, by)
    contact.deleted_at = contact.deleted_by_id = None
    contact.updated_at = clock.now()
    give_back_tags(contact)
    ring(SETTLE, contact.id)
    return lost + fields.claim(contact)
