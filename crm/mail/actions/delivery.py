"""The states of a mail on its way: claimed, handed over, and what the server said.

Each function is one short transaction's work; the network stands between them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, select, update

from crm.accounts.queries import workspace
from crm.activities import actions as activities
from crm.contacts.models import ContactEmail
from crm.core import clock
from crm.core.db import db
from crm.mail import queries, rules
from crm.mail.actions.budget import most_a_day, over_budget
from crm.mail.actions.outbox import tell_kind
from crm.mail.message import Written
from crm.mail.models import DeliveryEvent, Outbox
from crm.mail.rules import Later

HANDED = ("handoff", "sent", "uncertain")


@dataclass(frozen=True)
class Claim:
    """A claimed mail: `owner` and `tries` fence off whoever claimed it before."""

    id: int
    owner: str
    tries: int
    message_id: str


@dataclass(frozen=True)
class End:
    """A mail that will not leave: its last state and why."""

    state: str
    reason: str


def claim(lane: str, owner: str) -> Claim | None:
    """Take the next due mail of `lane` for 60 s; None when there is none.

    One statement: two drains never get the same row (SKIP LOCKED, or SQLite's write lock).
    """
    now = clock.now()
    house = workspace()
    if house and house.is_mail_held and lane != "security":
        return None
    due = (
        select(Outbox.id)
        .where(Outbox.state == "queued", Outbox.lane == lane, Outbox.not_before <= now)
        .order_by(Outbox.not_before, Outbox.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = db.session.execute(
        update(Outbox)
        .where(Outbox.id == due, Outbox.state == "queued")
        .values(
            state="claimed",
            lease_owner=owner,
            lease_until=now + rules.LEASE,
            tries=Outbox.tries + 1,
        )
        .returning(Outbox.id, Outbox.tries, Outbox.message_id)
        .execution_options(synchronize_session=False)
    ).first()
    return Claim(row[0], owner, row[1], row[2]) if row else None


def held_row(claim: Claim, *states: str, lock: bool = True) -> Outbox | None:
    """The row of a claim, if it is still that claim's and in one of `states`."""
    found = select(Outbox).where(
        Outbox.id == claim.id,
        Outbox.lease_owner == claim.owner,
        Outbox.tries == claim.tries,
        Outbox.state.in_(states),
    )
    found = found.execution_options(populate_existing=True)
    return db.session.scalars(found.with_for_update() if lock else found).first()


def renew(claim: Claim) -> bool:
    """Another 60 s for a claim; False when somebody else has it."""
    row = held_row(claim, "claimed")
    if row:
        row.lease_until = clock.now() + rules.LEASE
    return row is not None


def objection(row: Outbox) -> End | Later | None:
    """What forbids handing a mail over at this moment: asked, never remembered."""
    now = clock.now()
    mail = current_app.extensions["tend.mails"].get(row.kind)
    if mail is None:
        return End("failed", f"unknown kind {row.kind}")
    house = workspace()
    if house and house.is_mail_held and row.lane != "security":
        return Later(now, "all mail is held")
    if row.expires_at and row.expires_at <= now:
        return End("expired", "not sent in time")
    scope = "marketing" if mail.is_marketing else "all"
    # A password link is asked for each time anew: who asks for it wants it.
    if row.lane != "security" and queries.is_suppressed(row.to_address, scope):
        return End("suppressed", "this address asked for no more mail")
    asked = mail.guard(row) if mail.guard else None
    if isinstance(asked, str):
        return End("cancelled", asked)
    return asked or _anonymous_limits(row, now)


def _anonymous_limits(row: Outbox, now: datetime) -> End | Later | None:
    """Mail that strangers can cause is limited for each address and in all (P1)."""
    if not row.is_anonymous_cause:
        return None
    handed = (
        select(func.count(), func.max(Outbox.handed_at))
        .where(
            Outbox.to_canonical == row.to_canonical,
            Outbox.is_anonymous_cause,
            Outbox.state.in_(HANDED),
            Outbox.id != row.id,
            Outbox.handed_at > now - timedelta(days=1),
        )
        .where(Outbox.created_at > now - timedelta(days=30))
    )
    count, last = db.session.execute(handed).one()
    if count >= rules.DOUBTFUL_A_DAY and count >= most_a_day(row.to_canonical):
        return End("cancelled", "too many mails to this address in a day")
    if last and last + rules.ANONYMOUS_GAP > now:
        return Later(last + rules.ANONYMOUS_GAP, "one such mail in ten minutes")
    return None


def hand_over(claim: Claim, written: Written) -> datetime | None:
    """The point of no return: after this commit the text is sent and never twice by itself.

    Answers the instant to journal, or None when the mail must not leave (then the caller hangs
    up; nothing was sent).
    """
    row = held_row(claim, "claimed")
    if row is None:
        return None
    no = objection(row) or over_budget(row)
    if no:
        put_off(row, no)
        return None
    now = clock.now()
    row.state, row.reason = "handoff", ""
    row.handed_at, row.lease_until = now, now + rules.HANDOFF_LEASE
    row.subject = written.subject
    if row.lane != "security":  # its link is a power: nobody reads it in the outbox
        row.text, row.html = written.text, written.html
    row.headers = written.headers
    return now


def put_off(row: Outbox, no: End | Later) -> None:
    """Write down why a mail does not leave now."""
    row.lease_owner = row.lease_until = None
    row.reason = no.reason
    if isinstance(no, Later):
        # A mail that only has to wait has not failed: this try does not count.
        row.state, row.not_before, row.tries = "queued", no.until, max(0, row.tries - 1)
        if row.expires_at:
            row.expires_at += max(no.until - clock.now(), timedelta(0))
        return
    row.state = no.state
    tell_kind(row)


def note(row: Outbox, kind: str, code: int | None, text: str) -> None:
    """Keep what happened to this try."""
    row.last_code, row.last_text = code, text[:300]
    db.session.add(
        DeliveryEvent(
            outbox_id=row.id,
            source="smtp",
            external_id=f"{row.message_id}:{row.tries}:{kind}:{clock.now().isoformat()}",
            kind=kind,
            at=clock.now(),
            details={"code": code, "text": text[:300]},
        )
    )


def accepted(claim: Claim, code: int, text: str) -> None:
    """250: the server has it. Also settles a row that was thought uncertain meanwhile."""
    row = held_row(claim, "handoff", "uncertain")
    if row is None:
        return
    row.state, row.reason, row.sent_at = "sent", "", clock.now()
    row.lease_owner = row.lease_until = None
    note(row, "accepted", code, text)
    mail = current_app.extensions["tend.mails"].get(row.kind)
    if mail and mail.entry and row.contact_id:
        activities.record(
            mail.entry,
            contact_id=row.contact_id,
            actor="system",
            title=row.subject,
            direction="out",
            details={"outbox_id": row.id},
            dedupe_key=f"mail:{row.id}",
        )
    tell_kind(row)


def refused(claim: Claim, code: int, text: str) -> None:
    """A definite 4xx or 5xx: try again later, or give up and flag a mailbox that is not there."""
    row = held_row(claim, "claimed", "handoff", "uncertain")
    if row is None:
        return
    if code < 500:
        _again(row, "deferred", code, text)
        return
    row.state, row.reason = "failed", f"{code} {text}"[:300]
    row.lease_owner = row.lease_until = None
    note(row, "failed", code, text)
    if rules.is_hard_bounce(code, text):
        _flag_address(row)
    tell_kind(row)


def _flag_address(row: Outbox) -> None:
    rows = select(ContactEmail).where(ContactEmail.canonical == row.to_canonical)
    for email in db.session.scalars(rows):
        email.state, email.state_at = "bounced", clock.now()


def not_reached(claim: Claim, text: str) -> None:
    """The connection failed before the text was sent: nothing left, try again later."""
    row = held_row(claim, "claimed")
    if row:
        _again(row, "not_reached", None, text)


def _again(row: Outbox, kind: str, code: int | None, text: str) -> None:
    now = clock.now()
    note(row, kind, code, text)
    row.lease_owner = row.lease_until = None
    row.reason = f"{code or ''} {text}".strip()[:300]
    row.not_before = rules.try_again_at(now, row.tries)
    late = bool(row.expires_at and row.not_before >= row.expires_at)
    row.state = "queued"
    if late or row.tries >= rules.MOST_TRIES:
        row.state = "failed"
        tell_kind(row)


def unwritable(claim: Claim, text: str, is_final: bool) -> None:
    """The text could not be made: again later, and given up after a few tries."""
    row = held_row(claim, "claimed")
    if row is None:
        return
    _again(row, "unwritable", None, text)
    if is_final or row.tries >= rules.MOST_FAULTS:
        row.state = "failed"
        tell_kind(row)


def lost_answer(claim: Claim, text: str) -> None:
    """No answer after the final dot: nobody knows whether it arrived."""
    row = held_row(claim, "handoff")
    if row:
        doubt(row, text)


def doubt(row: Outbox, text: str) -> None:
    """Say plainly that nobody knows."""
    row.state, row.reason = "uncertain", text[:300]
    row.lease_owner = row.lease_until = None
    note(row, "uncertain", None, text)
    tell_kind(row)
