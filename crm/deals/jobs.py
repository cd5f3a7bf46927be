"""Work of the worker for deals."""

from crm.core.db import db
from crm.core.queue import job
from crm.deals import actions
from crm.deals.models import Deal


@job
def tell_watchers(deal_id: int) -> None:
    """Tell owner and managers that a deal was closed."""
    deal = db.session.get(Deal, deal_id)
    if deal:
        actions.tell_watchers(deal)
