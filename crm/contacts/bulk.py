"""What may be done to many contacts at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.batches.rules import BatchKind, Skip
from crm.contacts import actions
from crm.contacts.models import Contact
from crm.contacts.rules import fold
from crm.core.db import db


def load(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, Contact]:
    """The contacts that this person may see, by number; none from the trash."""
    found = db.session.scalars(
        select(Contact).where(
            Contact.id.in_(ids), Contact.deleted_at.is_(None), visible(user, Contact)
        )
    )
    return {contact.id: contact for contact in found}


def names(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, tuple[str, str]]:
    """Name and address of the contacts that this person may see."""
    found = db.session.execute(
        select(Contact.id, Contact.name).where(Contact.id.in_(ids), visible(user, Contact))
    )
    return {number: (name, f"/contacts/{number}") for number, name in found}


def _has(contact: Contact, name: str) -> bool:
    return any(tagging.tag.folded == fold(name) for tagging in contact.taggings)


def _tag(contact: Contact, options: Mapping[str, Any], by: User) -> None:
    if _has(contact, options["tag"]):
        raise Skip(_("It has the tag already."))
    actions.tag(contact, options["tag"], by=by)


def _untag(contact: Contact, options: Mapping[str, Any], by: User) -> None:
    if not _has(contact, options["tag"]):
        raise Skip(_("It does not have the tag."))
    actions.untag(contact, options["tag"], by=by)


def _trash(contact: Contact, options: Mapping[str, Any], by: User) -> None:
    actions.delete(contact, by)


def _kind(key: str, words: Any, act: Any, right: str = "edit_records") -> BatchKind:
    return BatchKind(key, "contact", right, words, load, act, names)


BATCHES = [
    _kind("contacts.tag", lambda o: _("Add the tag “%(tag)s”", tag=o["tag"]), _tag),
    _kind("contacts.untag", lambda o: _("Take the tag “%(tag)s” off", tag=o["tag"]), _untag),
    _kind("contacts.trash", lambda o: _("Move to the trash"), _trash),
]
