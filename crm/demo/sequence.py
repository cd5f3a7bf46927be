"""The sequence of the demo: Readiness nurture, five letters after the readiness check."""

from crm.demo.people import People
from crm.sequences import actions
from crm.sequences.models import Sequence
from crm.sequences.ready import read

NAME = "Readiness nurture"


def add(people: People) -> Sequence:
    """Add the live sequence, sent by Eva. Runs inside a transaction."""
    sequence = actions.create(NAME, people["Max"], spec=read("readiness-nurture"))
    sequence.sender_id = people["Eva"].id
    actions.publish(sequence, people["Max"])
    return sequence
