"""Many new contacts at once, as files bring them: a few statements for any number of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import first_team, home_team
from crm.activities import actions as activities
from crm.companies.many import Firms
from crm.contacts.actions import ways
from crm.contacts.actions.records import blank
from crm.contacts.actions.tags import find_or_create, folded, put_on
from crm.contacts.models import Contact, ContactEmail
from crm.core.db import db, numbered
from crm.fields import actions as fields


@dataclass(frozen=True)
class Seed:
    """A contact to be added. `company` is a name, `custom` are plain values by key."""

    name: str
    emails: Sequence[str | ways.Way] = ()
    phones: Sequence[str | ways.Way] = ()
    company: str = ""
    tags: Sequence[str] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    lifecycle: str = "captured"
    source: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def create_many(seeds: Sequence[Seed], *, by: User, set_by: str = "user") -> list[Contact]:
    """Add contacts with all that is said of them, in the order of `seeds`.

    A company is found by its name, then by the mail domain, else made. `facts` are further
    columns. Raises Refused where an address or a unique value is taken: none is added then.
    """
    contacts = [_unwritten(seed, by) for seed in seeds]
    _check_free(contacts)
    _put_tags(contacts, seeds, set_by, by)
    firms = Firms(by, [seed.company for seed in seeds], _domains(contacts))
    for contact, seed in zip(contacts, seeds, strict=True):
        common = {"owner_id": contact.owner_id, "team_id": contact.team_id}
        contact.company = firms.of(seed.company, _domains([contact]), **common)
    firms.write()
    _write(contacts, by)
    pairs = [(row, seed.custom) for row, seed in zip(contacts, seeds, strict=True)]
    fields.set_first(pairs, by)
    return contacts


def _unwritten(seed: Seed, by: User) -> Contact:
    team_id = home_team(seed.facts.get("owner_id"), first_team(by))
    contact = blank(seed.name, team_id, seed.source, seed.lifecycle)
    for key, value in seed.facts.items():
        setattr(contact, key, value)
    contact.emails, contact.phones = ways.email_rows(seed.emails), ways.phone_rows(seed.phones)
    contact.taggings, contact.field_values = [], []
    return contact


def _check_free(contacts: Iterable[Contact]) -> None:
    said = [row.canonical for contact in contacts for row in contact.emails]
    taken = set(
        db.session.scalars(
            select(ContactEmail.canonical).where(
                ContactEmail.canonical.in_(said), ContactEmail.freed_at.is_(None)
            )
        )
    )
    seen: set[str] = set()
    for address in said:
        if address in taken or address in seen:
            raise ways.taken(address)
        seen.add(address)


def _put_tags(contacts: Sequence[Contact], seeds: Sequence[Seed], set_by: str, by: User) -> None:
    known = find_or_create([name for seed in seeds for name in seed.tags])
    for contact, seed in zip(contacts, seeds, strict=True):
        wanted = {key: known[key] for key in map(folded, seed.tags)}
        put_on(contact, wanted.values(), set_by=set_by, by=by)


def _domains(contacts: Iterable[Contact]) -> list[str]:
    return [row.domain for contact in contacts for row in contact.emails]


def _write(contacts: Sequence[Contact], by: User) -> None:
    numbered(contacts)
    for name in ("emails", "phones", "taggings"):
        numbered([row for contact in contacts for row in getattr(contact, name)])
    db.session.add_all(contacts)
    db.session.flush()
    activities.record_all(
        [
            {
                "kind": "created",
                "contact_id": contact.id,
                "actor": "user",
                "user_id": by.id,
                "details": {"source": contact.source},
            }
            for contact in contacts
        ]
    )
