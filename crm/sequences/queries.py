"""Reading sequences, who is in them, and what is asked before each of their mails."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from crm.accounts.models import User
from crm.accounts.queries import (
    calendar_of_team,
    team_by_id,
    user_by_id,
    visible,
    workspace,
)
from crm.contacts.models import Contact, ContactEmail
from crm.contacts.zones import is_zone
from crm.core import reading
from crm.core.business_time import Calendar
from crm.core.db import db
from crm.core.ready import Ready
from crm.mail.models import Outbox, SentOn
from crm.sequences import rules
from crm.sequences.models import Enrolment, EnrolmentStep, Sequence, SequenceVersion

IN = ("active", "paused", "waiting")
RUNS = ("active", "paused")
PAGE = 50


def _seen_by(user: User) -> ColumnElement[bool]:
    if user.sees_all:
        return Sequence.id.is_not(None)
    return or_(Sequence.team_id.is_(None), Sequence.team_id.in_(user.team_ids))


def sequence_for(user: User, id: int) -> Sequence | None:
    """A sequence `user` may see."""
    found = select(Sequence).where(Sequence.id == id, _seen_by(user))
    return db.session.scalars(found.options(joinedload(Sequence.live_version))).first()


_WITH_VERSION = Ready(
    select(
        *reading.columns(Sequence),
        *reading.columns(SequenceVersion),
        SequenceVersion.id.label("version_number"),
    )
    .outerjoin(SequenceVersion, SequenceVersion.id == Sequence.live_version_id)
    .where(Sequence.id == bindparam("number"))
)


def with_version(number: int) -> Sequence | None:
    """A sequence with the version that is live, whoever may see it: one statement."""
    row = reading.first(_WITH_VERSION, {"number": number})
    if row is None:
        return None
    own = len(reading.columns(Sequence))
    found = reading.entity(Sequence, row[:own])
    is_live = row.version_number is not None
    version = reading.entity(SequenceVersion, row[own:-1]) if is_live else None
    set_committed_value(found, "live_version", version)
    return found


def sequences_for(user: User) -> list[Sequence]:
    """The sequences `user` may see, by name; archived ones last."""
    rows = select(Sequence).where(_seen_by(user)).options(joinedload(Sequence.live_version))
    return list(db.session.scalars(rows.order_by(Sequence.state == "archived", Sequence.name)))


def live_sequences() -> list[Sequence]:
    """Sequences somebody can be put into now."""
    rows = select(Sequence).where(Sequence.state == "live").order_by(Sequence.name)
    return list(db.session.scalars(rows))


def active_enrolments(contact_id: int) -> list[Enrolment]:
    """What a contact is in, paused ones and those that wait to be confirmed included."""
    return list(
        db.session.scalars(
            select(Enrolment)
            .where(Enrolment.contact_id == contact_id, Enrolment.state.in_(IN))
            .options(
                joinedload(Enrolment.sequence),
                joinedload(Enrolment.sequence_version),
                selectinload(Enrolment.steps),
            )
            .order_by(Enrolment.id)
        )
    )


def waiting(contact_id: int, sequence_id: int | None = None) -> list[Enrolment]:
    """What a contact will be in once they confirm, locked; of one sequence if it is named."""
    rows = select(Enrolment).where(Enrolment.contact_id == contact_id, Enrolment.state == "waiting")
    if sequence_id is not None:
        rows = rows.where(Enrolment.sequence_id == sequence_id)
    rows = rows.with_for_update().execution_options(populate_existing=True)
    return list(db.session.scalars(rows.order_by(Enrolment.id)))


def enrolment_for(user: User, id: int) -> Enrolment | None:
    """An enrolment whose contact `user` may see."""
    return db.session.scalars(
        select(Enrolment)
        .join(Enrolment.contact)
        .where(Enrolment.id == id, visible(user, Contact))
        .options(
            joinedload(Enrolment.sequence),
            joinedload(Enrolment.sequence_version),
            selectinload(Enrolment.steps),
        )
    ).first()


def people_in(
    user: User, sequence: Sequence, state: str = "", before: int | None = None
) -> list[Enrolment]:
    """Who is or was in a sequence, newest first: one more than PAGE when there are older ones."""
    rows = (
        select(Enrolment)
        .join(Enrolment.contact)
        .where(Enrolment.sequence_id == sequence.id, visible(user, Contact))
        .options(joinedload(Enrolment.contact), selectinload(Enrolment.steps))
        .order_by(Enrolment.id.desc())
        .limit(PAGE + 1)
    )
    if state:
        rows = rows.where(Enrolment.state == state)
    if before:
        rows = rows.where(Enrolment.id < before)
    return list(db.session.scalars(rows))


def counts(sequence_ids: list[int]) -> dict[int, dict[str, int]]:
    """For each sequence how many enrolments are in each state."""
    rows = db.session.execute(
        select(Enrolment.sequence_id, Enrolment.state, func.count())
        .where(Enrolment.sequence_id.in_(sequence_ids))
        .group_by(Enrolment.sequence_id, Enrolment.state)
    )
    found: dict[int, dict[str, int]] = {id: {} for id in sequence_ids}
    for id, state, count in rows:
        found[id][state] = count
    return found


def ends(sequence: Sequence) -> tuple[dict[str, int], dict[str, int]]:
    """How many enrolments are in each state, and how many were stopped for which reason."""
    rows = db.session.execute(
        select(Enrolment.state, Enrolment.stop_reason, func.count())
        .where(Enrolment.sequence_id == sequence.id)
        .group_by(Enrolment.state, Enrolment.stop_reason)
        .order_by(func.count().desc())
    )
    states: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for state, reason, count in rows:
        states[state] = states.get(state, 0) + count
        if state == "stopped":
            reasons[reason or "manual"] = count
    return states, reasons


def step_counts(sequence: Sequence) -> dict[str, dict[str, int]]:
    """For each step key how many mails are in each state, over all versions."""
    rows = db.session.execute(
        select(EnrolmentStep.step_key, EnrolmentStep.state, func.count())
        .join(Enrolment, Enrolment.id == EnrolmentStep.enrolment_id)
        .where(Enrolment.sequence_id == sequence.id)
        .group_by(EnrolmentStep.step_key, EnrolmentStep.state)
    )
    found: dict[str, dict[str, int]] = {}
    for key, state, count in rows:
        found.setdefault(key, {})[state] = count
    return found


def next_due(sequence_ids: list[int]) -> dict[int, datetime]:
    """When each sequence's next mail is due."""
    rows = db.session.execute(
        select(Enrolment.sequence_id, func.min(EnrolmentStep.due_at))
        .join(Enrolment, Enrolment.id == EnrolmentStep.enrolment_id)
        .where(
            Enrolment.sequence_id.in_(sequence_ids),
            Enrolment.state == "active",
            EnrolmentStep.state == "pending",
        )
        .group_by(Enrolment.sequence_id)
    )
    return {row[0]: row[1] for row in rows}


