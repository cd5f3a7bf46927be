"""Choosing who gets a lead: a named person, or the next in turn of a pool."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.leads import queries
from crm.leads.models import Pool
from crm.leads.rules import pool_reason, stand_in_reason, take_turn


@dataclass(frozen=True)
class Choice:
    """Who was chosen and why, and why the others were not; nobody is a choice too."""

    user: User | None
    reason: str
    pool: Pool | None = None
    position: int | None = None
    candidates: list[dict[str, Any]] = field(default_factory=list)


def choose(steps: Mapping[str, Any], at: datetime, *, avoid: Collection[int] = ()) -> Choice:
    """Who takes a lead that arrives `at` under a rule's steps.

    Order: the person named (or who stands in), the pool, the fallback pool. A pool's turn is
    taken under its row lock. `avoid` holds people who had this lead before.
    """
    reasons = []
    if steps.get("user_id"):
        choice = _named(int(steps["user_id"]), at, avoid)
        if choice.user:
            return choice
        reasons.append(choice.reason)
    for key in ("pool_id", "fallback_pool_id"):
        if steps.get(key):
            choice = _from_pool(int(steps[key]), at, avoid)
            if choice.user:
                words = [*reasons, choice.reason]
                return Choice(
                    choice.user, " ".join(words), choice.pool, choice.position, choice.candidates
                )
            reasons.append(choice.reason)
    return Choice(None, " ".join(reasons) or _("The rule names nobody."))


def _from_pool(pool_id: int, at: datetime, avoid: Collection[int]) -> Choice:
    pool = queries.pool_for_update(pool_id)
    if pool is None:
        return Choice(None, _("The pool of this rule is gone."))
    turn = take_turn(queries.candidates_of(pool, at, avoid), pool.next_position)
    reason = pool_reason(pool.name, turn)
    seen = [asdict(candidate) for candidate in turn.seen]
    if turn.chosen is None:
        return Choice(None, reason, pool, None, seen)
    pool.next_position = turn.next_position
    user = people.user_by_id(turn.chosen.takes_id)
    return Choice(user, reason, pool, turn.chosen.position, seen)


def _named(user_id: int, at: datetime, avoid: Collection[int]) -> Choice:
    user = people.user_by_id(user_id)
    if user is None or not user.is_active:
        return Choice(None, _("The person of this rule no longer works here."))
    if user.id in avoid:
        return Choice(None, _("%(name)s had it before.", name=user.first_name))
    day = at.astimezone(user.zone).date()
    if people.is_away(user, day) is None:
        return Choice(user, _("The rule names %(name)s.", name=user.name))
    delegate = people.delegate_of(user, day)
    if delegate is not None and delegate.id not in avoid:
        return Choice(delegate, stand_in_reason(user.name, delegate.name))
    return Choice(None, _("%(name)s is on leave and nobody stands in.", name=user.name))
