"""A quiz left half-way by somebody who gave an address: an incomplete contact, and one mail."""

from dataclasses import replace

from flask_babel import gettext as _

from crm.leads import actions as leads
from crm.mail import actions as mail
from crm.quizzes.actions import confirming, retakes
from crm.quizzes.actions.arrival import arrival
from crm.quizzes.queries import resuming
from crm.quizzes.queries.open import Opened
from crm.quizzes.rules import spam


def arrive_partly(opened: Opened) -> None:
    """Keep whoever left an address before the last question as an incomplete contact.

    No score, no tag, and nobody is told unless a rule asks for incomplete contacts. What looks
    like a machine's waits until it is finished, where it is kept aside.
    """
    attempt, lead = opened.attempt, opened.attempt.lead
    if spam.verdict(attempt.spam_signs) or retakes.barred(opened) is not None:
        return
    confirming.mark(opened)
    captured = leads.capture(
        replace(
            arrival(opened, None),
            idem_key=f"partial:{attempt.id}",
            title=_("Began %(quiz)s, not finished", quiz=opened.quiz.name),
            payload={"attempt": attempt.id},
            is_partial=True,
        )
    )
    if captured.contact is not None:
        attempt.contact_id = captured.contact.id
        attempt.lead = lead | {"is_known": True}


def ask_back() -> int:
    """Mail those who stopped an hour ago the way back, once each; how many that were."""
    asked = 0
    for opened in resuming.left_behind():
        if resuming.objection(opened) is not None:
            continue
        attempt = opened.attempt
        queued = mail.queue(
            "resume",
            dedupe_key=f"resume:{attempt.id}",
            to_address=attempt.lead["email"],
            to_name=attempt.lead.get("name", ""),
            contact_id=attempt.contact_id,
            sender_id=opened.quiz.sender_id,
            context={"attempt_id": attempt.id},
            is_anonymous_cause=True,
        )
        asked += queued is not None
    return asked
