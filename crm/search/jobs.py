"""Work of the clock for search and for what lies in the trash."""

from crm.core.queue import job
from crm.search import actions, purging


@job
def purge_trash() -> None:
    """Delete what has lain in the trash for 30 days."""
    purging.purge_trash()


@job
def learn_words() -> None:
    """Write the index anew where an older version of Tend wrote it."""
    if actions.is_outdated():
        actions.index_all()
