"""Excel workbooks: checked as archives first, then read cell by cell as text."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from crm.transfer.rules.sheet import (
    Line,
    Sheet,
    Unreadable,
    checked,
    first_filled,
    header_of,
    limited,
)

MOST_ENTRIES = 1000
MOST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 100
BROKEN = "The file is no Excel workbook. Save it as .xlsx or .csv and try again."


def check_archive(path: Path) -> None:
    """Refuse what would unpack into too much (security I3), before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as pack:
            entries = pack.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise Unreadable(BROKEN) from None
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if (
        len(entries) > MOST_ENTRIES
        or unpacked > MOST_UNPACKED
        or (unpacked > 1024 * 1024 and unpacked / packed > MOST_RATIO)
    ):
        raise Unreadable("The workbook unpacks into too much. Save the sheet as .csv instead.")


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook that can be chosen."""
    return list(_book(path).sheet_names)


def _book(path: Path) -> CalamineWorkbook:
    check_archive(path)
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError):
        raise Unreadable(BROKEN) from None


def open_workbook(path: Path, *, sheet: str = "") -> Sheet:
    """One sheet of a workbook (the first, unless named) as text. Raises Unreadable."""
    book = _book(path)
    name = sheet or book.sheet_names[0]
    if name not in book.sheet_names:
        raise Unreadable(f"The workbook has no sheet “{name}”.")
    try:
        found = book.get_sheet_by_name(name)
        begins = (found.start or (0, 0))[0] + 1
        rows = enumerate(([_text(cell) for cell in row] for row in found.iter_rows()), begins)
        first = first_filled(rows)
    except StopIteration:
        raise Unreadable(f"The sheet “{name}” is empty.") from None
    except CalamineError:
        raise Unreadable(BROKEN) from None
    header = header_of(first)
    return Sheet(header, limited(_lines(rows, len(header))), {"sheet": name})


def _lines(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[Line]:
    for number, cells in rows:
        yield checked(number, cells, width)


def _text(cell: Any) -> str:
    """A cell as a person would type it: whole numbers without a point, days and instants as ISO."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        is_whole = cell.is_integer() and abs(cell) < 1e15
        return str(int(cell)) if is_whole else f"{Decimal(repr(cell)):f}"
    if isinstance(cell, datetime):
        is_day = cell.time() == time.min
        return cell.date().isoformat() if is_day else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
