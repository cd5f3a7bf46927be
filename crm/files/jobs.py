"""The clock's part of files."""

from crm.core.queue import job
from crm.files import actions


@job(network=True)
def sweep_files() -> None:
    """Forget removed files after 30 days, and bytes that no record names."""
    actions.sweep()
