"""Looking at the timeline for what meets a promise, and doing what follows from it."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from crm.activities import actions as activities
from crm.activities.models import Entry
from crm.contacts.models import Contact
from crm.core import business_time
from crm.core.db import db
from crm.deals.models import Deal, Stage
from crm.fields.queries import stays_of
from crm.leads import queries
from crm.leads.actions.clocks import end_clocks
from crm.leads.actions.lifecycle import ENDED, try_move
from crm.leads.models import AnswerClock
from crm.leads.rules import BEFORE_CONTACT, TALK
from crm.sequences import actions as sequences

REACHED = "reached"
LEAD_TASKS = ("routing", "clock")
HALF_A_MINUTE = timedelta(seconds=30)


def settle(contact_id: int) -> None:
    """Ask the timeline what has become of a contact: clocks met, tasks closed, mails stopped.

    Harmless when repeated. Contacts that are gone or out of the work lose their clocks. Of one
    that was merged since the bell rang, what it had is with the one that stays.
    """
    contact = db.session.get(Contact, contact_id)
    if contact is None:
        return
    if contact.merged_into_id:
        end_clocks(contact.id, as_="cancelled")
        contact = db.session.get_one(Contact, stays_of("contact", [contact.id])[0])
    if contact.deleted_at or contact.lifecycle in ENDED:
        end_clocks(contact.id, as_="cancelled")
        return
    sequences.go_on_from_trash(contact.id)
    _settle_clocks(contact)
    _settle_lifecycle(contact)


def meeting_entry(clock: AnswerClock) -> Entry | None:
    """The first thing in the timeline that keeps the promise, None while nothing does.

    Policy "calls": an outbound call with any outcome; "any": also a mail a person wrote or a
    meeting. Kind "first_contact": a call that reached somebody, a reply, a meeting.
    """
    wanted = select(Entry).where(
        Entry.contact_id == clock.contact_id,
        Entry.removed_at.is_(None),
        Entry.at >= clock.started_at,
        Entry.kind.in_(TALK),
        Entry.actor.in_(["user", "prospect"]),
        _meets(clock.policy),
    )
    if clock.ended_at is not None:
        wanted = wanted.where(Entry.at <= clock.ended_at)
    return db.session.scalars(wanted.order_by(Entry.at, Entry.id).limit(1)).first()


def _meets(policy: dict):
    call = (Entry.kind == "call") & (Entry.direction == "out")
    if policy["kind"] == "first_contact":
        reached = call & (Entry.outcome == REACHED)
        return or_(reached, Entry.kind.in_(["mail_in", "meeting"]))
    if policy["counts"] == "calls":
        return call
    return or_(call, Entry.kind == "meeting", (Entry.kind == "mail_out") & (Entry.actor == "user"))


def _settle_clocks(contact: Contact) -> None:
    """Meet what is kept. What was handed on for nothing, since a call came before, is over."""
    _run_again(contact)
    clocks = db.session.scalars(
        select(AnswerClock)
        .where(
            AnswerClock.contact_id == contact.id,
            AnswerClock.met_at.is_(None),
            or_(AnswerClock.ended_at.is_(None), AnswerClock.ended_as == "reassigned"),
        )
        .order_by(AnswerClock.id)
        .with_for_update()
    ).all()
    for place, clock in enumerate(clocks):
        entry = meeting_entry(clock)
        if entry is None:
            continue
        meet(clock, entry, contact)
        for later in clocks[place + 1 :]:
            if later.started_at > entry.at and later.is_running:
                later.ended_at, later.ended_as = entry.created_at, "cancelled"
                later.next_alert_at = None


def _run_again(contact: Contact) -> None:
    """A promise that was kept by what turned out to be logged by mistake is still to be kept."""
    met_by = AnswerClock.met_by_entry_id == Entry.id
    for clock in db.session.scalars(
        select(AnswerClock)
        .join(Entry, met_by)
        .where(AnswerClock.contact_id == contact.id, Entry.removed_at.is_not(None))
    ):
        clock.met_at = clock.met_by_entry_id = clock.met_minutes = clock.breached_at = None
        clock.is_late_logged = False
        clock.next_alert_at = None if clock.ended_at else clock.due_at


def meet(clock: AnswerClock, entry: Entry, contact: Contact) -> None:
    """Write down that a promise was kept, when and by what, and close the tasks it had."""
    owner = queries.user_of(clock)
    clock.met_at, clock.met_by_entry_id, clock.next_alert_at = entry.at, entry.id, None
    clock.met_minutes = _minutes(clock, entry.at, contact)
    is_late = entry.at > clock.due_at
    clock.is_late_logged = not is_late and entry.created_at > clock.due_at
    clock.breached_at = clock.due_at if is_late else None
    activities.close_tasks(contact.id, as_="done", sources=LEAD_TASKS, by=entry.user or owner)


def _minutes(clock: AnswerClock, at: datetime, contact: Contact) -> int:
    """Minutes from start to `at` on the clock's own calendar, to the nearest minute."""
    at += HALF_A_MINUTE  # calls are logged to the minute, leads come in at any second
    if clock.policy["calendar"] == "always":
        return int((at - clock.started_at).total_seconds() // 60)
    calendar = queries.calendar_for(queries.user_of(clock), contact)
    return business_time.minutes_between(clock.started_at, at, calendar)


def _settle_lifecycle(contact: Contact) -> None:
    if contact.lifecycle in BEFORE_CONTACT:
        _by_talk(contact)
    kinds = _deal_kinds(contact.id)
    if "open" in kinds and contact.lifecycle not in {"opportunity", "customer"}:
        if try_move(contact, "opportunity", evidence="deal"):
            end_clocks(contact.id, as_="cancelled")
            sequences.stop_for_contact(contact.id, reason="deal_created")
    elif "won" in kinds and contact.lifecycle == "opportunity":
        try_move(contact, "customer", evidence="deal")
    elif contact.lifecycle == "opportunity" and kinds == {"lost"}:
        try_move(contact, "recycled", reason="The deal was lost.", evidence="deal")


def _by_talk(contact: Contact) -> None:
    """Attempted after a try to call, contacted after a talk; only what came since the last move."""
    since = select(Entry).where(
        Entry.contact_id == contact.id,
        Entry.removed_at.is_(None),
        Entry.created_at > contact.lifecycle_at,
    )
    talk = or_(
        (Entry.kind == "call") & (Entry.outcome == REACHED),
        Entry.kind == "meeting",
        Entry.kind == "mail_in",
    )
    first = since.order_by(Entry.at, Entry.id).limit(1)
    reached = db.session.scalars(first.where(talk)).first()
    if reached is not None:
        if try_move(contact, "contacted", evidence=f"entry:{reached.id}"):
            sequences.stop_for_contact(
                contact.id, reason="contacted", cause=f"entry:{reached.id}", at=reached.at
            )
        return
    tried = db.session.scalars(
        first.where(
            or_(
                (Entry.kind == "call") & (Entry.direction == "out"),
                (Entry.kind == "mail_out") & (Entry.actor == "user"),
            )
        )
    ).first()
    if tried is not None:
        try_move(contact, "attempted", evidence=f"entry:{tried.id}")


def _deal_kinds(contact_id: int) -> set[str]:
    return set(
        db.session.scalars(
            select(Stage.kind)
            .join(Deal, Deal.stage_id == Stage.id)
            .where(Deal.contact_id == contact_id, Deal.deleted_at.is_(None))
        )
    )


def settle_lost(limit: int = 200) -> int:
    """Settle what a lost bell left behind: talks and deals that nothing has followed from."""
    ids = queries.unsettled_contacts(limit)
    for contact_id in ids:
        settle(contact_id)
    return len(ids)
