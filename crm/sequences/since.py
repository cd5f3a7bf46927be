"""What came about contacts since enrolments of theirs were stopped, of many at once."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import literal, or_, select, union_all

from crm.activities.models import Entry
from crm.contacts.models import Consent, Contact
from crm.contacts.queries import UNTICKED
from crm.core.db import db
from crm.deals.models import Closure, Deal
from crm.sequences import queries
from crm.sequences.models import Enrolment
from crm.sequences.models import Sequence as Series

TALKS = {"mail_in": "replied", "meeting": "meeting", "call": "contacted"}
# Of several reasons the first one is said.
OF_SEQUENCES = ("archived", "again")
ORDER = (*OF_SEQUENCES, "consent_withdrawn", *TALKS.values(), "deal_created", "deal_closed")


@dataclass(frozen=True)
class Came:
    """Something that keeps mails ended, when it was written down: of a contact by number, or of
    an enrolment where it is about its sequence (`OF_SEQUENCES`)."""

    why: str
    number: int
    at: datetime
    ref: str = ""


def came_since(enrolments: Sequence[Enrolment]) -> dict[int, str]:
    """Why what was stopped stays so though that is taken back, by number: keys of STAYS.

    What stopped it does not count. Of a merged contact counts what came to the one that stays.
    """
    ended = {one.id: one for one in enrolments if one.stopped_at}
    if not ended:
        return {}
    people = _people(list(ended.values()))
    everybody = {number for some in people.values() for number in some}
    first = min(one.stopped_at for one in ended.values() if one.stopped_at)
    came = [*_talks(everybody, first), *_words_and_deals(everybody, first, ended)]
    found = {
        number: {event.why for event in came if _counts(event, one, people[number])}
        for number, one in ended.items()
    }
    return {number: min(whys, key=ORDER.index) for number, whys in found.items() if whys}


def _counts(event: Came, enrolment: Enrolment, people: Collection[int]) -> bool:
    if event.why in OF_SEQUENCES:
        return event.number == enrolment.id
    assert enrolment.stopped_at is not None
    is_since = event.number in people and event.at >= enrolment.stopped_at
    return is_since and (not event.ref or event.ref != enrolment.cause)


def _people(enrolments: Iterable[Enrolment]) -> dict[int, set[int]]:
    """Each contact with the one it was or is merged into."""
    found: dict[int, set[int]] = {}
    for one in enrolments:
        merged = one.stop_reason == "merged" and one.cause.isdigit()
        found[one.id] = {one.contact_id, *([int(one.cause)] if merged else [])}
    numbers = {number for some in found.values() for number in some}
    later = select(Contact.id, Contact.merged_into_id).where(
        Contact.id.in_(numbers), Contact.merged_into_id.is_not(None)
    )
    into: dict[int, Any] = {number: became for number, became in db.session.execute(later)}
    return {
        key: some | {into[number] for number in some if number in into}
        for key, some in found.items()
    }


def _talks(people: Collection[int], first: datetime) -> Iterator[Came]:
    is_talk = or_(
        Entry.kind.in_(("mail_in", "meeting")),
        (Entry.kind == "call") & (Entry.outcome == "reached"),
    )
    said = (Entry.id, Entry.kind, Entry.contact_id, Entry.created_at, Entry.details)
    rows = select(*said).where(
        Entry.contact_id.in_(people),
        Entry.created_at >= first,
        Entry.removed_at.is_(None),
        is_talk,
    )
    for number, kind, contact_id, at, details in db.session.execute(rows):
        if not (details or {}).get("is_auto"):
            # An answer is never logged by mistake: it counts though it is what ended the mails.
            ref = "" if kind == "mail_in" else f"entry:{number}"
            yield Came(TALKS[kind], contact_id, at, ref)


def _words_and_deals(
    people: Collection[int], first: datetime, ended: Collection[int]
) -> Iterator[Came]:
    said_no = select(literal("consent_withdrawn"), Consent.contact_id, Consent.at).where(
        Consent.contact_id.in_(people),
        Consent.purpose == "marketing",
        Consent.is_granted.is_(False),
        Consent.source.not_in((*UNTICKED, "merge")),
        Consent.at >= first,
    )
    of_them = Deal.contact_id.in_(people) & Deal.deleted_at.is_(None)
    made = select(literal("deal_created"), Deal.contact_id, Deal.created_at)
    made = made.where(of_them, Deal.created_at >= first)
    closed = select(literal("deal_closed"), Deal.contact_id, Closure.closed_at)
    closed = closed.join(Deal, Deal.id == Closure.deal_id)
    closed = closed.where(of_them, Closure.closed_at >= first)
    all_of_it: Any = union_all(said_no, made, closed, *_of_sequences(ended))
    for row in db.session.execute(all_of_it):
        yield Came(*row)


def _of_sequences(ended: Collection[int]) -> tuple[Any, Any]:
    """Those whose sequence was put away, and those who are in it again."""
    away = select(literal("archived"), Enrolment.id, Enrolment.started_at)
    away = away.join(Series, Series.id == Enrolment.sequence_id)
    away = away.where(Enrolment.id.in_(ended), Series.state == "archived")
    other = Enrolment.__table__.alias("other")
    again = select(literal("again"), Enrolment.id, Enrolment.started_at).join(
        other,
        (other.c.contact_id == Enrolment.contact_id)
        & (other.c.sequence_id == Enrolment.sequence_id)
        & (other.c.id != Enrolment.id),
    )
    return away, again.where(Enrolment.id.in_(ended), other.c.state.in_(queries.IN))
