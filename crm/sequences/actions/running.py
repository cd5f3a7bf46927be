"""From a due step to its mail, and from the mail's fate back to the step."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.core import clock
from crm.core.db import db
from crm.mail import actions as mail
from crm.mail.models import Outbox, SentOn
from crm.notices.actions import tell
from crm.sequences import queries, rules
from crm.sequences.actions.stopping import stop
from crm.sequences.models import Enrolment, EnrolmentStep, Sequence
from crm.sequences.rules.due import GAP
from crm.sequences.words import REASONS

A_TICK = 200
DOUBT = timedelta(hours=24)
OPEN = ("pending", "queued", "uncertain")


def queue_due_steps() -> int:
    """Write the mails of due steps into the outbox; how many. Harmless however often it runs."""
    rows = (
        select(EnrolmentStep)
        .join(Enrolment, Enrolment.id == EnrolmentStep.enrolment_id)
        .join(Sequence, Sequence.id == Enrolment.sequence_id)
        .where(
            EnrolmentStep.state == "pending",
            EnrolmentStep.due_at <= clock.now(),
            Enrolment.state == "active",
            Sequence.state == "live",
        )
        .order_by(EnrolmentStep.due_at, EnrolmentStep.id)
        .limit(A_TICK)
        .with_for_update(skip_locked=True, of=EnrolmentStep)
    )
    return sum(_queue(step) for step in db.session.scalars(rows))


def _queue(step: EnrolmentStep) -> bool:
    enrolment = db.session.get(Enrolment, step.enrolment_id)
    assert enrolment is not None
    later = _too_soon(enrolment, step)
    if later:
        step.due_at = later
        return False
    email = queries.address_of(enrolment)
    if email is None:
        stop(enrolment, reason="bounced", cause="no address that works")
        return False
    key = f"enrolment:{enrolment.id}:{step.step_key}"
    sender = queries.sender_of(enrolment)
    step.outbox_id = mail.queue(
        "nurture",
        dedupe_key=key,
        to_address=email.address,
        to_name=enrolment.contact.name,
        contact_id=enrolment.contact_id,
        sender_id=sender.id if sender else None,
        enrolment_step_id=step.id,
    ) or _revive(key)
    step.state = "queued"
    return True


def _too_soon(enrolment: Enrolment, step: EnrolmentStep):
    """A later time while an earlier mail is under way, uncertain for a day, or 20 h young."""
    now = clock.now()
    last = queries.handed_since(enrolment.id, now - GAP)
    for other in enrolment.steps:
        if other.position >= step.position:
            continue
        if other.state == "queued":
            last = max(last or now, now)
        if other.state == "uncertain" and other.sent_at and other.sent_at + DOUBT > now:
            last = max(last or other.sent_at, other.sent_at + DOUBT - GAP)
    if last is None or last + GAP <= now:
        return None
    spec = enrolment.sequence_version.spec
    calendar = queries.calendar(spec, enrolment.zone, enrolment.contact)
    intent = queries.spec_step(spec, step.step_key) or {}
    return rules.next_slot(last + GAP, intent.get("at"), calendar)


def _revive(key: str) -> int | None:
    """The mail of a step that was taken back and is wanted again."""
    row = db.session.scalars(select(Outbox).where(Outbox.dedupe_key == key)).first()
    if row and row.state == "cancelled" and row.handed_at is None:
        mail.resend(row)
    return row.id if row else None


def settled(row: Outbox) -> None:
    """What became of a nurture mail, told in the transaction that knows it."""
    step = queries.step_of(row)
    if step is None:
        return
    enrolment = db.session.get(Enrolment, step.enrolment_id)
    assert enrolment is not None
    if row.state in {"sent", "uncertain"}:
        _has_left(row, step, enrolment)
    elif step.state == "queued":
        _stays_here(row, step, enrolment)
    if enrolment.state == "active" and not any(s.state in OPEN for s in enrolment.steps):
        enrolment.state, enrolment.stopped_at = "finished", clock.now()


def _has_left(row: Outbox, step: EnrolmentStep, enrolment: Enrolment) -> None:
    first_time = step.sent_at is None
    step.state, step.reason = row.state, row.reason
    step.sent_at = row.sent_at or row.handed_at
    if first_time and row.handed_at:
        on = row.handed_at.astimezone(ZoneInfo(enrolment.zone)).date()
        db.session.add(
            SentOn(contact_id=enrolment.contact_id, lane="bulk", on=on, at=row.handed_at)
        )
    if row.state == "uncertain":
        _tell_doubt(row, enrolment)
        return
    activities.record(
        "nurture_sent",
        contact_id=enrolment.contact_id,
        actor="system",
        user_id=row.sender_id,
        title=row.subject,
        direction="out",
        details={"outbox_id": row.id, "enrolment_id": enrolment.id, "step": step.position + 1},
        dedupe_key=f"mail:{row.id}",
    )


def _tell_doubt(row: Outbox, enrolment: Enrolment) -> None:
    activities.record(
        "uncertain",
        contact_id=enrolment.contact_id,
        actor="system",
        title=_("Nobody knows whether this mail arrived: %(subject)s", subject=row.subject),
        body=row.reason,
        details={"outbox_id": row.id},
        dedupe_key=f"uncertain:{row.id}:{row.tries}",
    )
    sender: User | None = queries.sender_of(enrolment)
    if sender:
        tell(
            sender.id,
            kind="uncertain",
            title=_("Uncertain mail to %(name)s", name=enrolment.contact.name),
            body=_("The server took the text and never answered. Send it again if they ask."),
            url=f"/outbox/{row.id}",
            dedupe_key=f"uncertain:{row.id}:{row.tries}",
        )


def _stays_here(row: Outbox, step: EnrolmentStep, enrolment: Enrolment) -> None:
    step.state = "failed" if row.state == "failed" else "skipped"
    step.reason = row.reason
    if row.state == "suppressed":
        stop(enrolment, reason="unsubscribed", cause=f"outbox:{row.id}")
    elif row.state == "cancelled" and row.reason in REASONS:
        step.state = "cancelled"
        stop(enrolment, reason=row.reason, cause=f"outbox:{row.id}")
    elif row.state == "failed" and any(
        e.canonical == row.to_canonical and e.state == "bounced" for e in enrolment.contact.emails
    ):
        stop(enrolment, reason="bounced", cause=f"outbox:{row.id}")
