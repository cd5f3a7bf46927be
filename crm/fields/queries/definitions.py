"""Which fields there are: read once a process, asked for by a stamp once a transaction."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import current_app, g
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from crm.accounts.queries import teams
from crm.accounts.rules import may
from crm.core.db import db
from crm.core.numbers import row_number
from crm.fields.models import CustomField, FieldStamp, FieldValue
from crm.fields.queries.rows import (
    COLUMNS,
    CUSTOM_RECORDS,
    NOT_SORTED,
    PREFIX,
    SORTED_BY,
    read_rows,
)
from crm.fields.rules import Catalogue, Field, Option, Through
from crm.fields.typed import Custom

KEPT = "tend.fields"
# Read together with who is signed in (crm/web/session.py).
STAMP = select(FieldStamp.stamp).order_by(FieldStamp.id).limit(1).scalar_subquery()
# What kind of question may fill which kinds of field; an option counts by its words.
ANSWERS = {
    "single": {"select", "multi", "text", "bool", "number"},
    "multi": {"multi", "text"},
    "scale": {"number", "text"},
    "text": {"text", "long", "number", "money", "on", "at", "bool", "select", "multi", "url"},
}


@dataclass
class Known:
    """The active custom fields as of one stamp, by record, and as fields of the catalogue."""

    customs: dict[str, tuple[Custom, ...]] = field(default_factory=dict)
    fields: dict[str, dict[str, Field]] = field(default_factory=dict)


def fields_of(record: str) -> dict[str, Field]:
    """Every field of a kind of record by key: built-in ones, the house's own, grown ones."""
    known = _known()
    if record not in known.fields:
        known.fields[record] = catalogue().with_custom(
            record, [_field(custom) for custom in customs(record)]
        )
    growths = catalogue().grown.get(record, ())
    grown = {field.key: field for growth in growths for field in growth.offered()}
    return known.fields[record] | grown if grown else known.fields[record]


def field_of(record: str, key: str) -> Field | None:
    """One field; None for a key that nothing has (any more).

    The house's own ones are looked up only where the key names one.
    """
    found = catalogue().named(record, key)
    return found or (fields_of(record).get(key) if key.startswith(PREFIX) else None)


def customs(record: str) -> tuple[Custom, ...]:
    """The house's own fields of a kind of record, in their order."""
    return _known().customs.get(record, ())


def shown_customs(user: Any, record: str) -> list[Custom]:
    """Those of the house's own fields whose values `user` sees: sums need a right (O1)."""
    is_open = may(user, "see_amounts")
    return [one for one in customs(record) if is_open or one.kind != "money"]


def seen_field(user: Any, found: Field | None) -> Field | None:
    """`found` unless it holds a sum that `user` may not see: then there is no such field."""
    is_shut = found is not None and found.kind == "money" and not may(user, "see_amounts")
    return None if is_shut else found


def custom_of(record: str, key: str) -> Custom | None:
    """One of the house's own fields by key; None where it is archived or never was."""
    found = customs(record) if key.startswith(PREFIX) else ()
    return next((one for one in found if one.key == key), None)


def mappable(question: str) -> list[Field]:
    """The contact's fields that an answer may fill; `question`: single, multi, scale or text."""
    kinds = ANSWERS.get(question, ())
    return [fields_of("contact")[one.key] for one in customs("contact") if one.kind in kinds]


def catalogue() -> Catalogue:
    """All that the features declare."""
    found: Catalogue = current_app.extensions["tend.catalogue"]
    return found


def team_options() -> list[Option]:
    """The teams as options of a field."""
    return [Option(str(team.id), team.name) for team in teams()]


def defined(record: str) -> list[CustomField]:
    """The active fields of a kind of record as rows, with their options, in order."""
    return _rows(record, CustomField.archived_at.is_(None), CustomField.position)


def archived(record: str) -> list[CustomField]:
    """The archived fields of a kind of record, the last one first."""
    return _rows(record, CustomField.archived_at.is_not(None), CustomField.archived_at.desc())


def definition(field_id: int) -> CustomField | None:
    """A field as a row, an archived one too."""
    return db.session.get(CustomField, field_id)


def archived_name(key: str) -> str:
    """What a field is called that was archived, by its key; "" for one that is not."""
    number = row_number(key.removeprefix(PREFIX)) if key.startswith(PREFIX) else None
    found = definition(number) if number is not None else None
    return found.label if found is not None and found.archived_at is not None else ""


def as_of(stamp: Any) -> None:
    """A statement of this request brought STAMP along: nobody asks for it again."""
    g.setdefault("tend_stamps", {})["fields"] = stamp


def forget() -> None:
    """The fields changed in this transaction: what follows reads them anew."""
    current_app.extensions.pop(KEPT, None)
    g.get("tend_stamps", {}).pop("fields", None)


def _known() -> Known:
    """The fields as of this request or job: no statement of its own where they did not change.

    Each process keeps what it read with the stamp it read before; a request gets the stamp with
    its reader and goes on with what it found, as it would with a page that was already drawn.
    A job asks for the stamp once.
    """
    held, extensions = g._get_current_object(), current_app.extensions  # type: ignore[attr-defined]
    kept = extensions.get(KEPT)
    if kept is None or held.get(KEPT) is not kept:
        stamps = held.get("tend_stamps", {})
        stamp = stamps["fields"] if "fields" in stamps else db.session.scalar(select(STAMP))
        if kept is None or kept[0] != stamp:
            kept = extensions[KEPT] = (stamp, Known(_load()))
        setattr(held, KEPT, kept)
    known: Known = kept[1]
    return known


def _load() -> dict[str, tuple[Custom, ...]]:
    return {record: tuple(custom_from(row) for row in defined(record)) for record in CUSTOM_RECORDS}


def _rows(record: str, where: ColumnElement[bool], order: Any) -> list[CustomField]:
    return list(
        db.session.scalars(
            select(CustomField)
            .options(selectinload(CustomField.options), selectinload(CustomField.needs))
            .where(CustomField.record == record, where)
            .order_by(order, CustomField.id)
        )
    )


def custom_from(row: CustomField) -> Custom:
    return Custom(
        id=row.id,
        record=row.record,
        label=row.label,
        kind=row.kind,
        help=row.help,
        default=row.default,
        options=tuple(
            Option(str(one.id), one.label, one.disabled_at is None) for one in row.options
        ),
        target=row.target,
        currency=row.currency,
        is_required=row.is_required,
        is_unique=row.is_unique,
        needs=tuple(need.stage_id for need in row.needs),
    )


def _field(custom: Custom) -> Field:
    """A custom field as everybody else reads fields."""
    return Field(
        custom.record,
        custom.key,
        custom.label,
        custom.kind,
        COLUMNS[custom.kind],
        partial(read_rows, custom),
        Through(FieldValue.record_id, (FieldValue.field_id == custom.id,)),
        sort_column=SORTED_BY.get(custom.kind, COLUMNS[custom.kind]),
        options=(lambda: custom.options) if custom.options else None,
        target=custom.target,
        help=custom.help,
        is_required=custom.is_required,
        is_unique=custom.is_unique,
        is_sortable=custom.kind not in NOT_SORTED,
        is_editable=True,
        is_importable=True,
        custom_id=custom.id,
        currency=custom.currency if custom.kind == "money" else "",
    )
