"""Lists of addresses not to write to: as other tools write them out, and our own as a file."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from crm.contacts.rules import canonical_email
from crm.core import signing
from crm.core.db import db
from crm.core.refusal import Refused
from crm.core.sheets import plain_cell, safe_cell
from crm.mail.models import Suppression

HEAD = ("address_hash", "scope", "reason", "source", "since")
MOST_ROWS = 50_000
BETWEEN = re.compile(r"[,;\t\r\n\"'<>|\s]+")
HASH = re.compile(r"[0-9a-f]{64}")
PIECE = 500


@dataclass(frozen=True)
class Line:
    """Somebody not to write to; of our own files only the hash, with what it said there."""

    hashes: tuple[str, ...]
    scope: str = ""
    reason: str = ""
    source: str = ""


@dataclass(frozen=True)
class Found:
    """What stands in a list: those to add, how many were there already, and what is no address."""

    new: tuple[Line, ...] = ()
    known: int = 0
    wrong: tuple[str, ...] = ()


def read(data: bytes, scope: str) -> Found:
    """What a file says, whatever its columns: every address in it; rows of our own file as kept.

    Raises Refused for more than 50,000.
    """
    text = _decoded(data)
    lines, wrong = _own(text) if text.startswith(",".join(HEAD[:2])) else _addresses(text)
    if len(lines) > MOST_ROWS:
        raise Refused(_("A file holds at most 50,000 addresses. Split it."), field="file")
    there = _in_force([one for line in lines for one in line.hashes])
    new = [
        line
        for line in lines
        if not any(there.get(one, set()) & {line.scope or scope, "all"} for one in line.hashes)
    ]
    return Found(tuple(new), len(lines) - len(new), tuple(wrong))


def written() -> Iterator[str]:
    """The list in force as CSV, a line each: hashes that only this installation can read."""
    yield _line(HEAD)
    after = 0
    while True:
        some = select(Suppression).where(Suppression.lifted_at.is_(None), Suppression.id > after)
        rows = db.session.scalars(some.order_by(Suppression.id).limit(PIECE)).all()
        if not rows:
            return
        for row in rows:
            since = row.created_at.isoformat()
            yield _line((row.address_hash, row.scope, row.reason, row.source, since))
        after = rows[-1].id


def _addresses(text: str) -> tuple[list[Line], list[str]]:
    lines: dict[str, Line] = {}
    wrong = []
    for word in filter(lambda one: "@" in one, BETWEEN.split(text)):
        try:
            address = canonical_email(word.removeprefix("mailto:").rstrip(".:"))
        except ValueError:
            wrong.append(word[:100])
            continue
        if address not in lines:
            lines[address] = Line(tuple(signing.keyed_hashes("address", address)))
    return list(lines.values()), wrong


def _own(text: str) -> tuple[list[Line], list[str]]:
    lines, wrong = [], []
    for row in _rows(text)[1:]:
        cells = [plain_cell(cell) for cell in (*row, "", "", "", "")[:4]]
        if HASH.fullmatch(cells[0]) and cells[1] in {"marketing", "all"}:
            lines.append(Line((cells[0],), cells[1], cells[2][:200], cells[3][:40]))
        elif any(cells):
            wrong.append(cells[0][:100])
    return lines, wrong


def _rows(text: str) -> list[list[str]]:
    """Lines may end as on any system; a spreadsheet saves them anew."""
    try:
        return list(csv.reader(io.StringIO(text, newline=None)))
    except csv.Error:
        raise Refused(_("This file cannot be read as CSV."), field="file") from None


def _in_force(hashes: list[str]) -> dict[str, set[str]]:
    """For which kinds of mail each of these hashes is on the list."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(hashes), PIECE):
        some = hashes[start : start + PIECE]
        rows = select(Suppression.address_hash, Suppression.scope).where(
            Suppression.address_hash.in_(some), Suppression.lifted_at.is_(None)
        )
        for hash_, scope in db.session.execute(rows):
            found.setdefault(hash_, set()).add(scope)
    return found


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            return data.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1").replace("\0", "")


def _line(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()
