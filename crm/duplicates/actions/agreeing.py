"""What two merged contacts agree to: a no of either stays, and outlives the parting."""

from flask_babel import gettext as _

from crm.contacts.actions import record_consent
from crm.contacts.models import Consent, Contact
from crm.contacts.queries import UNTICKED, consents_of
from crm.core.db import db
from crm.duplicates.models import Merger

SOURCE = "merge"


def hold_to_no(kept: Contact, gone: Contact) -> None:
    """Let the no of one contact stand over the yes of the other, however much later that is.

    It is said once more by whoever said it, so that it goes back to that one when they part.
    """
    theirs, ours = consents_of(gone.id).said, consents_of(kept.id).said
    for purpose in theirs.keys() & ours.keys():
        if _is_no(theirs[purpose]) and ours[purpose].is_granted:
            _say_no(gone, purpose)
        elif _is_no(ours[purpose]) and theirs[purpose].is_granted:
            _say_no(kept, purpose)


def carry_no(done: Merger) -> None:
    """What was taken back since two were merged is taken back by both: nobody knows by whom.

    Runs when what came with the one is with it again.
    """
    gone = db.session.get(Contact, done.gone_id)
    if gone is None or done.contact_id is None:
        return
    theirs = consents_of(gone.id).said
    for purpose, said in consents_of(done.contact_id).said.items():
        is_since = _is_no(said) and said.at >= done.at and said.source != SOURCE
        if is_since and purpose in theirs and theirs[purpose].is_granted:
            _say_no(gone, purpose)


def _is_no(said: Consent) -> bool:
    """A box left unticked says nothing: anybody may type a known address."""
    return not said.is_granted and said.source not in UNTICKED


def _say_no(contact: Contact, purpose: str) -> None:
    record_consent(
        contact,
        purpose=purpose,
        is_granted=False,
        text=_("Two contacts who were merged said yes and no: the no counts."),
        text_version=1,
        locale=contact.locale or "en",
        source=SOURCE,
    )
    db.session.flush()
