"""Work of the clock and the worker: promises that run out, and what meets them."""

from crm.core.queue import job
from crm.leads import actions, leaving


@job
def settle(contact_id: int) -> None:
    """Bring a contact's promises, tasks and lifecycle up to what its timeline says."""
    actions.settle(contact_id)


@job
def sweep_clocks() -> None:
    """Give the alerts of answer clocks that are due."""
    actions.sweep()


@job
def sweep_settle() -> None:
    """Settle contacts whose bell was lost."""
    actions.settle_lost()


@job
def sweep_hand_overs() -> None:
    """Tell who got something of somebody who left that it went back."""
    leaving.tell_turned()
