"""The columns in which the values of a kind stand, and a value from its rows."""

from collections.abc import Sequence
from typing import Any

from crm.fields.models import FieldValue
from crm.fields.typed import Custom, plain_of

CUSTOM_RECORDS = ("contact", "company", "deal")
PREFIX = "cf_"
LINKS = {
    "contact": FieldValue.contact_id,
    "company": FieldValue.company_id,
    "deal": FieldValue.deal_id,
}
# What holds the values of a kind, and what orders them where that is something else.
COLUMNS: dict[str, Any] = {
    "text": FieldValue.text,
    "long": FieldValue.text,
    "url": FieldValue.text,
    "number": FieldValue.number,
    "money": FieldValue.cents,
    "on": FieldValue.on,
    "at": FieldValue.at,
    "bool": FieldValue.flag,
    "select": FieldValue.choice,
    "multi": FieldValue.choice,
    "user": FieldValue.ref,
    "reference": FieldValue.ref,
}
SORTED_BY: dict[str, Any] = {
    "text": FieldValue.sort_text,
    "url": FieldValue.sort_text,
    "select": FieldValue.number,
}
NOT_SORTED = {"long", "multi", "user", "reference"}


def kind_of(row: Any) -> str:
    """Which kind of record a row is: contact, company, deal."""
    return str(row.__tablename__)


def plain_of_rows(kind: str, rows: Sequence[Any]) -> Any:
    """The plain value that a field's rows (or their columns) hold; None without any."""
    if kind == "multi":
        return [one.choice for one in rows] or None
    return _plain(kind, rows[0]) if rows else None


def read_rows(custom: Custom, row: Any) -> list[Any]:
    """The values of the column that a condition asks of, for one loaded record."""
    column = COLUMNS[custom.kind].key
    return [getattr(one, column) for one in row.field_values if one.field_id == custom.id]


def _plain(kind: str, row: FieldValue) -> Any:
    if kind == "money":
        return [row.cents, row.currency]
    value = getattr(row, COLUMNS[kind].key)
    return None if value is None else plain_of(kind, value)


def only_custom(values: dict[str, Any]) -> dict[str, Any]:
    """Those of a form's values that belong to custom fields."""
    return {key: value for key, value in values.items() if key.startswith(PREFIX)}
