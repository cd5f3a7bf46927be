"""What of giving leads to people, and of the rules for it, the history keeps."""

from flask_babel import lazy_gettext as _l

from crm.accounts.models import Leave
from crm.core import clock as time
from crm.history.rules import Tracked
from crm.leads.actions import rulebook
from crm.leads.models import (
    AnswerClock,
    AnswerPolicy,
    Assignment,
    LifecycleChange,
    Pool,
    PoolMember,
    RoutingRule,
)


def _end(clock: AnswerClock, by) -> None:
    if clock.ended_at is None:
        clock.ended_at, clock.ended_as, clock.next_alert_at = time.now(), "cancelled", None


def _delete_pool(pool: Pool, by) -> None:
    rulebook.delete_pool(pool)


def _archive(rule: RoutingRule, by) -> None:
    rule.archived_at = rule.archived_at or time.now()


OF_CONTACT = {"contact": "contact_id"}
HISTORY = [
    Tracked(
        Assignment, _l("Why they have it"), links=OF_CONTACT, is_part=True, hangs_on=("owner_id",)
    ),
    Tracked(
        LifecycleChange, _l("Lifecycle"), links=OF_CONTACT, is_part=True, hangs_on=("lifecycle",)
    ),
    Tracked(
        AnswerClock,
        _l("Promise to answer"),
        links=OF_CONTACT,
        labels={"owner_id": _l("Owner")},
        follows={"ended_as": "ended_at", "next_alert_at": "ended_at"},
        only=frozenset({"contact_id", "owner_id", "ended_at", "ended_as", "next_alert_at"}),
        take_back=_end,
        is_part=True,
        hangs_on=("owner_id",),
    ),
    Tracked(
        RoutingRule,
        _l("Routing rule"),
        labels={
            "name": _l("Name"),
            "position": _l("Place"),
            "is_on": _l("Switched on"),
            "conditions": _l("Conditions"),
            "steps": _l("Who gets it"),
            "archived_at": _l("Put away"),
        },
        take_back=_archive,
        right="manage_routing",
        along=frozenset({"tags.merge", "pipelines.delete_stage"}),
    ),
    Tracked(
        Pool,
        _l("Pool"),
        labels={
            "name": _l("Name"),
            "team_id": _l("Team"),
            "availability": _l("Who is away"),
        },
        only=frozenset({"name", "team_id", "availability", "created_at"}),
        take_back=_delete_pool,
        right="manage_routing",
    ),
    Tracked(
        PoolMember,
        _l("Place in a pool"),
        labels={
            "pool_id": _l("Pool"),
            "user_id": _l("Who"),
            "position": _l("Place"),
            "daily_cap": _l("Most a day"),
        },
        goes_with=("pool", "pool_id"),
        right="manage_routing",
    ),
    Tracked(
        AnswerPolicy,
        _l("Answer time"),
        labels={
            "name": _l("Name"),
            "position": _l("Place"),
            "is_on": _l("Switched on"),
            "conditions": _l("Conditions"),
            "kind": _l("Kind"),
            "counts": _l("What counts"),
            "minutes": _l("Minutes"),
            "calendar": _l("Calendar"),
            "warn_percent": _l("Warns at per cent"),
            "grace_minutes": _l("Minutes of grace"),
            "max_hops": _l("Handed on at most"),
        },
        right="manage_routing",
        along=frozenset({"tags.merge", "pipelines.delete_stage"}),
    ),
    # Who stands in changes when somebody leaves; the rest of a leave is its person's own.
    Tracked(
        Leave,
        _l("Leave"),
        labels={"delegate_id": _l("Stands in")},
        only=frozenset({"delegate_id"}),
        keeps=lambda _row, op: op == "update",
        right="manage_users",
    ),
]
# What the history calls an act, by its endpoint or job.
ACTS = [
    ("batch.people.leave", _l("Handed on, somebody left")),
    ("routing.create", _l("Routing rule added")),
    ("routing.add_last", _l("Routing rule added")),
    ("routing.update", _l("Routing rule changed")),
    ("routing.place", _l("Routing rule moved")),
    ("routing.switch", _l("Routing rule switched")),
    ("routing.delete", _l("Routing rule put away")),
    ("routing.restore", _l("Routing rule brought back")),
    ("pools.create", _l("Pool added")),
    ("pools.update", _l("Pool changed")),
    ("pools.delete", _l("Pool removed")),
    ("times.create", _l("Answer time added")),
    ("times.update", _l("Answer time changed")),
    ("times.place", _l("Answer time moved")),
    ("times.delete", _l("Answer time removed")),
    ("intakes.give", _l("Given to somebody")),
    ("leads.jobs.settle", _l("Followed from the timeline")),
    ("leads.jobs.sweep_settle", _l("Followed from the timeline")),
    ("leads.jobs.sweep_clocks", _l("Handed on, the answer time had run out")),
]
