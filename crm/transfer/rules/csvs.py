"""Text files with a separator: CSV and TSV in the encodings that spreadsheets write."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from flask_babel import gettext as _

from crm.transfer.rules.encodings import MARKS, guessed
from crm.transfer.rules.sheet import (
    Line,
    Sheet,
    Unreadable,
    checked,
    first_filled,
    header_of,
    limited,
)

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# What Excel writes above the names of the columns for itself: which mark stands between cells.
SAID = re.compile(r'[\s;,|]*"?sep=([,;\t|])"?[ ;,|\t]*(?:\r?\n|$)', re.IGNORECASE)
SAMPLE = 256 * 1024
SAMPLE_ROWS = 50
# Python's own limit is 128 Ki characters: a longer cell would end the reading, not just its row.
csv.field_size_limit(64 * 1024 * 1024)


def encoding_of(path: Path) -> str:
    """The encoding of a file: by its mark, else UTF-8 if it is that throughout, else guessed.

    UTF-16 without a mark is known by its zero bytes.
    """
    with path.open("rb") as file:
        start = file.read(4)
        for mark, name in MARKS:
            if start.startswith(mark):
                return name
        if len(start) >= 4 and start[1] == 0 and start[3] == 0:
            return "utf-16-le"
        if len(start) >= 4 and start[0] == 0 and start[2] == 0:
            return "utf-16-be"
    try:
        with path.open(encoding="utf-8", newline="") as text:
            while text.read(SAMPLE):
                continue
        return "utf-8"
    except UnicodeDecodeError:
        with path.open("rb") as file:
            return guessed(file)


def delimiter_of(sample: str) -> str:
    """The separator that cuts the first rows into the same number of cells, the most of them."""
    best, most = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        rows = list(_first_rows(sample, delimiter))
        widths = [len(row) for row in rows if any(cell.strip() for cell in row)]
        if not widths or widths[0] < 2:
            continue
        alike = sum(width == widths[0] for width in widths) / len(widths)
        if (alike, widths[0]) > most:
            best, most = delimiter, (alike, widths[0])
    return best


def _first_rows(sample: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        for _place, row in zip(range(SAMPLE_ROWS), reader, strict=False):
            yield row
    except csv.Error:
        return


def open_csv(path: Path, *, encoding: str = "", delimiter: str = "") -> Sheet:
    """A text file as a sheet; what is not said is found out. Raises Unreadable."""
    encoding = encoding or encoding_of(path)
    try:
        with path.open(encoding=encoding, newline="") as text:
            sample = text.read(SAMPLE)
    except (UnicodeError, LookupError):
        raise Unreadable(f"The file is not written in {encoding}. Choose another one.") from None
    said = SAID.match(sample)
    delimiter = delimiter or (said[1] if said else delimiter_of(sample))
    rows = _rows(path, encoding, delimiter)
    try:
        while said and "sep=" not in "".join(next(rows)[1]).lower():
            continue
        header = header_of(first_filled(rows))
    except StopIteration:
        raise Unreadable("The file is empty.") from None
    lines = limited(_lines(rows, len(header)))
    return Sheet(header, lines, {"encoding": encoding, "delimiter": delimiter})


class Cells(list[str]):
    """The cells of a record; `is_open`: the file ends within a quotation of it."""

    is_open = False


def _lines(rows: Iterator[tuple[int, Cells]], width: int) -> Iterator[Line]:
    for number, cells in rows:
        line = checked(number, cells, width)
        if cells.is_open:
            words = _("A quotation mark is opened here and closed nowhere: the rest is one cell.")
            line = replace(line, problem=words)
        yield line


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, Cells]]:
    """Each record with the line it begins on: cells may hold line breaks."""
    begins, kept = 1, list[str]()
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        reader = csv.reader(_kept(text, kept), delimiter=delimiter)
        while True:
            kept.clear()
            try:
                cells = Cells(next(reader))
            except StopIteration:
                return
            except csv.Error as error:
                raise Unreadable(f"Line {begins} cannot be read: {error}.", begins) from None
            cells.is_open = _is_open(kept, delimiter)
            yield begins, cells
            begins = reader.line_num + 1


def _kept(lines: Iterable[str], kept: list[str]) -> Iterator[str]:
    for line in lines:
        kept.append(line)
        yield line


def _is_open(record: list[str], delimiter: str) -> bool:
    """Whether the lines of a record end within a quotation."""
    if sum(line.count('"') for line in record) % 2 == 0:
        return False
    try:
        next(csv.reader(record, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def write_csv(lines: list[Line]) -> str:
    """Rows as CSV with commas, for files of our own."""
    out = io.StringIO()
    csv.writer(out).writerows(line.cells for line in lines)
    return out.getvalue()
