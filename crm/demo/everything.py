"""Everything of the demo in the order in which one thing needs the other."""

from crm.demo import deals, quiz, records, routing, sequence
from crm.demo.people import People


def fill_records(team: People) -> None:
    """Add what the team works with. Runs inside a transaction."""
    records.add(team)
    deals.add(team)
    quiz.add(team)
    routing.add(team, sequence.add(team))
