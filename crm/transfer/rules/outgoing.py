"""Writing rows into files: CSV, Excel, JSON lines and vCard, none of which runs anything.

A value is text, a number (Decimal), a day, yes or no, a sum, or a list of texts; None is empty.
"""

import csv
import importlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

from crm.core.sheets import safe_cell

# The first column of every file of our own: by it the file is known when it comes back.
OWN = "Tend number"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "vcf": "text/vcard; charset=utf-8",
    "jsonl": "application/x-ndjson",
}
# What XML 1.0 cannot hold; Excel's own way of writing it is _x000B_.
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
NO_LETTER = re.compile("[\ufffe\uffff]")
LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
LONGEST_XLSX = 32_767
FIRST_YEAR = 1900  # Excel counts days from there on, and its first one has a day too many
VCARD_BREAK = re.compile("\r\n|\r|\n")
NEEDS_QUOTES = re.compile('[;,\n"]')
LINE_OCTETS = 75
VCARD_KINDS = {"private": "HOME", "mobile": "CELL", "other": "OTHER"}
Row = Sequence[Any]


@dataclass(frozen=True)
class Sum:
    """Money: the amount, its currency, and whether that goes without saying in its column."""

    amount: Decimal
    currency: str
    is_usual: bool = True

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


@dataclass(frozen=True)
class Head:
    """A column: the key of its field and the words on top."""

    key: str
    words: str


def text_of(value: Any) -> str:
    """A value as text that the import reads back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(quoted(str(one)) for one in value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def quoted(text: str) -> str:
    """One of several values in a cell, in quotes where it holds what stands between them."""
    return '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES.search(text) else text


def write_csv(path: Path, heads: Sequence[Head], rows: Iterable[Row]) -> None:
    """UTF-8 with its mark, so that Excel reads the letters; no cell is a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([safe_cell(head.words) for head in heads])
        writer.writerows([safe_cell(text_of(value)) for value in row] for row in rows)


def write_xlsx(path: Path, heads: Sequence[Head], rows: Iterable[Row]) -> None:
    """One sheet, row by row to disk: numbers and days as such, every text as text."""
    book = _openpyxl().Workbook(write_only=True)
    sheet = book.create_sheet("Tend")
    sheet.freeze_panes = "B2"
    sheet.append([_text_cell(sheet, head.words) for head in heads])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    book.save(path)


def _openpyxl() -> Any:
    """What writes Excel files, loaded by whoever writes one: 0.1 s and 6 MiB for every process."""
    return importlib.import_module("openpyxl")


def _cell(sheet: Any, value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, Sum) and value.is_usual:
        value = value.amount
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return float(value)
    if isinstance(value, date) and value.year > FIRST_YEAR:
        return value
    return _text_cell(sheet, text_of(value))


def _text_cell(sheet: Any, text: str) -> Any:
    escaped = LOOKS_ESCAPED.sub("_x005F_", NO_LETTER.sub("", text))
    escaped = NO_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", escaped)
    cell = _openpyxl().cell.WriteOnlyCell(sheet, "")
    # The value is set past openpyxl, which would take "=1+1" for a formula and "#N/A" for an error.
    cell._value, cell.data_type = escaped[:LONGEST_XLSX], "s"
    return cell


def write_jsonl(path: Path, heads: Sequence[Head], rows: Iterable[Row]) -> None:
    """A JSON object a line, by the words of the columns."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            named = {h.words: _json(one) for h, one in zip(heads, row, strict=True)}
            out.write(json.dumps(named, ensure_ascii=False) + "\n")


def _json(value: Any) -> Any:
    if isinstance(value, Sum):
        return {"amount": f"{value.amount:f}", "currency": value.currency}
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def write_vcards(path: Path, heads: Sequence[Head], rows: Iterable[Row]) -> None:
    """A card a person (RFC 2426, vCard 3.0, which address books read)."""
    keys = [head.key for head in heads]
    with path.open("w", encoding="utf-8", newline="") as out:
        for row in rows:
            out.writelines(_folded(line) for line in card(dict(zip(keys, row, strict=True))))


def card(known: Mapping[str, Any]) -> list[str]:
    """The lines of one person's card."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{_escaped(known.get('name'))}"]
    family, given = known.get("last_name"), known.get("first_name")
    lines.append(f"N:{_escaped(family)};{_escaped(given)};;;")
    lines += _ways("EMAIL;TYPE=INTERNET", known.get("email"), known.get("email_kinds"))
    lines += _ways("TEL", known.get("phone"), known.get("phone_kinds"))
    for name, key in (("ORG", "company"), ("TITLE", "job_title")):
        if known.get(key):
            lines.append(f"{name}:{_escaped(known[key])}")
    if known.get("tags"):
        lines.append("CATEGORIES:" + ",".join(_escaped(one) for one in known["tags"]))
    return [*lines, f"UID:tend-{known.get('tend')}", "END:VCARD"]


def _ways(name: str, texts: Any, kinds: Any) -> list[str]:
    """Addresses or numbers with the kind that they are of; those of work say nothing."""
    given = zip_longest(texts or (), (kinds or ())[: len(texts or ())], fillvalue="work")
    types = {kind: f";TYPE={word}" for kind, word in VCARD_KINDS.items()}
    return [f"{name}{types.get(kind, '')}:{_escaped(text)}" for text, kind in given]


def _escaped(value: Any) -> str:
    text = NO_XML.sub("", str(value or ""))
    for mark in "\\;,":
        text = text.replace(mark, "\\" + mark)
    return VCARD_BREAK.sub(r"\\n", text)


def _folded(line: str) -> str:
    """A line in pieces of 75 octets at most, never within a letter (RFC 2426, 2.6)."""
    parts, size = [""], 0
    for letter in line:
        octets = len(letter.encode("utf-8", "replace"))
        if size + octets > LINE_OCTETS:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += octets
    return "\r\n".join(parts) + "\r\n"


WRITERS: dict[str, Callable[[Path, Sequence[Head], Iterable[Row]], None]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "vcf": write_vcards,
    "jsonl": write_jsonl,
}
