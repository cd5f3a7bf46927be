"""What contacts offer: their places in the frame, the words of their states, their fields."""

from functools import lru_cache
from operator import attrgetter
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import func, select

from crm.companies.models import Company
from crm.contacts import bulk, listing_by_hand, setting
from crm.contacts.languages import language_named, language_word
from crm.contacts.models import Consent, Contact, ContactEmail, ContactPhone, Tag, Tagging
from crm.contacts.queries import company_seen, counting, counts
from crm.contacts.queries.asked import MENU
from crm.core.db import db
from crm.fields.queries import team_options
from crm.fields.rules import Field, Option, Relation, Through, choices
from crm.web.drawing import worded
from crm.web.shell import ShellItem

SHELL = [
    ShellItem(_l("Contacts"), "/contacts", "user-round", order=20),
    ShellItem(
        _l("Contact"),
        "/contacts/new",
        "user-round",
        order=10,
        place="new",
        right="edit_records",
        help=_l("Somebody you sell to, with mail and phone"),
    ),
    ShellItem(
        _l("Tags"),
        "/settings/tags",
        order=60,
        place="settings",
        right="manage_tags",
        help=_l("Rename, merge and clear the words on contacts."),
    ),
]
LIFECYCLE_WORDS = {
    "incomplete": _l("Incomplete"),
    "captured": _l("Captured"),
    "assigned": _l("Assigned"),
    "attempted": _l("Attempted"),
    "contacted": _l("Contacted"),
    "qualified": _l("Qualified"),
    "opportunity": _l("Opportunity"),
    "customer": _l("Customer"),
    "nurture": _l("Nurture"),
    "recycled": _l("Recycled"),
    "disqualified": _l("Disqualified"),
    "spam": _l("Spam"),
}
ADDRESS_WORDS = {
    "valid": _l("Works"),
    "bounced": _l("Bounced"),
    "opted_out": _l("Opted out"),
    "do_not_call": _l("Do not call"),
}
TIER_WORDS = {"hot": _l("Hot"), "warm": _l("Warm"), "cool": _l("Cool")}
PURPOSE_WORDS = {
    "marketing": _l("Mails about our offers"),
    "result_mail": _l("Their result by mail"),
    "phone_contact": _l("Calls about our offers"),
}
ENTRY_WORDS = {
    "note": _l("note"),
    "call": _l("call"),
    "mail_out": _l("mail to them"),
    "mail_in": _l("mail from them"),
    "meeting": _l("meeting"),
    "task_done": _l("task done"),
    "stage": _l("deal moved"),
    "closure": _l("deal closed"),
    "lifecycle": _l("lifecycle"),
    "quiz_start": _l("quiz started"),
    "quiz_result": _l("quiz"),
    "nurture_sent": _l("sequence mail"),
    "nurture_stop": _l("sequence ended"),
    "assignment": _l("given away"),
    "tag": _l("tag"),
    "created": _l("added"),
    "intake": _l("arrived"),
    "uncertain": _l("mail uncertain"),
    "file": _l("file"),
}


def _tag_options() -> list[Option]:
    rows = db.session.execute(select(Tag.id, Tag.name).order_by(Tag.folded))
    return [Option(str(row.id), row.name) for row in rows]