def versions_of(sequence: Sequence) -> list[SequenceVersion]:
    """Published versions, newest first."""
    rows = select(SequenceVersion).where(SequenceVersion.sequence_id == sequence.id)
    return list(db.session.scalars(rows.order_by(SequenceVersion.n.desc()).limit(50)))


def zone_of(contact: Contact) -> str:
    """The zone in which a contact's mails are timed: their own, else the workspace's."""
    house = workspace()
    own = contact.timezone if contact.timezone and is_zone(contact.timezone) else ""
    return own or (house.timezone if house else "UTC")


def calendar(spec: dict[str, Any], zone: str, contact: Contact | None) -> Calendar:
    """When mails of `spec` may leave for a contact, holidays of their team included."""
    return rules.window_calendar(spec, ZoneInfo(zone), _holidays(contact))


def _holidays(contact: Contact | None) -> frozenset[date]:
    house = workspace()
    team_id = (contact.team_id if contact else None) or (house.default_team_id if house else None)
    team = team_by_id(team_id)
    return calendar_of_team(team).holidays if team else frozenset()


def address_of(enrolment: Enrolment) -> ContactEmail | None:
    """Where its mails go: to the address that was typed, else the first one that works."""
    works = [one for one in enrolment.contact.emails if one.state == "valid"]
    typed = str(enrolment.context.get("to") or "").strip().lower()
    return next((one for one in works if one.address == typed), works[0] if works else None)


def sender_of(enrolment: Enrolment) -> User | None:
    """The person the mails come from; somebody who left is replaced by the sequence's sender."""
    for id in (enrolment.sender_id, enrolment.sequence.sender_id, enrolment.contact.owner_id):
        user = user_by_id(id)
        if user and user.is_active:
            return user
    return None


def handed_since(enrolment_id: int, since: datetime) -> datetime | None:
    """When the last mail of an enrolment was handed over, if after `since`."""
    return db.session.scalar(
        select(func.max(Outbox.handed_at))
        .join(EnrolmentStep, EnrolmentStep.id == Outbox.enrolment_step_id)
        .where(
            EnrolmentStep.enrolment_id == enrolment_id,
            Outbox.handed_at > since,
            Outbox.state.in_(("handoff", "sent", "uncertain")),
        )
    )


def nurture_times(contact_id: int, since: datetime) -> list[datetime]:
    """When nurture mails were handed over for a contact since then, oldest first."""
    rows = select(SentOn.at).where(
        SentOn.contact_id == contact_id, SentOn.lane == "bulk", SentOn.at > since
    )
    return list(db.session.scalars(rows.order_by(SentOn.at)))


def step_of(row: Outbox) -> EnrolmentStep | None:
    """The step a mail belongs to."""
    if row.enrolment_step_id is None:
        return None
    return db.session.get(EnrolmentStep, row.enrolment_step_id)


def spec_step(spec: dict[str, Any], key: str) -> dict[str, Any] | None:
    return next((step for step in spec["steps"] if step["key"] == key), None)
