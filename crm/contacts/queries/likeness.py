"""Who may be the same person as somebody typed in: by mailbox, by number, by whole name."""

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    null,
    select,
    union_all,
)

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight
from crm.contacts.models import Contact, ContactEmail, ContactPhone
from crm.contacts.rules import canonical_email, fold, mailboxes
from crm.core import reading
from crm.core.db import db
from crm.core.ready import ready

# Addresses that are compared with those that have a +word, and such words of one: more is no hint.
MOST = 20
# Spec leads 3.2, step 3: a number alone is the desk's or the house's.
LAST_NAMES_ALIKE = 0.9


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
    asked = _asked(keys, numbers, name) | {"apart_from": apart_from or 0} | sight(user)
    statement = _look_alikes(user.sees_all, _by_bytes(), min(len(keys), MOST))
    return list(db.session.scalars(statement, asked))


def _asked(keys: list[str], numbers: Iterable[str], name: str) -> dict[str, Any]:
    """The values of `alike`, and of the words of as many keys as it compares."""
    asked = {"keys": keys, "numbers": list(numbers), "same_name": same_name(name)}
    for place, key in enumerate(keys[:MOST]):
        local, _, domain = key.rpartition("@")
        # "," comes after "+": a range of the index.
        asked[f"from_{place}"], asked[f"to_{place}"] = f"{local}+", f"{local},"
        asked[f"at_{place}"] = domain
    return asked


def _by_bytes() -> bool:
    """Whether a range of addresses has operators of its own, those of their index: by bytes.

    PostgreSQL's other ones go by the language of the database. SQLite knows bytes only.
    """
    return db.engine.dialect.name == "postgresql"


@cache
def _look_alikes(sees_all: bool, by_bytes: bool, words: int) -> Select:
    return (
        select(Contact)
        .where(
            alike(by_bytes, words),
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
    asked = _asked(keys, numbers, name) | {"canonical": canonical} | sight(user)
    statement = _met(user.sees_all, _by_bytes(), min(len(keys), MOST))
    rows = reading.rows(statement, asked)
    taken = frozenset(row.canonical for row in rows if row.canonical)
    return Met(taken, any(row.canonical is None for row in rows))


@ready
def _met(sees_all: bool, by_bytes: bool, words: int) -> CompoundSelect:
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
        .where(alike(by_bytes, words), Contact.deleted_at.is_(None), in_sight(sees_all, Contact))
        .limit(1)
    )
    return union_all(taken, select(same.subquery()))


def alike(by_bytes: bool = False, words: int = 0) -> ColumnElement[bool]:
    """Who has one of these boxes, numbers or this name; of `words` boxes also with a +word."""
    further = (_with_word(place, by_bytes) for place in range(words))
    return Contact.id.in_(union_all(*_of_box_or_name(), _of_number(), *further))


def alike_but_for_number() -> ColumnElement[bool]:
    """Who has one of these boxes or this name."""
    return Contact.id.in_(union_all(*_of_box_or_name()))


def of_number() -> ColumnElement[bool]:
    """Who has one of these numbers: the same person only if `same_family` says so too."""
    return Contact.id.in_(_of_number())


def same_family(one: str, other: str) -> bool:
    """Whether two last names are 0.9 alike or more, which makes a shared number a hint."""
    distance: Any = importlib.import_module("rapidfuzz.distance")  # costs every start 7 ms
    alike = distance.Indel.normalized_similarity(fold(one), fold(other))
    return bool(alike >= LAST_NAMES_ALIKE)


def _of_box_or_name() -> tuple[Select, Select]:
    keys = ContactEmail.mailbox_key.in_(bindparam("keys", expanding=True))
    is_named = Contact.sort_name == bindparam("same_name")
    return (
        select(ContactEmail.contact_id).where(keys),
        select(Contact.id).where(Contact.deleted_at.is_(None), is_named),
    )


def _of_number() -> Select:
    numbers = ContactPhone.e164.in_(bindparam("numbers", expanding=True))
    return select(ContactPhone.contact_id).where(numbers)


def _with_word(place: int, by_bytes: bool) -> Select:
    """Who has a box that is known as the one at `place` with a +word before the @."""
    key = ContactEmail.mailbox_key
    after, until = ("~>~", "~<~") if by_bytes else (">", "<")
    here = (
        key.bool_op(after)(bindparam(f"from_{place}")),
        key.bool_op(until)(bindparam(f"to_{place}")),
    )
    near = select(ContactEmail.contact_id, ContactEmail.domain).where(*here).limit(MOST).subquery()
    return select(near.c.contact_id).where(near.c.domain == bindparam(f"at_{place}"))


def same_name(name: str) -> str:
    """The name to look for: one word alone is no sign that two are the same."""
    folded = fold(name)
    return folded[:60] if len(folded.split()) > 1 else ""
