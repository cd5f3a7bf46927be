"""What an import would change, in words: sums, days, people and choices as they are written."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision
from flask import g, has_request_context
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import user_by_id, visible
from crm.accounts.rules import may
from crm.contacts.languages import LANGUAGES
from crm.core.db import db
from crm.fields.queries import catalogue, field_of
from crm.fields.rules import Field
from crm.filters.queries.cells import Cell
from crm.transfer.rules.choices import words_of
from crm.transfer.rules.mapping import ADDED

LONGEST, LONGEST_VALUE = 1000, 120


def cell_of(record: str, key: str, value: Any, by: User) -> Cell | None:
    """A value as lists show it, as far as `by` may see what it names; None for nothing."""
    field = field_of(record, key)
    if value is None or value in ("", [], ()):
        return None
    kind = field.kind if field else "text"
    if kind == "money":
        cents, code = value
        return Cell(kind, (cents,), (), code)
    values = tuple(value) if isinstance(value, list | tuple) else (value,)
    known = _known(field)
    if known:
        return Cell(kind, values, tuple(known.get(str(one)) or _new(str(one)) for one in values))
    if kind == "user":
        people = [user_by_id(int(one)) for one in values]
        return Cell(kind, values, tuple(one.name if one else "" for one in people))
    if kind == "reference" and field is not None:
        return _reference(field, values, by)
    return Cell("text" if kind == "long" else kind, values)


def _known(field: Field | None) -> dict[str, str]:
    """The words of a field's values, where they are not what is stored; a tag is its name here."""
    if field is None or field.key == "tags":
        return {}
    if (field.record, field.key) == ("contact", "locale"):
        return {code: str(word) for code, word in LANGUAGES}
    if not has_request_context():
        return words_of(field)
    asked = g.setdefault("words_of_choices", {})  # once for a page, however many rows it has
    place = field.record, field.key
    if place not in asked:
        asked[place] = words_of(field)
    return asked[place]


def _new(value: str) -> str:
    """A choice that an import will add, by its word."""
    if not value.startswith(ADDED):
        return value
    word = re.sub(r"^\d+:", "", value.removeprefix(ADDED))  # of a stage, with its pipeline
    return _("%(word)s (new)", word=word)


def _reference(field: Field, values: tuple[Any, ...], by: User) -> Cell:
    if any(isinstance(one, str) for one in values):  # a name as the file has it
        return Cell("text", values)
    model: Any = catalogue().models[field.target]
    rows = select(model.id, model.name).where(model.id.in_(values), visible(by, model))
    names = {row.id: row.name for row in db.session.execute(rows)}
    return Cell(field.kind, values, tuple(names.get(one, "") for one in values), "", field.target)


def told(record: str, changes: Mapping[str, tuple[Any, Any]], by: User) -> str:
    """A change in words: "Job title: Buyer → Head of buying"."""
    parts = []
    for key, pair in changes.items():
        now, then = (text_of(cell_of(record, key, one, by), by) for one in pair)
        parts.append(f"{label_of(record, key)}: {now} → {then}")
    return "; ".join(parts)[:LONGEST]


def label_of(record: str, key: str) -> str:
    """What a field is called."""
    field, own = field_of(record, key), {
        "note": _("Note"), "lifecycle_reason": _("Reason for the lifecycle"),
    }  # fmt: skip
    return str(field.label) if field else own.get(key, key)


def text_of(cell: Cell | None, by: User) -> str:
    """A value in the words of `by`'s language and zone."""
    return ", ".join(_texts(cell, by)) if cell else "–"


def _texts(cell: Cell, by: User) -> Iterable[str]:
    if cell.kind == "money" and not may(by, "see_amounts"):
        return [_("not shown")]
    if cell.words:
        return [word or _("not shown") for word in cell.words]
    return [_written(cell, one, by) for one in cell.values]


def _written(cell: Cell, value: Any, by: User) -> str:
    locale = str(get_locale() or "en")
    if cell.kind == "money":
        sum_ = Decimal(value).scaleb(-get_currency_precision(cell.currency))
        return str(format_currency(sum_, cell.currency, locale=locale))
    if cell.kind == "number":
        return str(format_decimal(Decimal(str(value)), locale=locale, decimal_quantization=False))
    if cell.kind == "on":
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return str(format_date(day, locale=locale))
    if cell.kind == "at":
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        return str(format_datetime(at.astimezone(by.zone), "short", locale=locale))
    if cell.kind == "bool":
        return _("Yes") if value else _("No")
    return str(value)[:LONGEST_VALUE]
