"""What an import would change, in words: sums, people and choices as they are written."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

from crm.accounts.queries import user_by_id
from crm.fields.queries import field_of
from crm.fields.rules import Field
from crm.transfer.drafts import words_of

LONGEST = 1000


def told(record: str, changes: Mapping[str, Any]) -> str:
    """A change in words: "Job title: Buyer → Head of buying"."""
    parts = []
    for key, (now, then) in changes.items():
        field = field_of(record, key)
        label = field.label if field else key
        parts.append(f"{label}: {_text(field, now)} → {_text(field, then)}")
    return "; ".join(parts)[:LONGEST]


def _text(field: Field | None, value: Any) -> str:
    if value is None or value in ("", [], ()):
        return "–"
    kind = field.kind if field else ""
    if kind == "money" and isinstance(value, list | tuple):
        cents, code = value
        return f"{Decimal(cents).scaleb(-get_currency_precision(code)):f} {code}"
    if kind == "user":
        person = user_by_id(int(value))
        return person.name if person else "–"
    if isinstance(value, list | tuple):
        return ", ".join(_text(field, part) for part in value)
    if field is not None and field.options is not None:
        return words_of(field).get(str(value), str(value))
    return str(value)[:120]
