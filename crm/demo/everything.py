"""Everything of the demo in the order in which one thing needs the other."""

from sqlalchemy import update

from crm.activities.models import Task
from crm.core.db import db
from crm.demo import deals, fields, quiz, records, routing, sequence
from crm.demo.people import People


def fill_records(team: People) -> None:
    """Add what the team works with. Runs inside a transaction."""
    fields.add(team, records.add(team))
    deals.add(team)
    quiz.add(team)
    routing.add(team, sequence.add(team))
    # A first look must not begin with mails about work nobody took on.
    db.session.execute(update(Task).values(remind_at=None))
