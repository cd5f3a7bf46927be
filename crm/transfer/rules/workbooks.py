"""Excel workbooks: checked as archives first, then read cell by cell as text."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from crm.transfer.rules.heading import Heading, Top, top_of
from crm.transfer.rules.sheet import Line, Sheet, Unreadable, checked, header_of, limited

Rows = Iterator[tuple[int, list[str]]]
MOST_ENTRIES = 1000
MOST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 100
FIRST = Heading()
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


def _book(path: Path) -> CalamineWorkbook:
    check_archive(path)
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError):
        raise Unreadable(BROKEN) from None


def open_workbook(path: Path, *, sheet: str = "", heading: Heading = FIRST) -> Sheet:
    """One sheet of a workbook as text: the first that holds anything, unless one is named.

    Raises Unreadable.
    """
    book = _book(path)
    names = sheets_of(book)
    if sheet and sheet not in names:
        raise Unreadable(_("The workbook has no sheet “%(name)s”.", name=sheet))
    for name in [sheet] if sheet else names:
        rows = _rows(book, name)
        top = top_of(rows, heading)
        if top is not None:
            return _sheet(name, rows, top, names)
    if sheet or len(names) == 1:
        raise Unreadable(_("The sheet “%(name)s” is empty.", name=sheet or names[0]))
    raise Unreadable(_("All sheets of the workbook are empty."))


def sheets_of(book: CalamineWorkbook) -> list[str]:
    """The sheets with cells, those that are shown first."""
    cells = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    shown_first = sorted(cells, key=lambda one: one.visible != SheetVisibleEnum.Visible)
    return [one.name for one in shown_first]


def _sheet(name: str, rows: Rows, top: Top[list[str]], names: list[str]) -> Sheet:
    header = header_of(top.names)
    lines = limited(_lines(top.below(rows), len(header)))
    return Sheet(header, lines, {"sheet": name, **top.found}, top.lines, names)


def _rows(book: CalamineWorkbook, name: str) -> Rows:
    """The rows as Excel counts them: the empty ones on top come too."""
    try:
        found = book.get_sheet_by_name(name)
        yield from enumerate(([_text(cell) for cell in row] for row in found.iter_rows()), 1)
    except CalamineError:
        raise Unreadable(BROKEN) from None


def _lines(rows: Rows, width: int) -> Iterator[Line]:
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
