"""Enrolments that go on, because what ended or held them was taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.activities import actions as activities
from crm.contacts.models import ContactEmail
from crm.contacts.queries import has_consent
from crm.core import clock
from crm.core.db import db
from crm.history.rules import Held
from crm.mail.queries import is_suppressed
from crm.sequences.actions.stopping import (
    cancel_steps,
    hold_mails,
    move_steps,
    resume,
)
from crm.sequences.models import Enrolment
from crm.sequences.since import came_since
from crm.sequences.words import REASONS, STAYS

Values = Mapping[str, Any]


def why_they_stay(changes: Sequence[tuple[Enrolment, Values, Values]]) -> dict[int, str]:
    """Why what was done to enrolments is not taken back: keys of STAYS by number.

    Each change comes with the values before and after it; what is not named may be taken back.
    """
    found = came_since([row for row, _old, new in changes if new.get("state") == "stopped"])
    for row, old, new in changes:
        if new.get("state") == "finished":
            found[row.id] = "finished"
        elif new.get("state") == "active" and old.get("state") == "waiting":
            found[row.id] = "begun"
    return found


def go_back(enrolment: Enrolment, by: Any) -> None:
    """Let mails follow what an undo made of an enrolment: they leave again, are held or end.

    Raises Held where they must not leave any more. Times that passed meanwhile are moved, so that
    no two mails leave at once.
    """
    if enrolment.state == "stopped":
        if cancel_steps(enrolment, enrolment.stop_reason or "manual"):
            _note(enrolment, "nurture_stop", _("Sequence stopped: %(name)s"), by)
    elif any(step.state == "cancelled" for step in enrolment.steps):
        _check(enrolment)
        _take_up(enrolment, by)
    elif enrolment.state == "active" and enrolment.paused_at:
        enrolment.state = "paused"
        resume(enrolment, by)
    elif enrolment.state == "paused" and not enrolment.paused_at:
        enrolment.paused_at = clock.now()
        hold_mails(enrolment)


def go_on_from_trash(contact_id: int) -> int:
    """Let go on what a mail that fell due ended while a contact was in the trash; how many."""
    rows = select(Enrolment).where(
        Enrolment.contact_id == contact_id,
        Enrolment.state == "stopped",
        Enrolment.stop_reason == "deleted",
    )
    ended, found = db.session.scalars(rows.with_for_update()).all(), 0
    came = came_since(ended)
    for enrolment in ended:
        why = came.get(enrolment.id) or why_not(enrolment)
        if why:  # said once, and not asked again
            enrolment.stop_reason = why if why in REASONS else "manual"
            continue
        enrolment.state, enrolment.stop_reason, enrolment.stopped_at = "active", None, None
        _take_up(enrolment, None)
        found += 1
    return found


def why_not(enrolment: Enrolment, *, needs_address: bool = True) -> str:
    """Why nothing may leave to this contact at all, as things stand; empty where it may.

    Without `needs_address` it is no reason that there is none: only that none of those works.
    """
    wanted = select(ContactEmail).where(ContactEmail.contact_id == enrolment.contact_id)
    known = db.session.scalars(wanted).all()
    works = [one for one in known if one.state == "valid"]
    if not works and (known or needs_address):
        return "bounced"
    if enrolment.state == "waiting":
        return ""
    needs = enrolment.sequence_version.spec.get("needs_consent", True)
    if needs and not has_consent(enrolment.contact_id, "marketing"):
        return "consent_withdrawn"
    is_off = any(is_suppressed(one.address, "marketing") for one in works)
    return "unsubscribed" if is_off else ""


def _check(enrolment: Enrolment) -> None:
    """Who lost all addresses stays in a sequence until a mail falls due, which asks for one then:
    so it was before what is taken back, and an address may come back by the next undo."""
    why = why_not(enrolment, needs_address=False)
    if why:
        raise Held(why, str(STAYS[why]))


def _take_up(enrolment: Enrolment, by: Any) -> None:
    for step in enrolment.steps:
        if step.state == "cancelled":
            step.state, step.reason = "pending", ""
    left = [step for step in enrolment.steps if step.state == "pending"]
    if enrolment.state == "active" and left and left[0].due_at < clock.now():
        move_steps(enrolment, left, clock.now())
    _note(enrolment, "nurture_start", _("Sequence goes on: %(name)s"), by)


def _note(enrolment: Enrolment, kind: str, title: str, by: Any) -> None:
    activities.record(
        kind,
        contact_id=enrolment.contact_id,
        actor="user" if by else "rule",
        user_id=by.id if by else None,
        title=title % {"name": enrolment.sequence.name},
        details={"enrolment_id": enrolment.id, "sequence_id": enrolment.sequence_id},
    )
