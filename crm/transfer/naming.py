"""Whom and which record a file means by an address, a domain, a name or a first name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.companies.models import Company, CompanyDomain
from crm.companies.rules import registrable_domain
from crm.contacts.models import Contact, ContactEmail
from crm.contacts.rules import canonical_email
from crm.core.db import db
from crm.core.folding import fold
from crm.fields.queries import catalogue
from crm.fields.typed import SORT_LENGTH


def called(owners: Sequence[User]) -> dict[str, int]:
    """Everybody's number by folded address and name; `owners` win, also by their first names."""
    people: dict[str, int] = {}
    for user in [*db.session.scalars(select(User).order_by(User.id.desc())), *owners]:
        people[fold(user.email)] = people[fold(user.name)] = user.id
    return people | _by_first_name(owners, people)


def _by_first_name(owners: Iterable[User], people: Mapping[str, int]) -> dict[str, int]:
    """Who may own records, by a first name that only one of them has."""
    found: dict[str, list[int]] = {}
    for user in owners:
        found.setdefault(fold(user.name.split()[0]) if user.name.split() else "", []).append(
            user.id
        )
    return {
        name: ids[0] for name, ids in found.items() if name and len(ids) == 1 and name not in people
    }


def record_called(record: str, text: str, by: User) -> int:
    """The one record that `by` sees and that a text means: by its number in our own files (#12),
    its name, or the address or domain that nobody else has. Raises ValueError in words.
    """
    model: Any = catalogue().models[record]
    if text.startswith("#") and text[1:].isdecimal() and len(text) < 16:
        ways = [model.id == int(text[1:])]
    else:
        ways = [model.sort_name == fold(text)[:SORT_LENGTH], *_by_key(record, text)]
    seen = select(model.id).where(model.deleted_at.is_(None), visible(by, model)).limit(2)
    tried = (db.session.scalars(seen.where(one)).all() for one in ways)
    found = next((rows for rows in tried if rows), [])
    if len(found) != 1:
        raise ValueError(_("“%(text)s” is not the name of exactly one record.", text=text[:60]))
    return int(found[0])


def _by_key(record: str, text: str) -> list[ColumnElement[bool]]:
    """Who has this address, or which company this domain; nothing where the text is neither."""
    if record == "contact" and "@" in text:
        try:
            address = canonical_email(text)
        except ValueError:
            return []
        holders = select(ContactEmail.contact_id).where(
            ContactEmail.canonical == address, ContactEmail.freed_at.is_(None)
        )
        return [Contact.id.in_(holders)]
    domain = registrable_domain(text) if record == "company" and "." in text else None
    if not domain:
        return []
    owners = select(CompanyDomain.company_id).where(
        CompanyDomain.domain == domain, CompanyDomain.freed_at.is_(None)
    )
    return [Company.id.in_(owners)]
