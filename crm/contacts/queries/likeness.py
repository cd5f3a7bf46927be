"""Who may be the same person as somebody typed in: by mailbox, by number, by whole name."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    collate,
    null,
    select,
    union_all,
)

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight
from crm.contacts.models import Contact, ContactEmail, ContactPhone
from crm.contacts.rules import canonical_email, fold, mailboxes
from crm.core.db import db

# Addresses that are compared with those that have a +word, and such words of one: more is no hint.
MOST = 20


def look_alikes(
    user: User,
    emails: Iterable[str],
    numbers: Iterable[str],
    name: str = "",
    apart_from: int | None = None,
) -> list[Contact]:
    """Up to three contacts `user` may see who may be the person being typed in."""
    keys: list[str] = []
    for text in emails:
        try:
            keys += mailboxes(canonical_email(text))
        except ValueError:
            continue
    asked: dict[str, Any] = {
        "keys": keys + _with_words(keys),
        "numbers": list(numbers),
        "same_name": same_name(name),
    }
    asked |= {"apart_from": apart_from or 0} | sight(user)
    return list(db.session.scalars(_look_alikes(user.sees_all), asked))


def _with_words(keys: list[str]) -> list[str]:
    """Boxes that are known as one of these with a +word before the @."""
    found: list[str] = []
    for key in keys[:MOST]:
        local, _, domain = key.rpartition("@")
        column = ContactEmail.mailbox_key
        # "," comes after "+": a range of the index, on PostgreSQL where it sorts by bytes.
        words = collate(column, "C") if db.engine.dialect.name == "postgresql" else column
        near = select(column).where(words > f"{local}+", words < f"{local},").limit(MOST)
        found += [one for one in db.session.scalars(near) if one.endswith(f"@{domain}")]
    return found


@cache
def _look_alikes(sees_all: bool) -> Select:
    return (
        select(Contact)
        .where(
            alike(),
            Contact.deleted_at.is_(None),
            Contact.id != bindparam("apart_from"),
            in_sight(sees_all, Contact),
        )
        .order_by(Contact.id)
        .limit(3)
    )


@dataclass(frozen=True)
class Met:
    """What is known of somebody typed in: addresses that others have, and who may be the same."""

    taken: frozenset[str]
    is_alike: bool


def met(user: User, emails: Iterable[str], numbers: Iterable[str], name: str) -> Met:
    """Whether somebody is known already: `by_email` and `look_alikes` in one statement.

    `taken` are canonical addresses, whoever sees the contact that has one.
    """
    canonical = [canonical_email(text) for text in emails]
    keys = [key for one in canonical for key in mailboxes(one)]
    asked: dict[str, Any] = {
        "canonical": canonical,
        "keys": keys + _with_words(keys),
        "numbers": list(numbers),
        "same_name": same_name(name),
    }
    rows = db.session.connection().execute(_met(user.sees_all), asked | sight(user)).all()
    taken = frozenset(row.canonical for row in rows if row.canonical)
    return Met(taken, any(row.canonical is None for row in rows))


@cache
def _met(sees_all: bool) -> CompoundSelect:
    """Written once: such a statement takes longer to build than to run."""
    taken = (
        select(ContactEmail.canonical)
        .join(Contact, Contact.id == ContactEmail.contact_id)
        .where(
            ContactEmail.canonical.in_(bindparam("canonical", expanding=True)),
            ContactEmail.freed_at.is_(None),
            Contact.deleted_at.is_(None),
        )
    )
    same = (
        select(null().label("canonical"))
        .select_from(Contact)
        .where(alike(), Contact.deleted_at.is_(None), in_sight(sees_all, Contact))
        .limit(1)
    )
    return union_all(taken, select(same.subquery()))


def alike() -> ColumnElement[bool]:
    is_named = Contact.sort_name == bindparam("same_name")
    return Contact.id.in_(
        union_all(
            select(ContactEmail.contact_id).where(
                ContactEmail.mailbox_key.in_(bindparam("keys", expanding=True))
            ),
            select(ContactPhone.contact_id).where(
                ContactPhone.e164.in_(bindparam("numbers", expanding=True))
            ),
            select(Contact.id).where(Contact.deleted_at.is_(None), is_named),
        )
    )


def same_name(name: str) -> str:
    """The name to look for: one word alone is no sign that two are the same."""
    folded = fold(name)
    return folded[:60] if len(folded.split()) > 1 else ""
