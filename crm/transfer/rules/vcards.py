"""vCards 2.1, 3.0 and 4.0 as rows; pictures and sounds are dropped."""

import importlib
import re
from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import Any

from crm.transfer.rules.csvs import encoding_of
from crm.transfer.rules.outgoing import OWN, quoted
from crm.transfer.rules.sheet import Line, Sheet, Unreadable, checked, limited

COLUMNS = (
    "Name", "E-mail", "Phone", "Company", "Job title", "Website", "Street", "Postcode", "City",
    "Country", "Birthday", "Tags", "Note",
)  # fmt: skip
# Columns that a file has only where a card of it says such a thing.
KINDS = {"cell": "mobile", "home": "private", "other": "other"}
WAYS = {"email": "E-mail", "tel": "Phone"}
MORE = (OWN, *(f"{way} ({kind})" for way in WAYS.values() for kind in KINDS.values()))
WAY = re.compile(r"(?:[\w-]+\.)?(EMAIL|TEL)([;,][^:]*)?:", re.IGNORECASE)
UID = re.compile(r"UID:tend-(\d{1,15})\s*", re.IGNORECASE)
BEGIN, END = re.compile(r"\s*BEGIN:VCARD\s*", re.I), re.compile(r"\s*END:VCARD\s*", re.I)
DROPPED = re.compile(r"(?:[\w-]+\.)?(PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)
MOST_CARD = 4 * 1024 * 1024


def open_vcards(path: Path) -> Sheet:
    """A file of cards as a sheet with fixed columns; a broken card is a row with its problem.

    Several addresses or numbers of a card stand in one cell, each on a line of its own.
    """
    encoding = encoding_of(path)
    has_card, said = False, set[str]()
    with path.open(encoding=encoding, errors="replace") as text:
        for raw in text:
            line = raw.rstrip("\r\n").strip("\ufeff")
            has_card = has_card or bool(BEGIN.fullmatch(line))
            said |= _column_said(line)
    if not has_card:
        raise Unreadable("The file holds no vCard.")
    header = (*COLUMNS, *(name for name in MORE if name in said))
    return Sheet(header, limited(_lines(path, encoding, header)), {"encoding": encoding})


def _column_said(line: str) -> set[str]:
    """Which further column a line of a card asks for."""
    if UID.fullmatch(line):
        return {OWN}
    way = WAY.match(line)
    if not way:
        return set()
    return {_column(way[1].lower(), set(re.findall("[a-z]+", (way[2] or "").lower())))}


def _column(way: str, types: Set[str]) -> str:
    kind = next((kind for mark, kind in KINDS.items() if mark in types), None)
    return f"{WAYS[way]} ({kind})" if kind else WAYS[way]


def _lines(path: Path, encoding: str, header: Sequence[str]) -> Iterator[Line]:
    vobject: Any = importlib.import_module("vobject")  # costs every start 10 ms, few ever use it
    for number, text in _cards(path, encoding):
        try:
            card = vobject.readOne(text, allowQP=True)
        except Exception as error:  # the library raises whatever it stumbles over
            yield Line(number, ("",) * len(header), f"The card cannot be read: {error}"[:300])
            continue
        said = _said(card)
        for name in [name for name in said if name not in header]:
            said.setdefault(name.partition(" (")[0], []).extend(said.pop(name))
        texts = {**dict(zip(COLUMNS, _cells(card), strict=True)),
                 **{name: "\n".join(one) for name, one in said.items()}}  # fmt: skip
        yield checked(number, [texts.get(name, "") for name in header], len(header))


def _cards(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """Each card's text without pictures, and the line it begins on."""
    kept: list[str] = []
    begins, is_dropping, size = 0, False, 0
    with path.open(encoding=encoding, errors="replace") as text:
        for number, raw in enumerate(text, 1):
            line = raw.rstrip("\r\n").strip("\ufeff")
            if BEGIN.fullmatch(line):
                kept, begins, is_dropping, size = [], number, False, 0
            if not begins:
                continue
            # A folded line goes on with a blank (RFC 6350, 3.2); that of a picture goes with it.
            is_folded = line.startswith((" ", "\t"))
            is_dropping = is_dropping if is_folded else bool(DROPPED.match(line))
            if not is_dropping and size < MOST_CARD:
                kept.append(line)
                size += len(line)
            if END.fullmatch(line):
                yield begins, "\r\n".join(kept) + "\r\n"
                begins = 0


def _cells(card: Any) -> list[str]:
    address = _first(card, "adr")
    return [
        _name(card),
        "",
        "",
        _joined(_first(card, "org"), " / "),
        _text(card, "title"),
        _text(card, "url"),
        *(
            _joined(getattr(address, part, ""), ", ")
            for part in ("street", "code", "city", "country")
        ),
        _text(card, "bday"),
        ", ".join(quoted(part) for one in _values(card, "categories") for part in _parts(one)),
        "\n".join(_all(card, "note")),
    ]


def _said(card: Any) -> dict[str, list[str]]:
    """Addresses and numbers by the column of their kind, and our own number of the person."""
    found: dict[str, list[str]] = {}
    for way in WAYS:
        for one in card.contents.get(way, ()):
            text = str(one.value).strip().removeprefix("tel:")
            said = ",".join((*one.params.get("TYPE", ()), *one.singletonparams))
            types = set(re.findall("[a-z]+", said.lower()))  # 4.0 may have several in quotes
            if text:
                found.setdefault(_column(way, types), []).append(text)
    number = UID.fullmatch(f"UID:{_text(card, 'uid')}")
    return {**found, **({OWN: [number[1]]} if number else {})}


def _values(card: Any, name: str) -> list[Any]:
    return [one.value for one in card.contents.get(name, ())]


def _first(card: Any, name: str) -> Any:
    return next(iter(_values(card, name)), "")


def _all(card: Any, name: str) -> list[str]:
    return [text for text in (str(value).strip() for value in _values(card, name)) if text]


def _text(card: Any, name: str) -> str:
    return next(iter(_all(card, name)), "")


def _parts(value: Any) -> list[str]:
    found = value if isinstance(value, list | tuple) else [value]
    return [text for text in (str(part).strip() for part in found) if text]


def _joined(value: Any, between: str) -> str:
    return between.join(_parts(value))


def _name(card: Any) -> str:
    """The written name, else made of its parts, else the first address."""
    written = _text(card, "fn")
    if written:
        return " ".join(written.split())
    parts = _first(card, "n")
    made = " ".join(
        _joined(getattr(parts, part, ""), " ")
        for part in ("prefix", "given", "additional", "family")
    )
    return " ".join(made.split()) or _text(card, "email")
