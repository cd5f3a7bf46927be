"""How much mail strangers may cause in an hour, over all addresses (P1)."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from crm.accounts.queries import active_users, workspace
from crm.core import clock
from crm.core.db import db
from crm.mail.models import Outbox, SendBudget
from crm.mail.rules import Later
from crm.notices.actions import tell

USUAL = 200


def over_budget(row: Outbox) -> Later | None:
    """Count a mail that a stranger caused; a Later when this hour's budget is used up."""
    if not row.is_anonymous_cause:
        return None
    now = clock.now()
    budget = _of(f"{now:%Y-%m-%dT%H}")
    house = workspace()
    if budget.used >= (house.mail_budget_hour if house else USUAL):
        _alarm(budget)
        next_hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return Later(next_hour, "the hourly budget for public mail is used up")
    budget.used += 1
    return None


def _of(window: str) -> SendBudget:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    row = dialect.insert(SendBudget).values(key="anonymous", window=window, used=0)
    db.session.execute(row.on_conflict_do_nothing(index_elements=["key", "window"]))
    found = select(SendBudget).where(SendBudget.key == "anonymous", SendBudget.window == window)
    return db.session.scalars(found.with_for_update()).one()


def _alarm(budget: SendBudget) -> None:
    for user in active_users():
        if user.role in {"owner", "admin"}:
            tell(
                user.id,
                kind="mail_budget",
                title=_("The public pages caused more mail than an hour allows"),
                body=_("The rest waits for the next hour. If nobody is misusing a quiz, raise it."),
                url="/outbox",
                dedupe_key=f"budget:{budget.window}:{user.id}",
            )
