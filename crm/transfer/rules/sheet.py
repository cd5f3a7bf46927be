"""A file as rows of text: what every kind of file is read into."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _

MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 32 * 1024  # characters; security I2


class Unreadable(Exception):
    """A file, or a line of it, that cannot be read; the text says why and what to do."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message, self.line = message, line


@dataclass(frozen=True)
class Line:
    """One row: where it stands in the file (from 1, as editors count) and its cells.

    `problem` says why a row cannot be taken, in words.
    """

    number: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass
class Sheet:
    """A file's header and rows, and how it was read ("encoding": "cp1252").

    `lines` is read once, from the first row on. Several columns may have the same name. `top` are
    the first filled lines with their numbers, the one of the names among them; `sheets` are those
    of its workbook.
    """

    header: tuple[str, ...]
    lines: Iterator[Line]
    found: dict[str, str] = field(default_factory=dict)
    top: Sequence[tuple[int, Sequence[str]]] = ()
    sheets: Sequence[str] = ()


def checked(number: int, cells: list[str], width: int) -> Line:
    """A row against its header: one with too many cells or too long a cell is a problem.

    Rows with too few cells are filled: spreadsheets leave out the empty ones at the end. A row
    that is a problem keeps all of its cells, so that it can be handed back whole.
    """
    extra = [cell for cell in cells[width:] if cell.strip()]
    problem = ""
    if extra:
        problem = _(
            "The row has %(count)s cells, the header %(width)s.", count=len(cells), width=width
        )
    elif any(len(cell) > LONGEST_CELL for cell in cells):
        problem = _("A cell holds more than 32,768 characters.")
    elif any("\0" in cell for cell in cells):
        problem = _("The row holds a NUL character, which no text has.")
    filled = cells + [""] * (width - len(cells))
    return Line(number, tuple(filled if extra else filled[:width]), problem)


def header_of(cells: Sequence[str]) -> tuple[str, ...]:
    """The names of columns without blanks around them; raises Unreadable where there is none."""
    names = [cell.strip().strip("\ufeff") for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise Unreadable("The first row is empty. It must hold the names of the columns.", 1)
    if len(names) > MOST_COLUMNS:
        raise Unreadable(f"The file has {len(names)} columns; at most {MOST_COLUMNS} are read.", 1)
    return tuple(name or f"Column {n}" for n, name in enumerate(names, 1))


def limited(lines: Iterator[Line]) -> Iterator[Line]:
    """Rows that hold anything, up to the limit; raises Unreadable past it."""
    count = 0
    for line in lines:
        if not line.problem and not any(cell.strip() for cell in line.cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise Unreadable(
                f"The file has more than {MOST_ROWS:,} rows. Split it and import the parts.",
                line.number,
            )
        yield line
