"""Which line of a sheet holds the names of its columns: people write titles above them."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import chain, islice
from typing import Generic, TypeVar

from flask_babel import gettext as _

from crm.transfer.rules.guessing import DAY, MAIL, SITE, named
from crm.transfer.rules.sheet import Unreadable

Cells = TypeVar("Cells", bound=Sequence[str])
LOOKED_AT = 30  # filled lines
FULL = 0.8


@dataclass(frozen=True)
class Heading:
    """How the line of names is chosen: its number, else by the `names` that columns may have.

    Without either it is the first line that holds anything.
    """

    line: int | None = None
    names: Set[str] = frozenset()


@dataclass(frozen=True)
class Top(Generic[Cells]):
    """Where a sheet begins: its first filled lines with their numbers, and which has the names."""

    lines: Sequence[tuple[int, Cells]]
    place: int

    @property
    def names(self) -> Cells:
        """The cells of the line that names the columns."""
        return self.lines[self.place][1]

    @property
    def found(self) -> dict[str, str]:
        """The number of that line, and how many filled ones stand above it."""
        return {"header": str(self.lines[self.place][0]), "above": str(self.place)}

    def below(self, rows: Iterator[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
        """The lines below the names; `rows` are those that were not looked at."""
        return chain(self.lines[self.place + 1 :], rows)


def top_of(rows: Iterator[tuple[int, Cells]], heading: Heading) -> Top[Cells] | None:
    """The beginning of a sheet; None where it is empty. Raises Unreadable for an unknown line."""
    filled = ((number, cells) for number, cells in rows if any(map(str.strip, cells)))
    lines = list(islice(filled, LOOKED_AT if heading.line or heading.names else 1))
    if not lines:
        return None
    if heading.line is None:
        return Top(lines, place_of([cells for _number, cells in lines], heading.names))
    for place, (number, _cells) in enumerate(lines):
        if number == heading.line:
            return Top(lines, place)
    raise Unreadable(_("Line %(n)s holds no names of columns.", n=heading.line), heading.line)


def place_of(rows: Sequence[Sequence[str]], names: Set[str]) -> int:
    """Which of the first lines names the columns: the one with the most names that are known, else
    the first full one below a line or two that are hardly filled. In doubt it is the first.
    """
    filled = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    known = [len({name for one in row if (name := named(one, names))}) for row in filled]
    width = max(map(len, filled))
    is_usual = known[0] >= 2 and len(filled[0]) * 2 >= width
    if not names or is_usual:
        return 0
    best = max(known)
    place = known.index(best)
    if best > known[0] and _is_named(filled[place], best, filled[0], width):
        return place
    if known[0] or len(filled[0]) * 2 > width:
        return 0
    whole = (n for n, row in enumerate(filled) if len(row) >= width * FULL and _is_words(row))
    return next(whole, 0)


def _is_named(row: Sequence[str], known: int, first: Sequence[str], width: int) -> bool:
    """Whether a line with so many known names is one of names, and no record."""
    if not _is_words(row):
        return False
    if known == 1:
        return len(row) == 1 == width or (len(row) >= width * FULL and len(first) * 2 <= width)
    return known * 2 >= len(row) or len(first) * 2 <= len(row)


def _is_words(row: Sequence[str]) -> bool:
    """Whether cells are different words: no address, number or day is among them."""
    return len(set(row)) == len(row) and not any(map(_is_value, row))


def _is_value(cell: str) -> bool:
    has_letter = any(letter.isalpha() for letter in cell)
    return not has_letter or any(one.fullmatch(cell) for one in (MAIL, DAY, SITE))
