"""Opening the file of an import: as a sheet, its first rows, its next ones, words of a column.

None of it writes, and a great file takes its time: it is read before a transaction opens.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from crm.core.numbers import row_number
from crm.core.refusal import Refused
from crm.core.sheets import plain_cell
from crm.transfer.models import Import
from crm.transfer.queries import labels
from crm.transfer.rules.csvs import open_csv
from crm.transfer.rules.guessing import key_of, names_of
from crm.transfer.rules.heading import Heading
from crm.transfer.rules.outgoing import OWN
from crm.transfer.rules.sheet import Line, Sheet, Unreadable
from crm.transfer.rules.vcards import open_vcards
from crm.transfer.rules.workbooks import open_workbook

LOOKED_AT = 200  # rows that numbers and days are judged by
LONGEST_TOLD = 70  # characters of a line that may be the one of the names
REASON = "Reason"  # the last column of the file of refused rows


class FirstRows(NamedTuple):
    """The first rows of a file, and how it is written.

    `top` are its first filled lines with their numbers, as far as they are shown to choose the one
    of the names; `sheets` those of a workbook.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    how: Mapping[str, str]
    top: Sequence[tuple[int, str]] = ()
    sheets: Sequence[str] = ()


@contextmanager
def opened(
    found: Import, said: Mapping[str, str] | None = None, names: Set[str] = frozenset()
) -> Iterator[Sheet]:
    """The file of an import as a sheet, under its habits or what was said instead.

    The names of its columns stand in the line that was said, else in the one that says most of the
    `names` there are, else in the first.
    """
    how = {**found.habits, **(said or {})}
    heading = Heading(row_number(how.get("header", "")), names)
    with tempfile.NamedTemporaryFile(suffix=f".{found.kind}") as copy:
        copy.write(found.data or b"")
        copy.flush()
        sheet = _sheet(Path(copy.name), found.kind, how, heading)
        yield unquoted(sheet) if found.kind == "csv" and is_ours(sheet.header) else sheet


def _sheet(path: Path, kind: str, how: Mapping[str, str], heading: Heading) -> Sheet:
    if kind == "csv":
        marks = {name: how.get(name, "") for name in ("encoding", "delimiter")}
        return open_csv(path, **marks, heading=heading)
    if kind == "xlsx":
        return open_workbook(path, sheet=how.get("sheet", ""), heading=heading)
    return open_vcards(path)


def is_ours(header: Sequence[str]) -> bool:
    """Whether we wrote a file: an export, or the refused rows of an import."""
    return OWN in header or header[-1] == REASON


def unquoted(sheet: Sheet) -> Sheet:
    """A file of our own without the quotes that keep a spreadsheet from computing its cells."""
    lines = (replace(line, cells=tuple(map(plain_cell, line.cells))) for line in sheet.lines)
    return replace(sheet, header=tuple(map(plain_cell, sheet.header)), lines=lines)


def first_rows(found: Import, **said: str) -> FirstRows:
    """The first rows under what was said (encoding, delimiter, sheet, header). Raises Refused."""
    names = {key_of(OWN), *names_of(labels(found.record))}
    try:
        with opened(found, said, names) as sheet:
            rows = [line.cells for line in islice(sheet.lines, LOOKED_AT)]
    except Unreadable as problem:
        raise Refused(problem.message, field="file") from None
    if not rows:
        raise Refused(_("The file holds the names of columns, and no row below."), field="file")
    top = [(number, _told(cells)) for number, cells in sheet.top]
    return FirstRows(sheet.header, rows, sheet.found, top, sheet.sheets)


def _told(cells: Sequence[str]) -> str:
    """A line in a few words."""
    whole = " · ".join(" ".join(cell.split()) for cell in cells if cell.strip())
    return whole if len(whole) <= LONGEST_TOLD else whole[: LONGEST_TOLD - 1] + "…"


def told_above(found: Import) -> str:
    """In which line the names of the columns stand where filled ones are above it, in words."""
    above, line = (row_number(found.habits.get(name)) or 0 for name in ("above", "header"))
    if not above:
        return ""
    words = ngettext(
        "%(num)s line above the names of the columns (line %(line)s) is left out.",
        "%(num)s lines above the names of the columns (line %(line)s) are left out.",
        above,
        line=line,
    )
    return str(words)


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
