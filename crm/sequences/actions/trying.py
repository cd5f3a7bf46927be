"""Trying a step on oneself."""

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.core import clock
from crm.core.refusal import Refused
from crm.mail import actions as mail
from crm.mail.queries import has_smtp
from crm.sequences import queries
from crm.sequences.models import Sequence


def queue_test(sequence: Sequence, by: User, *, step: str, contact_id: int | None = None) -> None:
    """Send a step of the draft to `by`, marked [Test]; it is counted nowhere."""
    if queries.spec_step(sequence.draft, step) is None:
        raise Refused(_("This step is gone."))
    if not has_smtp():
        raise Refused(_("No mail server is entered in Settings yet."))
    mail.queue(
        "person",
        dedupe_key=f"test:{sequence.id}:{step}:{by.id}:{clock.now().isoformat()}",
        to_address=by.email,
        to_name=by.name,
        user_id=by.id,
        sender_id=sequence.sender_id or by.id,
        context={"sequence_id": sequence.id, "step": step, "contact_id": contact_id or 0},
    )
