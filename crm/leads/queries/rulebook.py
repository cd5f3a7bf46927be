"""Reading rules, pools and answer times, and how many leads they gave to whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.models import Membership, User
from crm.contacts.models import Contact
from crm.core import reading
from crm.core.db import db
from crm.core.ready import Ready
from crm.leads.models import (
    AnswerPolicy,
    Assignment,
    Intake,
    Pool,
    PoolMember,
    RoutingRule,
)

# Built once: every lead that comes in is asked for it.
_IN_ORDER = Ready(
    select(*reading.columns(RoutingRule))
    .where(RoutingRule.archived_at.is_(None))
    .order_by(RoutingRule.is_catch_all, RoutingRule.position, RoutingRule.id)
)


def rules_in_order(only_on: bool = False) -> list[RoutingRule]:
    """Routing rules as they are asked: by place, the catch-all last."""
    found = reading.entities(RoutingRule, _IN_ORDER)
    return [one for one in found if one.is_on or one.is_catch_all] if only_on else found


def rule_rows() -> Sequence[Any]:
    """The same rules as plain rows: of all that are asked, one decides (`rule_of`)."""
    return reading.rows(_IN_ORDER)


def rule_of(row: Any) -> RoutingRule:
    """The rule of one of `rule_rows`."""
    return reading.entity(RoutingRule, row)


def rule_by_id(rule_id: int) -> RoutingRule | None:
    """A rule that is in use."""
    rule = db.session.get(RoutingRule, rule_id)
    return rule if rule and rule.archived_at is None else None


def pools() -> list[Pool]:
    """All pools with their members, in one statement."""
    return list(
        db.session.scalars(
            select(Pool)
            .options(joinedload(Pool.members).joinedload(PoolMember.user))
            .order_by(Pool.name, Pool.id)
        ).unique()
    )


def pool_by_id(pool_id: int | None) -> Pool | None:
    """A pool with its members."""
    if pool_id is None:
        return None
    return (
        db.session.scalars(
            select(Pool)
            .where(Pool.id == pool_id)
            .options(joinedload(Pool.members).joinedload(PoolMember.user))
        )
        .unique()
        .first()
    )


def pool_for_update(pool_id: int) -> Pool | None:
    """A pool, locked until the transaction ends and read afresh: who takes a turn holds it."""
    return db.session.scalars(
        select(Pool)
        .where(Pool.id == pool_id)
        .options(selectinload(Pool.members).joinedload(PoolMember.user))
        .with_for_update(of=Pool)
        .execution_options(populate_existing=True)
    ).first()


def policies(only_on: bool = False) -> list[AnswerPolicy]:
    """Answer times in the order in which they are asked."""
    wanted = select(AnswerPolicy).order_by(AnswerPolicy.position, AnswerPolicy.id)
    return list(db.session.scalars(wanted.where(AnswerPolicy.is_on) if only_on else wanted))


def policy_by_id(policy_id: int) -> AnswerPolicy | None:
    """An answer time by its number."""
    return db.session.get(AnswerPolicy, policy_id)


def managers_of(team_id: int | None) -> list[User]:
    """Who looks after leads that nobody has: the team's managers, else admins and owners."""
    people = select(User).where(User.deactivated_at.is_(None)).order_by(User.id)
    own = people.join(Membership, Membership.user_id == User.id).where(
        User.role == "manager", Membership.team_id == team_id
    )
    found = list(db.session.scalars(own))
    if not found:
        found = list(db.session.scalars(people.where(User.role.in_(["owner", "admin"]))))
    return found


def given_since(user_ids: list[int], since: datetime) -> dict[int, int]:
    """How many contacts each person was given by rules since an instant."""
    if not user_ids:
        return {}
    rows = db.session.execute(
        select(Assignment.to_id, func.count())
        .where(
            Assignment.to_id.in_(user_ids), Assignment.at >= since, Assignment.pool_id.is_not(None)
        )
        .group_by(Assignment.to_id)
    )
    return {user_id: count for user_id, count in rows if user_id is not None}


def open_leads_of(user_ids: list[int]) -> dict[int, int]:
    """How many contacts each person has that were given and not yet spoken to."""
    if not user_ids:
        return {}
    rows = db.session.execute(
        select(Contact.owner_id, func.count())
        .where(
            Contact.owner_id.in_(user_ids),
            Contact.lifecycle.in_(["assigned", "attempted"]),
            Contact.deleted_at.is_(None),
        )
        .group_by(Contact.owner_id)
    )
    return {user_id: count for user_id, count in rows if user_id is not None}


def rule_counts(since: datetime) -> dict[int, int]:
    """How many arrivals each rule took since an instant."""
    rows = db.session.execute(
        select(Intake.rule_id, func.count())
        .where(Intake.received_at >= since, Intake.rule_id.is_not(None))
        .group_by(Intake.rule_id)
    )
    return {rule_id: count for rule_id, count in rows if rule_id is not None}
