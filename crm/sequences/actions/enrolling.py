"""Putting a contact into a sequence."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.contacts.models import Contact
from crm.contacts.queries import standing
from crm.core import clock
from crm.core.db import db, guarded
from crm.core.refusal import Refused
from crm.filters.queries import excluding, unreadable
from crm.mail.queries import is_suppressed
from crm.sequences import queries, rules
from crm.sequences.actions.stopping import plan_anew
from crm.sequences.models import Enrolment, EnrolmentStep, Sequence


def enrol(
    contact: Contact,
    sequence: Sequence,
    *,
    source: str,
    by: User | None = None,
    anchor_at: datetime | None = None,
    sender_id: int | None = None,
    context: dict[str, Any] | None = None,
    is_unconfirmed: bool = False,
    stands: tuple[bool, bool] | None = None,
) -> Enrolment:
    """Put `contact` into the live version; due times count from `anchor_at` (default: now).

    `context` keys: result_link, quiz_link. `is_unconfirmed`: the consent it rests on still waits
    for a click, so the enrolment is `waiting` until `begin_waiting`. `stands`: `standing` on
    marketing, where the caller knows it. Raises Refused with the reason: no consent, suppressed,
    already in, was in before, paused, no address, nobody to send.
    """
    waits = is_unconfirmed and needs_consent(sequence)
    _may_enter(contact, sequence, waits, stands)
    version = sequence.live_version
    assert version is not None
    _has_links(contact, version.spec, context or {})
    for known in queries.waiting(contact.id, sequence.id):
        known.context = known.context | (context or {})
        return known if waits else begin(known, anchor_at)
    sender = sender_id or contact.owner_id or sequence.sender_id or (by.id if by else None)
    if sender is None:
        raise Refused(_("Choose who sends: the mails need a person to answer to."))
    enrolment = Enrolment(
        sequence_id=sequence.id,
        version_id=version.id,
        contact_id=contact.id,
        rotation=_rotation(contact, sequence),
        anchor_at=anchor_at or clock.now(),
        zone=queries.zone_of(contact),
        sender_id=sender,
        source=source,
        context={**(context or {}), "level_at_start": contact.quiz_level},
        state="waiting" if waits else "active",
        started_at=clock.now(),
        started_by_id=by.id if by else None,
    )
    enrolment.steps = steps_of(version.spec, enrolment, contact)
    try:
        with guarded(has_looked=True):  # _rotation did
            db.session.add(enrolment)
            db.session.flush()
    except IntegrityError:
        raise Refused(_("%(name)s is in this sequence already.", name=contact.name)) from None
    note_start(enrolment, contact, by)
    return enrolment


def begin(enrolment: Enrolment, anchor_at: datetime | None = None) -> Enrolment:
    """Let an enrolment that waited go ahead; its mails count from `anchor_at` (default: now)."""
    now = clock.now()
    enrolment.state, enrolment.started_at = "active", now
    enrolment.anchor_at = anchor_at or now
    plan_anew(enrolment)
    note_start(enrolment, enrolment.contact)
    return enrolment


def steps_of(spec: dict[str, Any], enrolment: Enrolment, contact: Contact) -> list[EnrolmentStep]:
    """One row for each step of a spec, with its due time."""
    calendar = queries.calendar(spec, enrolment.zone, contact)
    due = rules.due_times(spec, enrolment.anchor_at, calendar)
    return [
        EnrolmentStep(step_key=step["key"], position=place, due_at=at, state="pending")
        for place, (step, at) in enumerate(zip(spec["steps"], due, strict=True))
    ]


def needs_consent(sequence: Sequence) -> bool:
    """Whether only people who agreed to mails may be in the live version."""
    version = sequence.live_version
    return bool(version and version.spec.get("needs_consent", True))


def _may_enter(
    contact: Contact, sequence: Sequence, waits: bool, stands: tuple[bool, bool] | None
) -> None:
    if sequence.state != "live" or sequence.live_version is None:
        raise Refused(_("“%(name)s” is not live: publish or resume it first.", name=sequence.name))
    if contact.deleted_at or contact.merged_into_id:
        raise Refused(_("This contact is deleted."))
    email = next((e for e in contact.emails if e.state == "valid"), None)
    if email is None:
        raise Refused(_("%(name)s has no e-mail address that works.", name=contact.name))
    if waits:  # to confirm is a new consent, and lifts an older stop
        return
    if needs_consent(sequence):
        _check_consent(contact, *(stands or standing(contact.id, "marketing")))
    if kept_out := excluding(contact):
        raise Refused(_("Who is in segment “%(name)s” gets no sequences.", name=kept_out.name))
    for lost in unreadable():
        raise Refused(_("Segment “%(name)s” keeps people out of sequences, and part of its "
                        "conditions is not known any more. Nobody gets one until it is mended.",
                        name=lost.name))  # fmt: skip
    if is_suppressed(email.address, "marketing"):
        raise Refused(_("%(name)s has unsubscribed.", name=contact.name))


def _check_consent(contact: Contact, agrees: bool, waits: bool) -> None:
    if agrees:
        return
    if waits:
        raise Refused(
            _("Waiting for confirmation: %(name)s has not confirmed yet.", name=contact.name)
        )
    raise Refused(_("No marketing consent: %(name)s did not tick it.", name=contact.name))


def _has_links(contact: Contact, spec: dict[str, Any], context: dict[str, Any]) -> None:
    """A mail must never say "your result stays here:" and then nothing."""
    for step in spec["steps"]:
        for field in rules.used(step["body"]):
            if field.name.endswith("_link") and not field.default and not context.get(field.name):
                raise Refused(
                    _(
                        "The mails link to a quiz, and %(name)s came without one.",
                        name=contact.name,
                    )
                )


def _rotation(contact: Contact, sequence: Sequence) -> int:
    before = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.sequence_id == sequence.id, Enrolment.contact_id == contact.id)
        .order_by(Enrolment.rotation.desc())
    ).first()
    if before is None:
        return 1
    if before.state in queries.IN:
        raise Refused(_("%(name)s is in this sequence already.", name=contact.name))
    wait = sequence.reenrol_after_days
    ended = before.stopped_at or before.started_at
    if wait is None or ended + timedelta(days=wait) > clock.now():
        raise Refused(_("%(name)s was in this sequence before.", name=contact.name))
    return before.rotation + 1


def note_start(enrolment: Enrolment, contact: Contact, by: User | None = None) -> None:
    """Write on the timeline that a sequence began, or what it waits for."""
    waits = enrolment.state == "waiting"
    name = enrolment.sequence.name
    activities.record(
        "nurture_wait" if waits else "nurture_start",
        contact_id=contact.id,
        actor="user" if by else "rule",
        user_id=by.id if by else None,
        title=_("Sequence waits for confirmation: %(name)s", name=name)
        if waits
        else _("Sequence started: %(name)s", name=name),
        body=_("They were asked by mail to confirm. The first mail counts from then.")
        if waits
        else "",
        details={"enrolment_id": enrolment.id, "sequence_id": enrolment.sequence_id},
        dedupe_key=f"nurture_{'wait' if waits else 'start'}:{enrolment.id}",
    )
