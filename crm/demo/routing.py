"""Who gets which lead in the demo: two pools, the rules of the first story, one answer time."""

from dataclasses import dataclass

from crm.core import clock
from crm.core.db import db
from crm.demo.people import People
from crm.leads.models import AnswerPolicy, Pool, PoolMember, RoutingRule
from crm.sequences.models import Sequence

TASK = "Call {name} – readiness {pct}"


@dataclass
class Routing:
    """The rules by name; `senior` is the pool of the seniors, Sam next."""

    executives: Pool
    senior: Pool
    hot: RoutingRule
    answered: RoutingRule
    everyone: RoutingRule
    policy: AnswerPolicy


def add(people: People, sequence: Sequence | None = None) -> Routing:
    """Add pools, rules and the answer time. Runs inside a transaction.

    Above 80: the account executives in turn, Eva next. Everyone else: `sequence`.
    """
    executives = _pool("Account executives", people, "Eva", "Finn")
    senior = _pool("Senior account executives", people, "Sam", "Sina")
    policy = _policy()
    hot = add_rule(
        "Score above 80",
        position=10,
        conditions=[{"field": "pct", "op": "gt", "value": 80}],
        steps={"pool_id": executives.id, "task_title": TASK, "task_kind": "call"},
    )
    answered = add_rule(
        "Answered a mail",
        position=20,
        conditions=[{"field": "reply", "op": "eq", "value": True}],
        steps={"pool_id": executives.id},
    )
    everyone = add_rule(
        "Everyone else",
        position=30,
        is_catch_all=True,
        steps={"sequence_id": sequence.id} if sequence else {},
    )
    return Routing(executives, senior, hot, answered, everyone, policy)


def scenario_b(routing: Routing) -> RoutingRule:
    """Put the seniors in front: above 70 they call within two working hours."""
    return add_rule(
        "Score above 70",
        position=5,
        conditions=[{"field": "pct", "op": "gt", "value": 70}],
        steps={
            "pool_id": routing.senior.id,
            "policy_id": routing.policy.id,
            "task_title": TASK,
            "task_kind": "call",
        },
    )


def add_rule(
    name: str,
    *,
    position: int,
    steps: dict,
    conditions: list | None = None,
    is_catch_all: bool = False,
) -> RoutingRule:
    """Add one rule at a place."""
    now = clock.now()
    rule = RoutingRule(
        name=name,
        position=position,
        conditions=conditions or [],
        steps=steps,
        is_catch_all=is_catch_all,
        created_at=now,
        updated_at=now,
    )
    db.session.add(rule)
    db.session.flush()
    return rule


def _pool(name: str, people: People, *members: str) -> Pool:
    pool = Pool(
        name=name,
        team_id=people.sales.id,
        next_position=1,
        created_at=clock.now(),
        members=[
            PoolMember(user_id=people[first].id, position=place)
            for place, first in enumerate(members, start=1)
        ],
    )
    db.session.add(pool)
    db.session.flush()
    return pool


def _policy() -> AnswerPolicy:
    now = clock.now()
    policy = AnswerPolicy(
        name="First call within 2 h",
        position=1,
        conditions=[],
        kind="first_attempt",
        counts="calls",
        minutes=120,
        calendar="business",
        created_at=now,
        updated_at=now,
    )
    db.session.add(policy)
    db.session.flush()
    return policy
