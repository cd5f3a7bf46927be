"""Ending, pausing and moving enrolments."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.mail import actions as mail
from crm.mail.models import Outbox
from crm.sequences import queries, rules
from crm.sequences.models import Enrolment, EnrolmentStep
from crm.sequences.words import REASONS


def stop_for_contact(
    contact_id: int, *, reason: str, cause: str = "", at: datetime | None = None
) -> int:
    """Stop everything a contact is in; how many enrolments that were.

    `reason` is one of REASONS, `cause` names the row or Message-ID that caused it. Takes the
    enrolments' locks, so that a handoff going on at this moment is either before or never.
    """
    rows = (
        select(Enrolment)
        .where(Enrolment.contact_id == contact_id, Enrolment.state.in_(queries.IN))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = list(db.session.scalars(rows))
    for enrolment in found:
        stop(enrolment, reason=reason, cause=cause, at=at)
    return len(found)


def stop(
    enrolment: Enrolment,
    *,
    reason: str,
    cause: str = "",
    at: datetime | None = None,
    by: User | None = None,
) -> None:
    """End one enrolment: no later mail of it leaves. Harmless when it has ended already."""
    if enrolment.state not in queries.IN:
        return
    enrolment.state, enrolment.stop_reason, enrolment.cause = "stopped", reason, cause
    enrolment.stopped_at = at or clock.now()
    cancelled = cancel_steps(enrolment, reason)
    activities.record(
        "nurture_stop",
        contact_id=enrolment.contact_id,
        actor="user" if by else "rule",
        user_id=by.id if by else None,
        title=_("Sequence stopped: %(name)s", name=enrolment.sequence.name),
        body=str(REASONS.get(reason, reason)),
        details={
            "enrolment_id": enrolment.id,
            "reason": reason,
            "cause": cause,
            "cancelled": cancelled,
        },
        dedupe_key=f"nurture_stop:{enrolment.id}:{enrolment.stopped_at.isoformat()}",
    )


def cancel_steps(enrolment: Enrolment, reason: str) -> int:
    """Take back the mails of an enrolment that have not left; how many."""
    left = [step for step in enrolment.steps if step.state in {"pending", "queued"}]
    for step in left:
        _take_back(step, reason)
    return len(left)


def _take_back(step: EnrolmentStep, reason: str) -> None:
    step.state, step.reason = "cancelled", reason
    row = _outbox_of(step)
    if row and row.state in {"queued", "held"}:
        mail.cancel(row, reason)


def _outbox_of(step: EnrolmentStep) -> Outbox | None:
    return db.session.get(Outbox, step.outbox_id) if step.outbox_id else None


def pause(enrolment: Enrolment, by: User) -> None:
    """Let nothing leave until somebody resumes."""
    if enrolment.state != "active":
        raise Refused(_("Only a running sequence can be paused."))
    enrolment.state, enrolment.paused_at = "paused", clock.now()
    hold_mails(enrolment)


def hold_mails(enrolment: Enrolment) -> None:
    """Hold those that wait in the outbox."""
    for step in enrolment.steps:
        row = _outbox_of(step) if step.state == "queued" else None
        if row and row.state == "queued":
            row.state, row.reason = "held", "paused"


def resume(enrolment: Enrolment, by: User, *, keep: bool = False) -> None:
    """Go on: later by as long as the pause was, or (`keep`) at the times planned before."""
    if enrolment.state != "paused":
        raise Refused(_("This sequence is not paused."))
    now = clock.now()
    pause_ = now - (enrolment.paused_at or now)
    enrolment.state, enrolment.paused_at = "active", None
    if not keep:
        enrolment.anchor_at += pause_
        plan_anew(enrolment)
    for step in enrolment.steps:
        row = _outbox_of(step) if step.state == "queued" else None
        if row and row.state == "held":
            mail.release(row)


def plan_anew(enrolment: Enrolment) -> None:
    """Work out the due times of the mails to come from the enrolment's anchor."""
    spec = enrolment.sequence_version.spec
    calendar = queries.calendar(spec, enrolment.zone, enrolment.contact)
    planned = {
        step["key"]: at
        for step, at in zip(
            spec["steps"], rules.due_times(spec, enrolment.anchor_at, calendar), strict=True
        )
    }
    for step in enrolment.steps:
        if step.state == "pending" and step.step_key in planned:
            step.due_at = planned[step.step_key]


def postpone_for_contact(contact_id: int, *, until: datetime) -> int:
    """No mail before `until` (they are away): the rest moves by as many days; how many moved."""
    moved = 0
    for enrolment in queries.active_enrolments(contact_id):
        waiting = [step for step in enrolment.steps if step.state in {"pending", "queued"}]
        if waiting and waiting[0].due_at < until:
            move_steps(enrolment, waiting, until)
            moved += 1
    return moved


def move_steps(enrolment: Enrolment, waiting: Sequence[EnrolmentStep], until: datetime) -> None:
    """Let the first of these mails leave no sooner than `until`, the rest as many days later."""
    spec = enrolment.sequence_version.spec
    calendar = queries.calendar(spec, enrolment.zone, enrolment.contact)
    days = (until.date() - waiting[0].due_at.date()).days
    for step in waiting:
        intent = queries.spec_step(spec, step.step_key) or {}
        earliest = max(until, step.due_at + timedelta(days=max(days, 0)))
        step.due_at = rules.next_slot(earliest, intent.get("at"), calendar)
        row = _outbox_of(step)
        if row and row.state == "queued":
            row.not_before = step.due_at
            row.expires_at = None
