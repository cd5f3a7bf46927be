"""Opening the file of an import: as a sheet, its first rows, its next ones, words of a column.

None of it writes, and a great file takes its time: it is read before a transaction opens.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from flask_babel import gettext as _

from crm.core.refusal import Refused
from crm.core.sheets import plain_cell
from crm.transfer.models import Import
from crm.transfer.rules.csvs import open_csv
from crm.transfer.rules.outgoing import OWN
from crm.transfer.rules.sheet import Line, Sheet, Unreadable
from crm.transfer.rules.vcards import open_vcards
from crm.transfer.rules.workbooks import open_workbook

LOOKED_AT = 200  # rows that numbers and days are judged by
REASON = "Reason"  # the last column of the file of refused rows


class FirstRows(NamedTuple):
    """The first rows of a file, and how it is written."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    how: Mapping[str, str]


@contextmanager
def opened(found: Import, said: dict[str, str] | None = None) -> Iterator[Sheet]:
    """The file of an import as a sheet, under its habits or what was said instead."""
    how = {**found.habits, **(said or {})}
    with tempfile.NamedTemporaryFile(suffix=f".{found.kind}") as copy:
        copy.write(found.data or b"")
        copy.flush()
        path = Path(copy.name)
        if found.kind == "csv":
            sheet = open_csv(
                path, encoding=how.get("encoding", ""), delimiter=how.get("delimiter", "")
            )
        elif found.kind == "xlsx":
            sheet = open_workbook(path, sheet=how.get("sheet", ""))
        else:
            sheet = open_vcards(path)
        yield unquoted(sheet) if found.kind == "csv" and is_ours(sheet.header) else sheet


def is_ours(header: Sequence[str]) -> bool:
    """Whether we wrote a file: an export, or the refused rows of an import."""
    return OWN in header or header[-1] == REASON


def unquoted(sheet: Sheet) -> Sheet:
    """A file of our own without the quotes that keep a spreadsheet from computing its cells."""
    lines = (replace(line, cells=tuple(map(plain_cell, line.cells))) for line in sheet.lines)
    return Sheet(tuple(map(plain_cell, sheet.header)), lines, sheet.found)


def first_rows(found: Import, **said: str) -> FirstRows:
    """The first rows under what was said (encoding, delimiter, sheet). Raises Refused."""
    try:
        with opened(found, said) as sheet:
            rows = [line.cells for line in islice(sheet.lines, LOOKED_AT)]
    except Unreadable as problem:
        raise Refused(problem.message, field="file") from None
    if not rows:
        raise Refused(_("The file holds the names of columns, and no row below."), field="file")
    return FirstRows(sheet.header, rows, sheet.found)


def lines_of(found: Import, place: int, size: int) -> list[Line]:
    """The next rows of the file behind the first `place`. Raises Refused where it breaks off."""
    try:
        with opened(found) as sheet:
            return list(islice(sheet.lines, place, place + size))
    except Unreadable as problem:
        raise Refused(problem.message) from None


def words_of(found: Import, place: int, is_multi: bool) -> list[str]:
    """The different words of a whole column, as the choices of a new list."""
    words: dict[str, None] = {}
    with opened(found) as sheet:
        for line in sheet.lines:
            cell = line.cells[place].strip()
            for word in cell.replace(";", ",").split(",") if is_multi else [cell]:
                if word.strip():
                    words[word.strip()] = None
    return list(words)
