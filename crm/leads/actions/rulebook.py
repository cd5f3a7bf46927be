"""Every change to rules, pools and answer times."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Conflict, Refused
from crm.leads import queries
from crm.leads.models import AnswerPolicy, Pool, PoolMember, RoutingRule

STEP = 10
AVAILABILITY = ("ignore", "today", "now")


def add_rule(name: str, *, conditions: list[dict[str, Any]], steps: dict[str, Any]) -> RoutingRule:
    """Add a rule above the catch-all. Raises Refused when it asks nothing or does nothing."""
    _check(conditions, steps)
    now = clock.now()
    rule = RoutingRule(
        name=name,
        position=0,
        conditions=conditions,
        steps=steps,
        created_at=now,
        updated_at=now,
    )
    order = [*queries.rules_in_order()]
    db.session.add(rule)
    last = len(order) - 1 if order and order[-1].is_catch_all else len(order)
    _number([*order[:last], rule, *order[last:]])
    db.session.flush()
    return rule


def change_rule(
    rule: RoutingRule,
    *,
    version: int,
    name: str,
    is_on: bool,
    conditions: list[dict[str, Any]],
    steps: dict[str, Any],
) -> RoutingRule:
    """Save a rule over the version that was seen; raises Conflict when it changed meanwhile."""
    if version != rule.version:
        raise Conflict(
            _("Somebody changed this rule meanwhile. Look at theirs, then save again."),
            {"name": (rule.name, name), "steps": (rule.steps, steps)},
        )
    if not rule.is_catch_all:
        _check(conditions, steps)
        rule.conditions, rule.is_on = conditions, is_on
    elif not any(steps.get(key) for key in ("pool_id", "user_id", "sequence_id")):
        raise Refused(
            _("The last rule must lead somewhere: to people or to a sequence."), "give_to"
        )
    rule.name, rule.steps, rule.updated_at = name, steps, clock.now()
    return rule


def place_rule(rule: RoutingRule, to: int) -> None:
    """Move a rule to place `to`, counted from 1; the catch-all stays last."""
    if rule.is_catch_all:
        raise Refused(_("This rule stays last, so that nobody is forgotten."))
    order = [one for one in queries.rules_in_order() if one.id != rule.id]
    most = len(order) - 1 if order and order[-1].is_catch_all else len(order)
    place = max(0, min(to - 1, most))
    _number([*order[:place], rule, *order[place:]])
    rule.updated_at = clock.now()


def switch_rule(rule: RoutingRule, is_on: bool) -> None:
    """Ask a rule again, or no longer; the catch-all is always asked."""
    if rule.is_catch_all:
        raise Refused(_("This rule is always on, so that nobody is forgotten."))
    rule.is_on, rule.updated_at = is_on, clock.now()


def delete_rule(rule: RoutingRule) -> None:
    """Take a rule out; what it decided stays told under its name."""
    if rule.is_catch_all:
        raise Refused(_("This rule cannot be deleted, so that nobody is forgotten."))
    rule.archived_at = clock.now()


def restore_rule(rule_id: int) -> RoutingRule:
    """Take a deleted rule back, above the catch-all."""
    rule = db.session.get(RoutingRule, rule_id)
    if rule is None or rule.archived_at is None:
        raise Refused(_("This rule is not deleted."))
    rule.archived_at = None
    db.session.flush()
    place_rule(rule, len(queries.rules_in_order()))
    return rule


def ensure_catch_all() -> RoutingRule:
    """The rule that takes everybody else, made if a database has none yet."""
    order = queries.rules_in_order()
    if order and order[-1].is_catch_all:
        return order[-1]
    now = clock.now()
    rule = RoutingRule(
        name="Everyone else",
        position=(len(order) + 1) * STEP,
        is_catch_all=True,
        created_at=now,
        updated_at=now,
    )
    db.session.add(rule)
    db.session.flush()
    return rule


def save_pool(
    pool: Pool | None,
    *,
    name: str,
    availability: str,
    members: Sequence[int],
    caps: dict[int, int | None] | None = None,
    by: User,
) -> Pool:
    """Add or change a pool; `members` are user numbers in the order of their turns.

    Whose turn it is stays with the person, if they stay. Raises Refused for a name in use.
    """
    if availability not in AVAILABILITY:
        raise Refused(_("Choose when people of this pool get leads."), field="availability")
    if not members:
        raise Refused(_("Choose at least one person."), field="members")
    turn = _on_turn(pool)
    if pool is None:
        team_id = by.team_ids[0] if by.team_ids else None
        pool = Pool(name=name, team_id=team_id, next_position=1, created_at=clock.now())
        db.session.add(pool)
    pool.name, pool.availability = name, availability
    _flush_name(pool)
    known = {member.user_id: member for member in pool.members}
    pool.members = [
        known.get(user_id) or PoolMember(user_id=user_id, position=0) for user_id in members
    ]
    for place, member in enumerate(pool.members, start=1):
        member.position = place
        member.daily_cap = (caps or {}).get(member.user_id)
    pool.next_position = members.index(turn) + 1 if turn in members else 1
    db.session.flush()
    return pool


def set_turn(pool: Pool, user_id: int) -> None:
    """Let somebody be next."""
    for member in pool.members:
        if member.user_id == user_id:
            pool.next_position = member.position
            return
    raise Refused(_("This person is not in the pool."))


def delete_pool(pool: Pool) -> None:
    """Delete a pool; Refused while a rule gives leads to it."""
    for rule in queries.rules_in_order():
        if pool.id in (rule.steps.get("pool_id"), rule.steps.get("fallback_pool_id")):
            raise Refused(
                _("The rule “%(name)s” gives leads to this pool. Change it first.", name=rule.name)
            )
    db.session.delete(pool)


def save_policy(policy: AnswerPolicy | None, **values: Any) -> AnswerPolicy:
    """Add or change an answer time; clocks that run keep what they were promised."""
    now = clock.now()
    if policy is None:
        last = db.session.scalars(select(AnswerPolicy.position)).all()
        policy = AnswerPolicy(created_at=now, position=max(last, default=0) + 1, name="")
        db.session.add(policy)
    for name, value in values.items():
        setattr(policy, name, value)
    policy.updated_at = now
    _flush_name(policy)
    return policy


def place_policy(policy: AnswerPolicy, to: int) -> None:
    """Move an answer time to place `to`, counted from 1: the first that applies counts."""
    order = [one for one in queries.policies() if one.id != policy.id]
    place = max(0, min(to - 1, len(order)))
    for number, one in enumerate([*order[:place], policy, *order[place:]], start=1):
        one.position = number


def delete_policy(policy: AnswerPolicy) -> None:
    """Delete an answer time; clocks it started run on."""
    db.session.delete(policy)


def _check(conditions: list[dict[str, Any]], steps: dict[str, Any]) -> None:
    if not conditions:
        raise Refused(_("Ask at least one thing; everybody else is the last rule’s."), "conditions")
    if not any(steps.get(key) for key in ("pool_id", "user_id", "sequence_id")):
        raise Refused(_("Say who gets these leads, or which sequence."), field="give_to")
    if steps.get("user_id") and people.user_by_id(steps["user_id"]) is None:
        raise Refused(_("Choose somebody who works here."), field="give_to")


def _number(order: list[RoutingRule]) -> None:
    for place, rule in enumerate(order, start=1):
        if rule.position != place * STEP:
            rule.position = place * STEP


def _on_turn(pool: Pool | None) -> int | None:
    if pool is None:
        return None
    order = [m for m in pool.members if m.position >= pool.next_position] or list(pool.members)
    return order[0].user_id if order else None


def _flush_name(row: Pool | AnswerPolicy) -> None:
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError:
        raise Refused(_("This name is in use already."), field="name") from None
