"""The clock's part of imports."""

from crm.core.queue import job
from crm.transfer import actions


@job
def forget_files() -> None:
    """Empty uploaded files after 30 days."""
    actions.forget_files()
