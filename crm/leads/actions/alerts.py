"""What happens when a promise to answer runs out: warn, remind once, hand on, ask a manager."""

import logging
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.contacts.models import Contact
from crm.core import business_time
from crm.core import clock as time
from crm.core.db import db
from crm.leads import queries
from crm.leads.actions.clocks import hand_on
from crm.leads.actions.owners import assign
from crm.leads.actions.settling import LEAD_TASKS, settle
from crm.leads.actions.telling import short_time, tell, tell_managers
from crm.leads.actions.turns import choose
from crm.leads.models import AnswerClock, ClockAlert
from crm.leads.rules import alert_words, task_due

log = logging.getLogger("tend.leads")
# A reminder later than this (the clock process was away) gives the owner the whole grace.
LATE = timedelta(seconds=60)
AGAIN = timedelta(minutes=5)


def sweep(limit: int = 200) -> int:
    """Give every alert that is due, each in a savepoint of its own; how many clocks there were."""
    ids = queries.due_clock_ids(time.now(), limit)
    for clock_id in ids:
        try:
            with db.session.begin_nested():
                alert(clock_id)
        except Exception:
            # One broken promise must not silence the others: it is kept and tried again.
            log.exception("answer clock %s", clock_id)
            clock = queries.clock_for_update(clock_id)
            if clock is not None:
                clock.next_alert_at = time.now() + AGAIN
    return len(ids)


def alert(clock_id: int) -> None:
    """The one alert that a clock owes now; first the timeline is asked whether it still does."""
    clock = queries.clock_for_update(clock_id)
    if clock is None or clock.next_alert_at is None or clock.next_alert_at > time.now():
        return
    settle(clock.contact_id)
    db.session.flush()
    contact = db.session.get(Contact, clock.contact_id)
    if not clock.is_running or contact is None:
        return
    if contact.owner_id is not None and contact.owner_id != clock.owner_id:
        clock.owner_id = contact.owner_id
    given = queries.alerts_of(clock.id)
    if "due" in given:
        _hand_on(clock, contact)
    elif time.now() >= clock.due_at:
        _remind(clock, contact)
    else:
        _warn(clock, contact)


def _warn(clock: AnswerClock, contact: Contact) -> None:
    _note(clock, "warn")
    clock.next_alert_at = clock.due_at
    for person in _owners(clock, contact):
        tell(
            person,
            contact,
            kind="clock_warn",
            title=_(
                "%(name)s: call by %(time)s",
                name=contact.name,
                time=short_time(clock.due_at, person),
            ),
            body=_(
                "%(percent)s %% of the time is gone.",
                percent=clock.policy["warn_percent"],
            ),
            key=f"clock:{clock.id}:warn",
        )


def _remind(clock: AnswerClock, contact: Contact) -> None:
    """The one reminder of a clock: bell, mail and task; the breach is booked to whoever has it."""
    now = time.now()
    _note(clock, "due")
    clock.breached_at = clock.due_at
    owners = _owners(clock, contact)
    calendar = queries.calendar_for(queries.user_of(clock), contact)
    base = clock.due_at if now - clock.due_at <= LATE else now
    clock.next_alert_at = business_time.add_minutes(base, clock.policy["grace_minutes"], calendar)
    title = alert_words(contact.first_name or contact.name, clock.policy)
    for person in owners:
        tell(
            person,
            contact,
            kind="reminder",
            title=title,
            body=f"{contact.name}: {facts_line(clock, contact)}",
            key=f"clock:{clock.id}:due",
            mail_kind="reminder.clock",
            context={"clock_id": clock.id},
        )
    _tell_managers_too(clock, contact, title, owners)
    _add_task(clock, contact, title, owners[0])
    activities.record(
        "reminder",
        contact_id=contact.id,
        actor="rule",
        title=title,
        body=_("%(name)s was reminded.", name=owners[0].name),
        details={"clock_id": clock.id},
        dedupe_key=f"clock:{clock.id}:due",
    )


def facts_line(clock: AnswerClock, contact: Contact) -> str:
    """Score, the three answers that tell the most, and the number to call, in one line."""
    facts = clock.policy.get("facts") or {}
    parts = []
    if facts.get("pct") is not None:
        parts.append(f"{facts.get('tier_name') or _('Score')} {facts['pct']}")
    parts += list(facts.get("top_answers") or [])[:3]
    parts.append(contact.phone or "no phone number known")
    return " · ".join(str(part) for part in parts)


