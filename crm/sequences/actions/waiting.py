"""Enrolments that wait until somebody presses the button of a confirmation mail."""

from crm.sequences import queries
from crm.sequences.actions.enrolling import begin
from crm.sequences.actions.stopping import stop
from crm.sequences.guard import why_to_end
from crm.sequences.models import Enrolment


def begin_waiting(contact_id: int) -> list[Enrolment]:
    """Let everything begin that waited for this contact's word, from now; what began.

    What happened meanwhile is asked first: whoever answered, spoke with somebody or has a deal
    by now gets no first mail.
    """
    begun = []
    for enrolment in queries.waiting(contact_id):
        reason = why_to_end(enrolment)
        if reason or enrolment.sequence.state == "archived":
            stop(enrolment, reason=reason or "manual", cause="before the confirmation")
        else:
            begun.append(begin(enrolment))
    return begun
