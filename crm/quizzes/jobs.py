"""What the clock does for quizzes."""

from crm.core.queue import job
from crm.quizzes import actions


@job
def abandon_idle() -> None:
    """Mark attempts left alone for half an hour; they stay open and may be resumed."""
    actions.abandon_idle()
