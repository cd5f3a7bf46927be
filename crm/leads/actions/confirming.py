"""What begins when somebody confirms by mail that they want to be written to."""

from crm.contacts.models import Contact
from crm.leads.actions.lifecycle import try_move
from crm.sequences import actions as sequences
from crm.sequences.models import Enrolment


def begin_confirmed(contact: Contact) -> list[Enrolment]:
    """Let the sequences begin that waited for this word; whom nobody owns is nurtured then."""
    begun = sequences.begin_waiting(contact.id)
    if begun and contact.owner_id is None:
        try_move(contact, "nurture", evidence=f"enrolment:{begun[0].id}")
    return begun
