"""What the page of a contact shows of sequences: those they are in, and could be put into."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, bindparam, exists, func, select

from crm.contacts.models import Consent
from crm.core import reading
from crm.core.ready import ready
from crm.sequences.models import Enrolment, EnrolmentStep, Sequence, words_of

MOST_LIVE = 500


class Open(NamedTuple):
    """A sequence that somebody could be put into."""

    id: int
    name: str


class Joined(NamedTuple):
    """A sequence somebody is or was in: how many of its mails went out, when the next is due."""

    id: int
    sequence_id: int
    name: str
    state: str
    started_at: datetime
    stop_reason: str | None
    steps: int
    sent: int
    next_at: datetime | None

    @property
    def stop_words(self) -> str:
        """Why it was stopped, in words."""
        return words_of(self.stop_reason)


def joined_part(limit: int = 10) -> Select:
    """All that the contact `of_contact` was ever in, the newest first."""
    steps = select(func.count()).where(EnrolmentStep.enrolment_id == Enrolment.id)
    sent = steps.where(EnrolmentStep.state.in_(("sent", "uncertain")))
    following = (
        select(EnrolmentStep.due_at)
        .where(
            EnrolmentStep.enrolment_id == Enrolment.id,
            EnrolmentStep.state.in_(("pending", "queued")),
        )
        .order_by(EnrolmentStep.position)
        .limit(1)
    )
    return (
        select(
            *(Enrolment.id, Enrolment.sequence_id, Sequence.name, Enrolment.state),
            *(Enrolment.started_at, Enrolment.stop_reason),
            *(one.scalar_subquery() for one in (steps, sent, following)),
        )
        .join(Sequence, Sequence.id == Enrolment.sequence_id)
        .where(Enrolment.contact_id == bindparam("of_contact"))
        .order_by(Enrolment.id.desc())
        .limit(limit)
    )


_joined = ready(joined_part)


def enrolments_of(contact_id: int) -> list[Joined]:
    """All a contact was ever in, newest first."""
    rows = reading.rows(_joined(), {"of_contact": contact_id})
    return [Joined._make(row) for row in rows]


def open_part() -> Select:
    """Number and name of the sequences that the contact `of_contact` could be put into.

    None without a word of theirs on mails; whether it is a yes is asked elsewhere.
    """
    agrees = exists().where(
        Consent.contact_id == bindparam("of_contact"), Consent.purpose == "marketing"
    )
    live = select(Sequence.id, Sequence.name).where(Sequence.state == "live", agrees)
    return live.order_by(Sequence.name).limit(MOST_LIVE)
