"""What of contacts the history keeps, in which words, and how adding one is undone."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from crm.contacts import actions
from crm.contacts.actions.tags import drop_unused
from crm.contacts.languages import language_word
from crm.contacts.models import Contact, ContactEmail, ContactPhone, Tag, Tagging
from crm.contacts.rules import COLOURS
from crm.core.db import db
from crm.history.models import ChangeValue
from crm.history.rules import Tracked
from crm.history.staying import any_stays


def _to_trash(contact: Contact, by) -> None:
    if contact.deleted_at is None:
        actions.delete(contact, by)


def _all_to_trash(contacts: Sequence[Contact], by) -> None:
    actions.delete_many([contact for contact in contacts if contact.deleted_at is None], by)


def _outlives(tag: Tag, set_id: int) -> str:
    """Who keeps a tag when the act is taken back that brought it (`Tracked.outlives`)."""
    brought = select(ChangeValue.row_id).where(
        ChangeValue.change_set_id == set_id, ChangeValue.op == "insert"
    )
    worn = select(Contact.id).join(Tagging, Contact.id == Tagging.contact_id)
    worn = worn.where(Tagging.tag_id == tag.id, Contact.deleted_at.is_(None))
    others = worn.where(Tagging.id.not_in(brought.where(ChangeValue.table == "tagging")))
    if db.session.scalar(others.limit(1)):
        return "used"
    own = worn.where(Contact.id.in_(brought.where(ChangeValue.table == "contact")))
    return "used" if any_stays(set_id, "contact", own, Contact.updated_at) else ""


def _given_back(contact: Contact, by) -> None:
    if contact.deleted_at is None:
        actions.give_back_tags(contact)


OF_CONTACT = {"contact": "contact_id"}
HISTORY = [
    Tracked(
        Contact,
        _l("Contact"),
        links={"contact": "id"},
        labels={
            "name": _l("Name"),
            "job_title": _l("Job title"),
            "company_id": _l("Company"),
            "owner_id": _l("Owner"),
            "team_id": _l("Team"),
            "lifecycle": _l("Lifecycle"),
            "locale": _l("Language"),
            "timezone": _l("Time zone"),
            "source": _l("Source"),
            "quiz_score": _l("Score"),
            "quiz_tier": _l("Tier"),
            "deleted_at": _l("In the trash since"),
            "merged_into_id": _l("Merged into"),
        },
        follows={
            "sort_name": "name",
            "first_name": "name",
            "last_name": "name",
            "lifecycle_at": "lifecycle",
            "deleted_by_id": "deleted_at",
            "merged_into_id": "deleted_at",
            "erased_at": "deleted_at",
            "quiz_tier": "quiz_score",
            "quiz_level": "quiz_score",
            "quiz_attempt_id": "quiz_score",
        },
        take_back=_to_trash,
        take_back_many=_all_to_trash,
        given_back=_given_back,
        automatic=frozenset({"lifecycle", "quiz_score", "quiz_tier"}),
        words={"locale": language_word},
    ),
    Tracked(
        ContactEmail,
        _l("Email"),
        links=OF_CONTACT,
        labels={
            "address": _l("Email"),
            "kind": _l("Kind"),
            "is_primary": _l("First choice"),
            "state": _l("State"),
            "state_reason": _l("Reason"),
        },
        follows={
            "state_at": "state",
            "canonical": "address",
            "mailbox_key": "address",
            "domain": "address",
        },
        is_part=True,
        is_dropped=True,
    ),
    Tracked(
        ContactPhone,
        _l("Phone"),
        links=OF_CONTACT,
        labels={
            "raw": _l("Phone"),
            "kind": _l("Kind"),
            "is_primary": _l("First choice"),
            "state": _l("State"),
            "state_reason": _l("Reason"),
        },
        follows={"e164": "raw", "digits": "raw"},
        is_part=True,
    ),
    Tracked(
        Tag,
        _l("Tag"),
        labels={"name": _l("Name"), "colour": _l("Colour")},
        follows={"folded": "name"},
        words={"colour": lambda number: dict(COLOURS).get(number, number)},
        take_back=drop_unused,
        outlives=_outlives,
        by_hand="manage_tags",
    ),
    Tracked(Tagging, _l("Tag"), links=OF_CONTACT, labels={"tag_id": _l("Tag")}, is_part=True),
]
# What the history calls an act, by its endpoint.
ACTS = [
    ("contacts.create", _l("Contact added")),
    ("contacts.update", _l("Contact edited")),
    ("contacts.save_fact", _l("Contact edited")),
    ("contacts.mark_way", _l("State of an address or number")),
    ("contacts.give", _l("Given to somebody")),
    ("contacts.move", _l("Lifecycle moved")),
    ("contacts.put_tag", _l("Tag added")),
    ("contacts.take_tag", _l("Tag taken off")),
    ("contacts.delete", _l("Moved to the trash")),
    ("contacts.restore", _l("Taken out of the trash")),
    ("tags.update", _l("Tag renamed")),
    ("tags.merge", _l("Tags merged")),
    ("tags.delete", _l("Tag deleted")),
]