MODELS = [("contact", Contact), ("consent", Consent)]
SETTINGS = [*bulk.SETTINGS, *setting.SETTINGS]
LISTS = [MENU]
BATCHES = [*bulk.BATCHES, *listing_by_hand.BATCHES]
# What may be sorted has an index in contacts/models.py.
FIELDS: list[Field | Relation] = [
    Field("contact", "name", _l("Name"), "text", Contact.name, attrgetter("name"),
          sort_column=Contact.sort_name, is_required=True, is_sortable=True, is_editable=True,
          is_importable=True),
    Field("contact", "first_name", _l("First name"), "text", Contact.first_name,
          attrgetter("first_name"), is_listed=False),
    Field("contact", "last_name", _l("Last name"), "text", Contact.last_name,
          attrgetter("last_name"), is_listed=False),
    Field("contact", "email", _l("E-mail"), "email", ContactEmail.canonical,
          lambda contact: [row.canonical for row in contact.emails],
          Through(ContactEmail.contact_id), is_editable=True, is_importable=True),
    Field("contact", "email_state", _l("State of the address"), "select", ContactEmail.state,
          lambda contact: [row.state for row in contact.emails],
          Through(ContactEmail.contact_id), options=choices(ADDRESS_WORDS)),
    Field("contact", "phone", _l("Phone"), "phone",
          func.coalesce(ContactPhone.e164, ContactPhone.raw),
          lambda contact: [row.e164 or row.raw for row in contact.phones],
          Through(ContactPhone.contact_id), is_editable=True, is_importable=True),
    Field("contact", "job_title", _l("Job title"), "text", Contact.job_title,
          attrgetter("job_title"), is_editable=True, is_importable=True),
    Field("contact", "company", _l("Company"), "reference", Contact.company_id,
          attrgetter("company_id"), target="company", is_sortable=True, is_editable=True,
          is_importable=True),
    Field("contact", "owner", _l("Owner"), "user", Contact.owner_id, attrgetter("owner_id"),
          is_sortable=True, is_editable=True, is_importable=True),
    Field("contact", "team", _l("Team"), "select", Contact.team_id, attrgetter("team_id"),
          options=team_options),
    Field("contact", "lifecycle", _l("Lifecycle"), "select", Contact.lifecycle,
          attrgetter("lifecycle"), options=choices(LIFECYCLE_WORDS), is_editable=True,
          is_importable=True),
    Field("contact", "lifecycle_at", _l("In this lifecycle since"), "at", Contact.lifecycle_at,
          attrgetter("lifecycle_at")),
    Field("contact", "tags", _l("Tags"), "multi", Tagging.tag_id,
          lambda contact: [tagging.tag_id for tagging in contact.taggings],
          Through(Tagging.contact_id), options=_tag_options, is_editable=True,
          is_importable=True),
    Field("contact", "source", _l("Source"), "text", Contact.source, attrgetter("source"),
          is_importable=True),
    Field("contact", "locale", _l("Language"), "text", Contact.locale, attrgetter("locale"),
          words=language_word, means=language_named, is_editable=True, is_importable=True),
    Field("contact", "timezone", _l("Time zone"), "text", Contact.timezone,
          attrgetter("timezone"), is_editable=True, is_importable=True),
    Field("contact", "quiz_score", _l("Quiz score"), "number", Contact.quiz_score,
          attrgetter("quiz_score"), is_sortable=True),
    Field("contact", "quiz_tier", _l("Quiz tier"), "text", Contact.quiz_tier,
          attrgetter("quiz_tier")),
    Field("contact", "quiz_level", _l("Tier level"), "select", Contact.quiz_level,
          attrgetter("quiz_level"), options=choices(TIER_WORDS)),
    Field("contact", "last_touch_at", _l("Last touch"), "at", Contact.last_touch_at,
          attrgetter("last_touch_at"), is_sortable=True),
    Field("contact", "last_in_at", _l("Last heard from"), "at", Contact.last_in_at,
          attrgetter("last_in_at"), is_sortable=True),
    Field("contact", "last_out_at", _l("Last contacted"), "at", Contact.last_out_at,
          attrgetter("last_out_at")),
    Field("contact", "created_at", _l("Added"), "at", Contact.created_at,
          attrgetter("created_at"), is_sortable=True),
    Field("contact", "updated_at", _l("Changed"), "at", Contact.updated_at,
          attrgetter("updated_at"), is_sortable=True),
    Relation("contact", "company", _l("Company"), "company",
             lambda: (Company.id == Contact.company_id) & Company.deleted_at.is_(None),
             lambda contact: _living(contact.company)),
    Relation("contact", "consents", _l("Consent"), "consent",
             lambda: (Consent.contact_id == Contact.id) & counts(),
             lambda contact: counting(contact.id)),
    Field("consent", "purpose", _l("What for"), "select", Consent.purpose, attrgetter("purpose"),
          options=choices(PURPOSE_WORDS)),
    Field("consent", "granted", _l("Says yes"), "bool", Consent.is_granted,
          attrgetter("is_granted")),
    Field("consent", "at", _l("Said on"), "at", Consent.at, attrgetter("at")),
    Field("consent", "source", _l("How"), "text", Consent.source, attrgetter("source")),
    Relation("company", "contacts", _l("Contacts"), "contact",
             lambda: (Contact.company_id == Company.id) & Contact.deleted_at.is_(None),
             lambda company: _people(Contact.company_id == company.id)),
]  # fmt: skip


def _living(company: Company | None) -> list[Company]:
    return [company] if company is not None and company.deleted_at is None else []


def _people(where: Any) -> list[Contact]:
    return list(db.session.scalars(select(Contact).where(where, Contact.deleted_at.is_(None))))


def init_app(app: Flask) -> None:
    """Let templates write states in words."""
    app.add_template_filter(lifecycle_word, "lifecycle")
    app.add_template_filter(tier_word, "tier")
    app.add_template_filter(address_word, "address_state")
    app.add_template_filter(entry_word, "entry_word")
    app.add_template_filter(purpose_word, "purpose")
    app.add_template_filter(initials, "initials")
    app.add_template_filter(language_word, "language")
    app.add_template_filter(plain, "plain")
    app.add_template_filter(firm, "firm")


def lifecycle_word(lifecycle: str) -> str:
    """A lifecycle in words."""
    return worded(LIFECYCLE_WORDS.get(lifecycle, lifecycle))


def address_word(state: str) -> str:
    """How an address or number stands, in words."""
    return worded(ADDRESS_WORDS.get(state, state))


def tier_word(level: str) -> str:
    """The look of a tier in words."""
    return worded(TIER_WORDS.get(level, level))


def purpose_word(purpose: str) -> str:
    """What somebody agreed to, in words."""
    return worded(PURPOSE_WORDS.get(purpose, purpose))


def entry_word(kind: str) -> str:
    """What kind of touch it was, in a word."""
    return worded(ENTRY_WORDS.get(kind, ""))


def firm(contact: Contact) -> str:
    """The name of a contact's company as far as the reader may see it, else what they typed."""
    found = company_seen(current_user, contact)
    return found.name if found else contact.company_text or ""


@lru_cache(maxsize=512)
def initials(name: str) -> str:
    """The first letters of a person's first and last name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words))


def plain(value: Any) -> str:
    """A field's value as text, for showing what two people typed side by side."""
    if isinstance(value, list):
        return ", ".join(plain(part[0] if isinstance(part, list) else part) for part in value)
    return "–" if value in {None, ""} else str(value)
