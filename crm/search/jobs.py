"""Work of the clock for search and for what lies in the trash."""

from crm.core.queue import job, ring
from crm.search import actions, purging, wording


@job
def purge_trash() -> None:
    """Delete what has lain in the trash for 30 days."""
    purging.purge_trash()


@job
def word_fields(_place: int = 0) -> None:
    """Write the words of records anew whose field was archived, restored or worded anew.

    The place they are at tells one bell from the next.
    """
    if place := wording.go_on():
        ring("crm.search.jobs.word_fields", place)


@job
def learn_words() -> None:
    """Write the index anew where an older version of Tend wrote it."""
    if actions.is_outdated():
        actions.index_all()
