"""Work of the clock for what lies in the trash."""

from crm.core.queue import job
from crm.search import purging


@job
def purge_trash() -> None:
    """Delete what has lain in the trash for 30 days."""
    purging.purge_trash()
