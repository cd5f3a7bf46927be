"""Work of the clock for sequences."""

from crm.core.queue import job
from crm.sequences import actions


@job
def queue_due_steps() -> None:
    """Put the mails of due steps into the outbox."""
    actions.queue_due_steps()
