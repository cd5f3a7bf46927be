"""Where leads keep conditions: routing rules and answer times."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import literal

from crm.accounts.models import User
from crm.accounts.rules import may
from crm.filters.queries.keepers import Change, Keeper
from crm.leads.models import AnswerPolicy, RoutingRule
from crm.leads.rules.conditions import modern


def _put(row: Any, change: Change) -> None:
    """What was written in the older form names no tag and no stage, and stays."""
    row.conditions = [one if "value" in one else change(dict(one)) for one in row.conditions]


def _seen(user: User) -> Any:
    return literal(may(user, "manage_routing"))


def _trees(row: Any) -> list[dict[str, Any]]:
    return [modern(one) for one in row.conditions]


KEEPERS = [
    Keeper(
        RoutingRule,
        _l("Routing rule"),
        _trees,
        _put,
        lambda rule: f"/settings/routing/{rule.id}/edit",
        _seen,
    ),
    Keeper(
        AnswerPolicy,
        _l("Answer time"),
        _trees,
        _put,
        lambda policy: f"/settings/answer-times/{policy.id}/edit",
        _seen,
        is_used=lambda _policy: True,
    ),
]
