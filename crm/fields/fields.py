"""What fields offer to the frame: their settings page, and facts and values for templates."""

from typing import Any

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from crm.fields import queries
from crm.fields.models import FieldValue
from crm.fields.queries import Shown
from crm.fields.rules import Option
from crm.fields.typed import python
from crm.history.rules import Tracked
from crm.web.shell import ShellItem

SHELL = [
    ShellItem(
        _l("Fields"),
        "/settings/fields",
        icon="text-cursor-input",
        order=42,
        place="settings",
        right="manage_fields",
        help=_l("What you want to know of contacts, companies and deals beside the usual."),
    ),
]
HISTORY = [
    Tracked(
        FieldValue,
        _l("Field"),
        links={"contact": "contact_id", "company": "company_id", "deal": "deal_id"},
        labels={
            "text": _l("Value"),
            "choice": _l("Value"),
            "number": _l("Value"),
            "cents": _l("Value"),
            "on": _l("Value"),
            "at": _l("Value"),
            "flag": _l("Value"),
            "ref": _l("Value"),
        },
        follows={"sort_text": "text", "currency": "cents"},
        is_part=True,
        is_dropped=True,
    ),
]
PLURALS = {"contact": "contacts", "company": "companies", "deal": "deals"}


def init_app(app: Flask) -> None:
    """Let record pages show their custom fields."""
    app.add_template_global(custom_facts, "custom_facts")
    app.add_template_global(fact_url, "fact_url")
    app.add_template_global(record_url, "record_url")
    app.add_template_global(reference_names, "reference_names")
    app.add_template_filter(said, "said")
    app.add_template_filter(chosen, "chosen")


def custom_facts(row) -> list[Shown]:
    """What a record says for each custom field, as far as the reader may see it."""
    return queries.shown_of(current_user, row)


def fact_url(row, fact: Shown) -> str:
    """The form of one custom field of a record."""
    plural = PLURALS[queries.kind_of(row)]
    return url_for("field_values.edit", plural=plural, record_id=row.id, field_id=fact.custom.id)


def record_url(record: str, record_id: int) -> str:
    """The page of a record."""
    return f"/{PLURALS[record]}/{record_id}"


def reference_names(record: str) -> list[str]:
    """Names to choose from beside a reference."""
    return queries.names_like(current_user, record)


def said(fact: Shown) -> Any:
    """The Python value of a fact, as the formats take it."""
    return python(fact.custom.kind, fact.value)


def chosen(fact: Shown) -> list[Option]:
    """The options that a list's value names, in the order of the list."""
    values = fact.value if isinstance(fact.value, list) else [fact.value]
    return [one for one in fact.custom.options if one.value in values]
