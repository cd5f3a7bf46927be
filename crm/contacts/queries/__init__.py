"""Reading contacts: who somebody is, lists of them, their tags."""

from crm.contacts.queries.asked import (
    asked_for,
    chosen,
    chosen_count,
    chosen_neighbours,
    is_plain,
)
from crm.contacts.queries.consents import (
    UNTICKED,
    Consents,
    consents_of,
    has_consent,
    is_confirmed,
    standing,
    stands,
    unconfirmed,
)
from crm.contacts.queries.known import alive, by_known_token, known_link
from crm.contacts.queries.likeness import Met, look_alikes, met
from crm.contacts.queries.lists import Filters, Listed, count, listed, neighbours
from crm.contacts.queries.people import (
    PURPOSES,
    around,
    by_email,
    by_name,
    company_seen,
    contact_for,
    erased_for,
    people_of,
    phones_like,
    record_for,
)
from crm.contacts.queries.tags import tag_by_id, tag_by_name, tag_names, tags_with_use

__all__ = [
    "PURPOSES",
    "UNTICKED",
    "Consents",
    "Filters",
    "Listed",
    "Met",
    "alive",
    "around",
    "asked_for",
    "by_email",
    "by_known_token",
    "by_name",
    "chosen",
    "chosen_count",
    "chosen_neighbours",
    "company_seen",
    "consents_of",
    "contact_for",
    "count",
    "erased_for",
    "has_consent",
    "is_confirmed",
    "is_plain",
    "known_link",
    "listed",
    "look_alikes",
    "met",
    "neighbours",
    "people_of",
    "phones_like",
    "record_for",
    "standing",
    "stands",
    "tag_by_id",
    "tag_by_name",
    "tag_names",
    "tags_with_use",
    "unconfirmed",
]
