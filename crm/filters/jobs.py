"""What the clock does for segments and followers."""

from crm.core import clock
from crm.core.db import db
from crm.core.queue import job
from crm.filters import actions
from crm.filters.models import Segment
from crm.filters.queries.segments import due_segments


@job
def sweep_segments() -> None:
    """See who entered and left the dynamic segments that are due."""
    for segment_id in due_segments(clock.now()):
        actions.look(db.session.get_one(Segment, segment_id))


@job
def tell_followers() -> None:
    """Tell followers what happened to their records."""
    actions.tell_followers()
