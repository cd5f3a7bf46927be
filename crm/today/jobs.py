"""Work of the clock for the day's mail."""

from crm.core.queue import job
from crm.today import actions, letters


@job
def send_digests() -> None:
    """Write the day's mail of everybody whose hour has come."""
    for user in actions.take_digests():
        letters.queue_digest(user)
