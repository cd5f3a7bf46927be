"""Everything of the demo in the order in which one thing needs the other."""

from sqlalchemy import select

from crm.accounts.queries import calendar_of
from crm.activities.models import Task
from crm.activities.rules import MORNING, repeat_at
from crm.core import clock
from crm.core.db import db
from crm.demo import deals, fields, quiz, records, routing, sequence
from crm.demo.people import People


def fill_records(team: People) -> None:
    """Add what the team works with. Runs inside a transaction."""
    fields.add(team, records.add(team))
    deals.add(team)
    quiz.add(team)
    routing.add(team, sequence.add(team))
    _remind_later()


def _remind_later() -> None:
    """A first look must not begin with mails: what is late already is brought up from tomorrow."""
    now = clock.now()
    late = select(Task).where(Task.closed_at.is_(None), Task.remind_at <= now)
    for task in db.session.scalars(late):
        task.remind_step = "overdue"
        task.remind_at = repeat_at(now, MORNING, calendar_of(task.owner))
