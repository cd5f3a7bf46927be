"""Contacts into the trash and back."""

from crm.accounts.models import User
from crm.accounts.rules import check_restorer
from crm.activities import actions as activities
from crm.contacts import queries
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.queue import ring
from crm.fields import actions as fields

SETTLE = "crm.leads.jobs.settle"


def delete(contact: Contact, by: User) -> None:
    """Put a contact into the trash for 30 days; its addresses become free meanwhile.

    Nobody is to work on it any more: its open tasks are closed, its clocks end.
    """
    now = clock.now()
    contact.deleted_at, contact.deleted_by_id, contact.updated_at = now, by.id, now
    for row in contact.emails:
        row.freed_at = now
    fields.free(contact)
    activities.close_tasks(contact.id, as_="cancelled", by=by)
    ring(SETTLE, contact.id)


def restore(contact: Contact, by: User) -> list[str]:
    """Take a contact out of the trash; gives what others were given meanwhile: addresses and
    values that only one record may have.

    The tasks that its deletion closed are open again. Raises Refused for the trash of others.
    """
    check_restorer(contact, by)
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
    return lost + fields.claim(contact)
