"""Addresses and numbers of a contact as a file leaves them."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.accounts.queries import workspace
from crm.contacts.models import Contact
from crm.contacts.rules import parse_phone
from crm.transfer.drafts import Draft


def number_of(text: str) -> str:
    house = workspace()
    return parse_phone(text, house.country if house else "DE") or text


def emails_after(
    contact: Contact, then: Sequence[str], kinds: Mapping[str, str]
) -> list[list[Any]]:
    """Addresses as contacts.change takes them: those that are there stay as they are, in front."""
    now = {
        row.canonical: (row.address, row.kind) for row in contact.emails if row.canonical in then
    }
    new = {one: (one, kinds.get(one, "work")) for one in then if one not in now}
    ways = [*now.values(), *new.values()]
    return [[text, kind, place == 0] for place, (text, kind) in enumerate(ways)]


def phones_after(contact: Contact, then: Sequence[str], draft: Draft) -> list[list[Any]]:
    """Numbers as contacts.change takes them: those that are there stay as they are."""
    known = {number_of(row.raw): (row.raw, row.kind) for row in contact.phones}
    new = {number_of(one): (one, draft.kinds.get(one, "work")) for one in draft["phone"] or ()}
    ways = [known.get(one) or new.get(one, (one, "work")) for one in then]
    return [[text, kind, place == 0] for place, (text, kind) in enumerate(ways)]
