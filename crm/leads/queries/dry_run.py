"""What would become of a lead if it came now, without changing anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.accounts.models import Leave, User
from crm.contacts.models import Contact
from crm.core.business_time import Calendar
from crm.core.db import db
from crm.leads.models import Pool, RoutingRule
from crm.leads.queries.deciding import gives_to_people, rule_for
from crm.leads.queries.judging import Fit, fits, judged
from crm.leads.queries.members import candidates_of
from crm.leads.queries.rulebook import policies, policy_by_id
from crm.leads.rules import (
    Lead,
    Turn,
    answer_due,
    pool_reason,
    stand_in_reason,
    take_turn,
    task_due,
)


@dataclass(frozen=True)
class Tried:
    """The rule that would take it, why, who would get it, and what would be due when."""

    place: int
    rule: RoutingRule | None
    fits: list[Fit]
    keeps: str = ""
    user: User | None = None
    reason: str = ""
    task_due: datetime | None = None
    answer_due: datetime | None = None
    passed: list[RoutingRule] = field(default_factory=list)


def try_out(
    inputs: Mapping[str, Any],
    at: datetime,
    contact: Contact | None = None,
    *,
    rules: list[RoutingRule] | None = None,
    leaves: list[Leave] | None = None,
) -> Tried:
    """Try `inputs` arriving `at`, for a known `contact` or a new one.

    `rules` in their order and `leaves` may be given where the page has read them.
    """
    lead = Lead(inputs, contact, at)
    place, rule = rule_for(lead, rules)
    if rule is None:
        return Tried(0, None, [])
    reasons = judged(rule.conditions, lead)
    owner = contact.owner if contact else None
    if owner is not None and owner.is_active:
        words = _("%(name)s has this contact already and keeps it.", name=owner.name)
        return Tried(place, rule, reasons, keeps=words, user=owner)
    if not gives_to_people(rule):
        return Tried(place, rule, reasons)
    user, reason = _who(rule, contact, at, leaves)
    calendar = people.calendar_of(user) if user else None
    return Tried(
        place,
        rule,
        reasons,
        user=user,
        reason=reason,
        task_due=task_due(at, calendar) if calendar and rule.steps.get("task_title") else None,
        answer_due=_answer_due(rule, lead, at, calendar),
    )


def turn_of(pool: Pool, at: datetime, leaves: list[Leave] | None = None) -> Turn:
    """Whose turn it is in a pool at an instant; nothing is moved."""
    return take_turn(candidates_of(pool, at, leaves=leaves), pool.next_position)


def _who(
    rule: RoutingRule, contact: Contact | None, at: datetime, leaves: list[Leave] | None
) -> tuple[User | None, str]:
    company = contact.company if contact else None
    owner = company.owner if company else None
    if company and owner and owner.is_active and rule.steps.get("keep_owner") is not False:
        return owner, _("%(name)s owns the company and keeps its people.", name=owner.name)
    named = people.user_by_id(rule.steps.get("user_id"))
    if named is not None and named.is_active:
        day = at.astimezone(named.zone).date()
        if people.is_away(named, day) is None:
            return named, _("The rule names %(name)s.", name=named.name)
        delegate = people.delegate_of(named, day)
        if delegate is not None:
            return delegate, stand_in_reason(named.name, delegate.name)
    return _from_pools(rule, at, leaves)


def _from_pools(
    rule: RoutingRule, at: datetime, leaves: list[Leave] | None
) -> tuple[User | None, str]:
    words = []
    for key in ("pool_id", "fallback_pool_id"):
        pool = db.session.get(Pool, rule.steps.get(key) or 0)
        if pool is None:
            continue
        turn = turn_of(pool, at, leaves)
        words.append(pool_reason(pool.name, turn))
        if turn.chosen is not None:
            return people.user_by_id(turn.chosen.takes_id), " ".join(words)
    return None, " ".join([*words, _("It would wait for a manager.")])


def _answer_due(
    rule: RoutingRule, lead: Lead, at: datetime, calendar: Calendar | None
) -> datetime | None:
    if calendar is None:
        return None
    named = policy_by_id(int(rule.steps["policy_id"])) if rule.steps.get("policy_id") else None
    asked = [named] if named and named.is_on else policies(only_on=True)
    for policy in asked:
        if named or fits(policy.conditions, lead):
            return answer_due(at, policy.minutes, policy.calendar, calendar)
    return None
