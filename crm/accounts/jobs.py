"""What the clock does with people and sessions."""

from crm.accounts import actions
from crm.core.queue import job


@job
def forget_old_sessions() -> None:
    """Delete sessions and links that ended a month ago, events older than a year, late forms."""
    actions.forget_old()
    actions.forget_late_forms()