def _hand_on(clock: AnswerClock, contact: Contact) -> None:
    """The grace is over: the next in the pool gets it, never back, else a manager decides."""
    had = [one.owner_id for one in queries.clock_chain(clock) if one.owner_id]
    may_hop = clock.hop < clock.policy["max_hops"] and clock.policy.get("pool_id")
    choice = (
        choose({"pool_id": clock.policy["pool_id"]}, time.now(), avoid=had) if may_hop else None
    )
    _note(clock, "reassign", choice.user if choice else None)
    clock.next_alert_at = None
    before = queries.user_of(clock)
    if choice is None or choice.user is None:
        _to_managers(clock, contact, before)
        return
    who = before.first_name if before else "Nobody"
    assignment = assign(
        contact,
        choice.user,
        reason=_("%(who)s logged no call in time. %(reason)s", who=who, reason=choice.reason),
        rule=queries.rule_by_id(clock.policy.get("rule_id") or 0),
        choice=choice,
        inputs=clock.policy.get("facts"),
    )
    title = _task_title(contact)
    activities.close_tasks(contact.id, as_="reassigned", sources=LEAD_TASKS)
    fresh = hand_on(clock, choice.user, keeps_due=False)
    _give_work(fresh, contact, choice.user, title, assignment.id)
    if before is not None:
        tell(
            before,
            contact,
            kind="handed_on",
            title=_("%(name)s went to %(owner)s", name=contact.name, owner=choice.user.name),
            body=_("No call was logged in time."),
            key=f"clock:{clock.id}:reassign",
        )


def _give_work(
    clock: AnswerClock, contact: Contact, owner: User, title: str, assignment_id: int
) -> None:
    calendar = queries.calendar_for(owner, contact)
    task = activities.add_task(
        title,
        owner_id=owner.id,
        kind="call",
        contact_id=contact.id,
        due_at=task_due(time.now(), calendar),
        zone=calendar.zone.key,
        source="routing",
        priority=1,
        dedupe_key=f"clock:{clock.id}:task",
        team_id=contact.team_id,
    )
    facts: dict[str, Any] = clock.policy.get("facts") or {}
    score = f" {facts['pct']}" if facts.get("pct") is not None else ""
    tell(
        owner,
        contact,
        kind="lead",
        title=_(
            "%(lead)s: %(name)s comes to you",
            lead=f"{facts.get('tier_name') or _('Lead')}{score}",
            name=contact.name,
        ),
        body=_("First call by %(time)s.", time=short_time(clock.due_at, owner)),
        key=f"clock:{clock.id}:start",
        mail_kind="notice",
        context={
            "assignment_id": assignment_id,
            "clock_id": clock.id,
            "task_id": task.id if task else None,
            "inputs": facts,
        },
    )


def _to_managers(clock: AnswerClock, contact: Contact, before: User | None) -> None:
    name = before.name if before else "Nobody"
    managers = tell_managers(
        contact,
        kind="unanswered",
        title=_("Nobody has called %(name)s", name=contact.name),
        body=_(
            "%(name)s logged no call, and nobody else can take it. Decide who calls.", name=name
        ),
        key=f"clock:{clock.id}:manager",
        mail_kind="notice",
        context={"clock_id": clock.id, "inputs": clock.policy.get("facts") or {}},
    )
    if managers:
        activities.add_task(
            _("Decide who calls %(name)s", name=contact.name),
            owner_id=managers[0].id,
            contact_id=contact.id,
            due_at=task_due(time.now(), queries.calendar_for(managers[0], contact)),
            source="clock",
            priority=2,
            dedupe_key=f"clock:{clock.id}:manager",
            team_id=contact.team_id,
        )


def _add_task(clock: AnswerClock, contact: Contact, title: str, owner: User) -> None:
    task = activities.add_task(
        title,
        owner_id=owner.id,
        kind="call",
        contact_id=contact.id,
        due_at=clock.due_at,
        note=facts_line(clock, contact),
        source="clock",
        priority=2,
        dedupe_key=f"clock:{clock.id}:due",
        team_id=contact.team_id,
    )
    if task is not None:
        task.remind_at = None  # this is the reminder; a second one would be noise


def _tell_managers_too(
    clock: AnswerClock, contact: Contact, title: str, owners: list[User]
) -> None:
    told = {person.id for person in owners}
    for manager in queries.managers_of(contact.team_id):
        if manager.id not in told:
            tell(
                manager,
                contact,
                kind="breach",
                title=title,
                body=_("%(name)s was reminded.", name=owners[0].name),
                key=f"clock:{clock.id}:breach",
            )


def _owners(clock: AnswerClock, contact: Contact) -> list[User]:
    """Whom an alert is for: the owner, or the managers where nobody has it."""
    owner = queries.user_of(clock)
    if owner is not None and owner.is_active:
        return [owner]
    return queries.managers_of(contact.team_id)


def _note(clock: AnswerClock, step: str, user: User | None = None) -> None:
    """Book a step; its unique key makes a second process fail here instead of telling twice."""
    owner_id = user.id if user else clock.owner_id
    db.session.add(ClockAlert(clock_id=clock.id, step=step, at=time.now(), user_id=owner_id))
    db.session.flush()


def _task_title(contact: Contact) -> str:
    title = db.session.scalars(
        select(Task.title)
        .where(Task.contact_id == contact.id, Task.source == "routing")
        .order_by(Task.id.desc())
        .limit(1)
    ).first()
    return title or _("Call %(name)s", name=contact.name)
