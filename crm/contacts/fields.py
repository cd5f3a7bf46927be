"""What contacts offer to the frame: their places, and the words of their states."""

from typing import Any

from babel import Locale, UnknownLocaleError
from flask import Flask
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from crm.contacts.models import Contact
from crm.contacts.queries import company_seen
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
TIER_WORDS = {"hot": _l("Hot"), "warm": _l("Warm"), "cool": _l("Cool")}
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


def init_app(app: Flask) -> None:
    """Let templates write states in words."""
    app.add_template_filter(lifecycle_word, "lifecycle")
    app.add_template_filter(tier_word, "tier")
    app.add_template_filter(entry_word, "entry_word")
    app.add_template_filter(initials, "initials")
    app.add_template_filter(language, "language")
    app.add_template_filter(plain, "plain")
    app.add_template_filter(firm, "firm")


def lifecycle_word(lifecycle: str) -> str:
    """A lifecycle in words."""
    return str(LIFECYCLE_WORDS.get(lifecycle, lifecycle))


def tier_word(level: str) -> str:
    """The look of a tier in words."""
    return str(TIER_WORDS.get(level, level))


def entry_word(kind: str) -> str:
    """What kind of touch it was, in a word."""
    return str(ENTRY_WORDS.get(kind, ""))


def firm(contact: Contact) -> str:
    """The name of a contact's company as far as the reader may see it, else what they typed."""
    found = company_seen(current_user, contact)
    return found.name if found else contact.company_text or ""


def initials(name: str) -> str:
    """The first letters of a person's first and last name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words))


def language(code: str) -> str:
    """A language in the reader's words; the code where it is not known."""
    try:
        return Locale.parse(code.replace("-", "_")).get_language_name(str(get_locale())) or code
    except (UnknownLocaleError, ValueError):
        return code


def plain(value: Any) -> str:
    """A field's value as text, for showing what two people typed side by side."""
    if isinstance(value, list):
        return ", ".join(plain(part[0] if isinstance(part, list) else part) for part in value)
    return "–" if value in {None, ""} else str(value)
