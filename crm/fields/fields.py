"""What fields offer to the frame: their settings page, and facts and values for templates."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from crm.accounts.queries import user_by_id
from crm.core.db import db
from crm.fields import queries
from crm.fields.filling import BATCHES  # noqa: F401 - offered to create_app
from crm.fields.models import FieldValue
from crm.fields.queries import Shown
from crm.fields.rules import Option
from crm.fields.typed import Custom, python
from crm.history.rules import Tracked
from crm.web import formats
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


def told(row: FieldValue | None, old: Any, new: Any) -> tuple[str, str, str]:
    """What the history says of a value: the field, and both values in the reader's words."""
    field_id = (old or {}).get("field_id") or (new or {}).get("field_id")
    custom = _custom(field_id or (row.field_id if row else 0))
    if custom is None:
        return _("Field"), "", ""
    return custom.label, _in_words(custom, old or {}, row), _in_words(custom, new or {}, row)


def _custom(field_id: int) -> Custom | None:
    """A field by number, the archived ones too."""
    living = (one for record in queries.CUSTOM_RECORDS for one in queries.customs(record))
    if found := next((one for one in living if one.id == field_id), None):
        return found
    archived = queries.definition(field_id)
    return queries.custom_from(archived) if archived else None


def _in_words(custom: Custom, values: dict[str, Any], row: FieldValue | None) -> str:
    name = {"number": "number", "money": "cents", "on": "on", "at": "at", "bool": "flag",
            "select": "choice", "multi": "choice", "user": "ref",
            "reference": "ref"}.get(custom.kind, "text")  # fmt: skip
    one = values.get(name)
    if one is None:
        return ""
    if name == "ref":
        return _name_of(custom, one)
    if name == "choice":
        return next((str(o.label) for o in custom.options if o.value == one), str(one))
    currency = values.get("currency") or (row.currency if row else None) or custom.currency
    writers: dict[str, Any] = {
        "number": lambda: formats.number(Decimal(one)),
        "cents": lambda: formats.money(one, currency),
        "on": lambda: formats.day(date.fromisoformat(one)),
        "at": lambda: formats.day_time(datetime.fromisoformat(one)),
        "flag": lambda: _("yes") if one else _("no"),
    }
    return writers[name]() if name in writers else str(one)


def _name_of(custom: Custom, number: int) -> str:
    """A person's name, or that of a record as far as the reader may see it."""
    if custom.kind == "user":
        user = user_by_id(number)
        return user.name if user else ""
    if not queries.may_refer(current_user, custom.target, number):
        return _("no. %(number)s", number=number)
    model = queries.catalogue().models[custom.target]
    return str(db.session.get_one(model, number).name)


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
        beside={"number": "choice"},  # the place of a choice, which moves with the list
        is_part=True,
        is_dropped=True,
        tell=told,
    ),
]
# What the history calls an act, by its endpoint.
ACTS = [("field_values.save", _l("Field edited"))]
PLURALS = {"contact": "contacts", "company": "companies", "deal": "deals"}


def init_app(app: Flask) -> None:
    """Let record pages show their custom fields; read with the reader if the fields changed."""
    app.extensions.setdefault("tend.stamps", {})["fields"] = queries.STAMP
    app.add_template_global(custom_facts, "custom_facts")
    app.add_template_global(fact_url, "fact_url")
    app.add_template_global(claim_url, "claim_url")
    app.add_template_global(record_url, "record_url")
    app.add_template_filter(said, "said")
    app.add_template_filter(chosen, "chosen")


def custom_facts(row) -> list[Shown]:
    """What a record says for each custom field, as far as the reader may see it."""
    return queries.shown_of(current_user, row)


def fact_url(row, fact: Shown) -> str:
    """The form of one custom field of a record."""
    return f"{record_url(queries.kind_of(row), row.id)}/fields/{fact.custom.id}"


def claim_url(row) -> str:
    """Where a record that nobody has is claimed."""
    record = queries.kind_of(row)
    return record_url(record, row.id) + ("/owner" if record == "contact" else "/claim")


def record_url(record: str, record_id: int) -> str:
    """The page of a record."""
    return f"/{PLURALS[record]}/{record_id}"


def said(fact: Shown) -> Any:
    """The Python value of a fact, as the formats take it."""
    return python(fact.custom.kind, fact.value)


def chosen(fact: Shown) -> list[Option]:
    """The options that a list's value names, in the order of the list."""
    values = fact.value if isinstance(fact.value, list) else [fact.value]
    return [one for one in fact.custom.options if one.value in values]
