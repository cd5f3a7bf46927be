"""What is asked in the handoff transaction before each nurture mail: truth, not memory."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from crm.activities.models import Entry
from crm.contacts.models import Contact
from crm.contacts.queries import has_consent
from crm.core import clock
from crm.core.business_time import is_open, next_opening
from crm.core.db import db
from crm.deals.models import Closure, Deal
from crm.filters.queries import excluding, unreadable
from crm.mail.models import Outbox
from crm.mail.rules import Later
from crm.sequences import queries, rules
from crm.sequences.models import Enrolment, EnrolmentStep
from crm.sequences.rules.due import GAP

A_WEEK = 3
TALKED = {"contacted", "qualified", "opportunity", "customer"}
NEVER = {"disqualified", "spam"}
PAUSE = timedelta(minutes=15)
UNREADABLE = "a segment that keeps people out of sequences cannot be read any more"


def guard(row: Outbox) -> str | Later | None:
    """A stop reason, a later time, or None when the mail may leave now.

    Locks the enrolment: whoever stops it meanwhile waits, or has already won.
    """
    step = queries.step_of(row)
    if step is None:
        return "the enrolment is gone"
    enrolment = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.id == step.enrolment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if enrolment.state in {"stopped", "finished"}:
        return enrolment.stop_reason or "the sequence is finished"
    if enrolment.sequence.state == "archived":
        return "manual"
    if enrolment.state == "paused" or enrolment.sequence.state != "live":
        return Later(clock.now() + PAUSE, "paused")
    # Somebody chose to send it again: only the stop rules may still forbid it.
    return (
        why_to_end(enrolment)
        or (Later(clock.now() + PAUSE, UNREADABLE) if unreadable() else None)
        or (None if row.resent_at else _not_now(enrolment, step))
    )


def why_to_end(enrolment: Enrolment) -> str | None:
    """Why nothing of an enrolment may leave any more: one of REASONS, None while it may."""
    contact = enrolment.contact
    if contact.merged_into_id or contact.deleted_at:
        return "merged" if contact.merged_into_id else "deleted"
    return (
        _not_allowed(enrolment, contact)
        or _moved_on(enrolment, contact)
        or _answered(enrolment, contact)
        or _deal(enrolment, contact)
    )


def _not_allowed(enrolment: Enrolment, contact: Contact) -> str | None:
    needs = enrolment.sequence_version.spec.get("needs_consent", True)
    if needs and not has_consent(contact.id, "marketing"):
        return "consent_withdrawn"
    if not any(email.state == "valid" for email in contact.emails):
        return "bounced"
    return "excluded" if excluding(contact) else None


def _moved_on(enrolment: Enrolment, contact: Contact) -> str | None:
    if contact.quiz_level == "hot" and enrolment.context.get("level_at_start") != "hot":
        return "hot_result"
    if contact.lifecycle in NEVER:
        return "contacted"
    if contact.lifecycle in TALKED and contact.lifecycle_at > enrolment.started_at:
        return "contacted"
    return None


def _answered(enrolment: Enrolment, contact: Contact) -> str | None:
    entry = db.session.scalars(
        select(Entry)
        .where(
            Entry.contact_id == contact.id,
            Entry.created_at > enrolment.started_at,
            Entry.removed_at.is_(None),
            Entry.kind.in_(("mail_in", "meeting")),
        )
        .order_by(Entry.id)
    )
    for found in entry:
        if found.kind == "meeting":
            return "meeting"
        if not found.details.get("is_auto"):
            return "replied"
    return None


def _deal(enrolment: Enrolment, contact: Contact) -> str | None:
    of_them = (Deal.contact_id == contact.id) & Deal.deleted_at.is_(None)
    closed = (
        select(Closure.id)
        .join(Deal, Deal.id == Closure.deal_id)
        .where(of_them, Closure.closed_at > enrolment.started_at)
    )
    if db.session.scalars(closed.limit(1)).first():
        return "deal_closed"
    created = select(Deal.id).where(of_them, Deal.created_at > enrolment.started_at)
    return "deal_created" if db.session.scalars(created.limit(1)).first() else None


def _not_now(enrolment: Enrolment, step: EnrolmentStep) -> Later | None:
    now = clock.now()
    spec = enrolment.sequence_version.spec
    calendar = queries.calendar(spec, enrolment.zone, enrolment.contact)
    intent: dict[str, Any] = queries.spec_step(spec, step.step_key) or {}
    last = queries.handed_since(enrolment.id, now - GAP)
    if last:
        return Later(rules.next_slot(last + GAP, intent.get("at"), calendar), "20 h between mails")
    if not is_open(now, calendar):
        return Later(next_opening(now, calendar), "outside the send window")
    handed = queries.nurture_times(enrolment.contact_id, now - timedelta(days=7))
    today = now.astimezone(calendar.zone).date()
    if handed and handed[-1].astimezone(calendar.zone).date() == today:
        return Later(
            rules.next_slot(handed[-1] + GAP, intent.get("at"), calendar), "one mail a day"
        )
    if len(handed) >= A_WEEK:
        again = handed[-A_WEEK] + timedelta(days=7)
        return Later(rules.next_slot(again, intent.get("at"), calendar), "three mails a week")
    return None
