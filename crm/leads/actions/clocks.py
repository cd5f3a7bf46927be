"""Starting, handing on and ending answer clocks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.contacts.models import Contact
from crm.core import clock as time
from crm.core.db import db
from crm.leads import queries
from crm.leads.models import AnswerClock, AnswerPolicy, Intake, RoutingRule
from crm.leads.rules import Lead, alert_times


def start_clock(
    contact: Contact,
    intake: Intake | None,
    owner: User | None,
    *,
    inputs: Mapping[str, Any],
    rule: RoutingRule | None = None,
    pool_id: int | None = None,
) -> AnswerClock | None:
    """Start the promise of the first policy that applies; None when none does.

    It starts when the arrival was received: time lost in routing is ours. A rule may name its
    policy.
    """
    start = intake.received_at if intake else time.now()
    policy = _policy_for(rule, Lead(inputs, contact, start))
    if policy is None:
        return None
    snapshot = {
        "id": policy.id,
        "version": policy.version,
        "name": policy.name,
        "kind": policy.kind,
        "counts": policy.counts,
        "minutes": policy.minutes,
        "calendar": policy.calendar,
        "warn_percent": policy.warn_percent,
        "grace_minutes": policy.grace_minutes,
        "max_hops": policy.max_hops,
        "pool_id": pool_id,
        "rule_id": rule.id if rule else None,
        "rule_name": rule.name if rule else "",
        "facts": _facts(inputs),
    }
    return _add(contact, owner, snapshot, start, intake_id=intake.id if intake else None)


def hand_on(clock: AnswerClock, to: User | None, *, keeps_due: bool) -> AnswerClock:
    """End a clock as reassigned and measure the new owner with one of their own.

    `keeps_due`: a promise not yet broken keeps its time, since the prospect knows nothing of it.
    """
    contact = db.session.get(Contact, clock.contact_id)
    assert contact is not None
    now = time.now()
    clock.ended_at, clock.ended_as, clock.next_alert_at = now, "reassigned", None
    if clock.due_at <= now and clock.breached_at is None:
        clock.breached_at = clock.due_at
    hop = clock.hop if keeps_due else clock.hop + 1
    fresh = _add(contact, to, dict(clock.policy), now, hop=hop)
    if keeps_due and clock.due_at > now:
        fresh.due_at = clock.due_at
        fresh.next_alert_at = clock.due_at
    return fresh


def end_clocks(contact_id: int, *, as_: str) -> int:
    """End every promise that runs for a contact as cancelled or moved; how many there were."""
    clocks = queries.running_clocks(contact_id)
    for clock in clocks:
        clock.ended_at, clock.ended_as, clock.next_alert_at = time.now(), as_, None
    return len(clocks)


def move_clocks(from_contact_id: int, to_contact_id: int) -> int:
    """Let the promises to a contact merged away run on for the one that stays."""
    clocks = db.session.scalars(
        select(AnswerClock).where(AnswerClock.contact_id == from_contact_id)
    ).all()
    for clock in clocks:
        clock.contact_id = to_contact_id
    return len(clocks)


def _add(
    contact: Contact,
    owner: User | None,
    policy: dict[str, Any],
    start: datetime,
    *,
    hop: int = 0,
    intake_id: int | None = None,
) -> AnswerClock:
    warn, due, _grace = alert_times(start, policy, queries.calendar_for(owner, contact))
    clock = AnswerClock(
        contact_id=contact.id,
        policy_id=policy["id"],
        policy=policy,
        intake_id=intake_id,
        owner_id=owner.id if owner else None,
        hop=hop,
        started_at=start,
        due_at=due,
        next_alert_at=warn if policy["warn_percent"] else due,
    )
    db.session.add(clock)
    db.session.flush()
    return clock


def _policy_for(rule: RoutingRule | None, lead: Lead) -> AnswerPolicy | None:
    named = (rule.steps.get("policy_id") if rule else None) or None
    if named:
        policy = queries.policy_by_id(int(named))
        if policy and policy.is_on:
            return policy
    for policy in queries.policies(only_on=True):
        if queries.fits(policy.conditions, lead):
            return policy
    return None


def _facts(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What reminders say about the lead."""
    return {
        key: inputs[key]
        for key in ("pct", "tier_name", "level", "top_answers", "quiz_name")
        if key in inputs
    }
