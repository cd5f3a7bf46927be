"""What of merging the history keeps, and how a merge is undone."""

from flask_babel import lazy_gettext as _l

from crm.duplicates import actions
from crm.duplicates.models import Merger
from crm.history.rules import Tracked

HISTORY = [
    Tracked(
        Merger,
        _l("What a merge brought"),
        links={"contact": "contact_id", "company": "company_id"},
        take_back=actions.take_apart,
        comes_back=actions.merge_again,
    ),
]
# What the history calls an act, by its endpoint.
ACTS = [
    ("batch.contacts.merge", _l("Contacts merged")),
    ("batch.contacts.merge_groups", _l("Contacts merged")),
    ("batch.companies.merge", _l("Companies merged")),
    ("batch.companies.merge_groups", _l("Companies merged")),
]
