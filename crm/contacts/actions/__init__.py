"""Every change to contacts: records, ways to reach them, tags, consent."""

from crm.contacts import leaving  # noqa: F401 - begins to listen
from crm.contacts.actions.consents import record_consent, record_consents
from crm.contacts.actions.many import Seed, create_many
from crm.contacts.actions.records import (
    change,
    check_free,
    create,
    enter,
    fill_empty,
    set_owner,
    snapshot,
)
from crm.contacts.actions.returning import give_back_tags
from crm.contacts.actions.tags import (
    change_tag,
    delete_tag,
    merge_tags,
    put_on,
    rename_tag,
    set_tags,
    tag,
    tag_all,
    tag_many,
    untag,
)
from crm.contacts.actions.trash import delete, delete_many, restore
from crm.contacts.actions.ways import add_email, add_phone, mark_way, taken

__all__ = [
    "Seed",
    "add_email",
    "add_phone",
    "change",
    "change_tag",
    "check_free",
    "create",
    "create_many",
    "delete",
    "delete_many",
    "delete_tag",
    "enter",
    "fill_empty",
    "give_back_tags",
    "mark_way",
    "merge_tags",
    "put_on",
    "record_consent",
    "record_consents",
    "rename_tag",
    "restore",
    "set_owner",
    "set_tags",
    "snapshot",
    "tag",
    "tag_all",
    "tag_many",
    "taken",
    "untag",
]
