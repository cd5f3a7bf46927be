"""Work of the worker and the clock around the outbox."""

from crm.core.queue import job
from crm.mail import delivery, queries
from crm.mail.actions import account, kick, reaping


@job(network=True, queue="urgent")
def drain(lane: str) -> None:
    """Send what is due in the security or urgent lane."""
    delivery.drain(lane)


@job(network=True, queue="bulk")
def drain_bulk() -> None:
    """Send what is due in the bulk lane."""
    delivery.drain("bulk")


@job
def sweep() -> None:
    """Ring for every lane with due mail: what a lost bell left behind."""
    if queries.has_smtp():
        for lane in queries.due_lanes():
            kick(lane)


@job
def reap() -> None:
    """Bring back mails of killed drains; name the uncertain; end the too late."""
    reaping.reap()


@job(network=True, queue="urgent")
def try_account(number: str = "") -> None:
    """Send the test mail asked for in Settings and keep the server's own words."""
    account.try_now(number)
