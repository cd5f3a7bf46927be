"""What of views and segments the history keeps: whose they are."""

from flask_babel import lazy_gettext as _l

from crm.filters.models import SavedView, Segment
from crm.history.rules import Tracked


def _is_given(_row, op: str) -> bool:
    return op == "update"


HISTORY = [
    Tracked(
        model,
        label,
        labels={"owner_id": _l("Owner")},
        only=frozenset({"owner_id"}),
        keeps=_is_given,
        right="manage_users",
    )
    for model, label in ((SavedView, _l("Saved view")), (Segment, _l("Segment")))
]
