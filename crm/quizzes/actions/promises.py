"""What the result page says will happen, kept with the attempt so that it stays true."""

from typing import Any

from crm.accounts import queries as people
from crm.activities import queries as tasks
from crm.contacts.models import Contact
from crm.quizzes.queries.open import Opened
from crm.sequences.models import Enrolment


def of(contact: Contact, enrolment: Enrolment | None, opened: Opened) -> dict[str, Any]:
    """Who does what by when, as the result page shows it for ever."""
    owner = people.user_by_id(contact.owner_id)
    sender = people.user_by_id(opened.quiz.sender_id) or owner
    task = tasks.next_task(contact.id) if owner else None
    house = people.workspace()
    waits = enrolment is not None and enrolment.state == "waiting"
    return {
        "owner": owner.name if owner else "",
        "owner_email": owner.email if owner else "",
        "owner_phone": (owner.phone or "") if owner else "",
        "due_at": task.due_at.isoformat() if task and task.due_at else "",
        "sender": sender.name if sender else "",
        "mails": _times(enrolment) if enrolment and not waits else [],
        "waits": waits,
        "zone": owner.timezone if owner else (house.timezone if house else "UTC"),
    }


def follow(opened: Opened, begun: list[Enrolment]) -> None:
    """Once they confirmed, the page names the days of the mails instead of what they wait for."""
    lead = opened.attempt.lead
    kept: dict[str, Any] = (lead.get("promise") or {}) | {"waits": False}
    if begun:
        kept |= {"mails": _times(begun[0])}
    opened.attempt.lead = lead | {"promise": kept}


def _times(enrolment: Enrolment) -> list[str]:
    return [step.due_at.isoformat() for step in enrolment.steps]
