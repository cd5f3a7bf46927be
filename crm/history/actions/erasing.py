"""Emptying the values of erased records: that something changed stays, what it was does not."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, String, cast, or_, select, update

from crm.core.db import db
from crm.history.models import ChangeValue
from crm.history.queries import LINKS
from crm.history.writing import blank


def empty(record: str, ids: Collection[int]) -> int:
    """Empty all values kept of these records (contact, company or deal); how many there were.

    Those of the open transaction too, as far as it has come: call it last.
    """
    blank(lambda one: one.records.get(record) in ids)
    return _empty(LINKS[record].in_(ids))


def empty_rows(rows: Mapping[str, Collection[int]]) -> int:
    """As `empty`, for rows of tracked tables by their numbers: {"task": [3, 4]}."""
    blank(lambda one: one.row_id in rows.get(one.table, ()))
    some = [
        (ChangeValue.table == table) & ChangeValue.row_id.in_(ids) for table, ids in rows.items()
    ]
    return _empty(or_(*some)) if some else 0


def empty_telling(
    record: str, number: int, table: str, columns: Mapping[str, Collection[Any] | None]
) -> int:
    """As `empty`, for changes of a table that told one of `columns` of this record.

    Each column comes with the values that count, None for any.
    """
    blank(
        lambda one: (
            one.table == table
            and one.records.get(record) == number
            and _tells(columns, one.old, one.new)
        )
    )
    rows = select(ChangeValue).where(ChangeValue.table == table, LINKS[record] == number)
    found = [one.id for one in db.session.scalars(rows) if _tells(columns, one.old, one.new)]
    return _empty(ChangeValue.id.in_(found)) if found else 0


def _tells(columns: Mapping[str, Collection[Any] | None], *values: dict[str, Any] | None) -> bool:
    said = [((one or {}).get(name), wanted) for one in values for name, wanted in columns.items()]
    return any(told is not None and (wanted is None or told in wanted) for told, wanted in said)


def empty_saying(words: Collection[str]) -> int:
    """As `empty`, for all values in which one of `words` stands, whatever record they are of."""
    spelled = {one.lower() for word in words for one in (word, json.dumps(word)[1:-1])}
    blank(lambda one: any(word in _told(one.old, one.new) for word in spelled))
    columns = (cast(ChangeValue.old, String), cast(ChangeValue.new, String))
    return _empty(
        or_(*(column.icontains(word, autoescape=True) for column in columns for word in spelled))
    )


def _told(*values: Any) -> str:
    return json.dumps(values, default=str).lower()


def _empty(where: ColumnElement[bool]) -> int:
    found = db.session.execute(
        update(ChangeValue)
        .where(where)
        .values(old=None, new=None)
        .execution_options(synchronize_session=False)
    )
    return found.rowcount  # type: ignore[attr-defined]
