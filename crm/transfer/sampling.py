"""The first cells of each column of a file, as they stand there and as they are read."""

from collections.abc import Sequence
from decimal import Decimal

from crm.accounts.models import User
from crm.fields.queries import custom_of, fields_of
from crm.filters.queries.cells import Cell
from crm.transfer.deciding import plain_habits
from crm.transfer.drafts import Reader, reader
from crm.transfer.models import Import
from crm.transfer.rules.habits import Habits
from crm.transfer.rules.mapping import Column
from crm.transfer.words import cell_of, text_of
from crm.transfer.writers import WRITERS

SHOWN = 3
Read = Cell | str | None
# Kinds whose cells read otherwise than they are written.
READ = frozenset({"number", "money", "on", "at", "bool", "phone", "user"})


def samples(
    found: Import, columns: Sequence[Column], by: User, habits: Habits | None = None
) -> list[list[tuple[str, Read]]]:
    """The first filled cells of each column, each with what it is read as (`_read`).

    `habits` are those that were chosen and not kept yet.
    """
    rows = found.sample.get("rows", [])
    read = reader(found.record, columns, habits or plain_habits(found), by)
    return [
        [
            (cell, _read(read, column, cell, by))
            for cell in [row[place] for row in rows if place < len(row) and row[place]][:SHOWN]
        ]
        for place, column in enumerate(columns)
    ]


def _read(read: Reader, column: Column, cell: str, by: User) -> Read:
    """What a cell is read as, or its fault in words; None where that is what stands there."""
    key, record = column.key or "", read.record
    known = custom_of(record, key) or fields_of(record).get(key)
    if known is None or (known.kind not in READ and key not in {"locale", "timezone"}):
        return None
    draft = read.draft(1, ["" if one is not column else cell for one in read.columns])
    if draft.faults:
        return draft.faults[0].removeprefix(f"{column.name}: ")
    value = draft[key]
    if known.kind == "money" and isinstance(value, Decimal):  # its pipeline decides on the currency
        return None if f"{value:f}" == cell.strip() else Cell("number", (value,))
    value = WRITERS[record].plain(draft).get(key, value)
    said = cell_of(record, key, value, by)
    text = text_of(said, by)
    if known.kind == "at":  # lists leave out the time of day, which the zone decides on
        return Cell("text", (text,))
    return None if text == cell.strip() else said
