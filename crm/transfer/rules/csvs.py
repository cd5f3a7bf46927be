"""Text files with a separator: CSV and TSV in the encodings that spreadsheets write."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from flask_babel import gettext as _

from crm.transfer.rules.encodings import MARKS, guessed
from crm.transfer.rules.heading import Heading, top_of
from crm.transfer.rules.sheet import Line, Sheet, Unreadable, checked, header_of, limited

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# What Excel writes above the names of the columns for itself: which mark stands between cells.
SAID = re.compile(r'[\s;,|]*"?sep=([,;\t|])"?[ ;,|\t]*(?:\r?\n|$)', re.IGNORECASE)
SAMPLE = 256 * 1024
SAMPLE_ROWS = 50
FIRST = Heading()
TITLED = 0.6  # so few rows as wide as the first one: it is no row of names
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
    """The separator that cuts the first rows into the same number of cells, the most of them.

    Rows are counted by the first one, or, where hardly any is like it (a title), by most of them.
    """
    widths = {
        delimiter: [
            len(row) for row in _first_rows(sample, delimiter) if any(cell.strip() for cell in row)
        ]
        for delimiter in DELIMITERS
    }
    alike, best = _most_alike(widths, lambda found: found[0])
    if alike < TITLED:
        alike, best = _most_alike(widths, lambda found: Counter(found).most_common(1)[0][0])
    return best or ","


def _most_alike(
    widths: Mapping[str, list[int]], usual: Callable[[list[int]], int]
) -> tuple[float, str]:
    """How many rows have the usual width (of 1), and between which marks; 0 for none."""
    best, most = "", (0.0, False, 0)
    for delimiter, found in widths.items():
        width = usual(found) if found else 0
        score = found.count(width) / max(len(found), 1), bool(found) and found[0] > 1, width
        if width > 1 and score > most:
            best, most = delimiter, score
    return most[0], best


def _first_rows(sample: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        for _place, row in zip(range(SAMPLE_ROWS), reader, strict=False):
            yield row
    except csv.Error:
        return


def open_csv(
    path: Path, *, encoding: str = "", delimiter: str = "", heading: Heading = FIRST
) -> Sheet:
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
    for _number, cells in rows if said else ():
        if "sep=" in "".join(cells).lower():
            break
    top = top_of(rows, heading)
    if top is None:
        raise Unreadable("The file is empty.")
    header = header_of(top.names)
    lines = limited(_lines(top.below(rows), len(header)))
    how = {"encoding": encoding, "delimiter": delimiter}
    return Sheet(header, lines, {**how, **top.found}, top.lines)


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
