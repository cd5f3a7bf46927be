"""How much mail strangers may cause: in an hour over all addresses (P1), in a day to one."""

from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from crm.accounts.queries import active_users, workspace
from crm.contacts.rules import canonical_email
from crm.core import clock, signing
from crm.core.db import db
from crm.mail import rules
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


def distrust(address: str) -> None:
    """Something that looked like a machine named this address: one mail a day for a while."""
    hash_ = signing.keyed_hash("address", canonical_email(address))
    row = _insert(f"doubtful:{hash_}", f"{clock.now():%Y-%m-%d}")
    db.session.execute(row)


def trust(address: str) -> None:
    """A person has looked at it: the address is like any other again."""
    keys = _doubt(canonical_email(address))
    db.session.execute(delete(SendBudget).where(SendBudget.key.in_(keys)))


def most_a_day(canonical: str) -> int:
    """How many mails that strangers caused may go to an address in a day."""
    since = clock.now().date() - timedelta(days=1)
    days = [f"{day:%Y-%m-%d}" for day in (since, date.fromordinal(since.toordinal() + 1))]
    found = select(SendBudget.id).where(
        SendBudget.key.in_(_doubt(canonical)), SendBudget.window.in_(days)
    )
    is_doubtful = db.session.scalar(found.limit(1)) is not None
    return rules.DOUBTFUL_A_DAY if is_doubtful else rules.ANONYMOUS_A_DAY


def _doubt(canonical: str) -> list[str]:
    return [f"doubtful:{one}" for one in signing.keyed_hashes("address", canonical)]


def _insert(key: str, window: str):
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    row = dialect.insert(SendBudget).values(key=key, window=window, used=0)
    return row.on_conflict_do_nothing(index_elements=["key", "window"])


def _of(window: str) -> SendBudget:
    db.session.execute(_insert("anonymous", window))
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
