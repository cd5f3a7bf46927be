"""Merge fields: `{{ first_name | default: "there" }}`, a small grammar and nothing more.

What people write is never run as a template: the grammar has names and a fallback text.
"""

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Own = Mapping[str, str]
# name -> what stands there, for the editor's list
FIELDS = {
    "first_name": "The prospect’s first name",
    "last_name": "The prospect’s last name",
    "name": "The prospect’s whole name",
    "company": "The prospect’s company",
    "quiz_score": "The newest score, 0 to 100",
    "quiz_tier": "The newest tier’s name",
    "result_link": "Link to the quiz result",
    "quiz_link": "Link to take the quiz again",
    "sender_name": "The sender’s whole name",
    "sender_first_name": "The sender’s first name",
    "sender_email": "The sender’s address",
    "sender_phone": "The sender’s phone",
    "workspace": "Your company’s name",
}
# Known for everybody, so that they need no fallback.
ALWAYS = {"sender_name", "sender_first_name", "sender_email", "workspace", "name"}
# A custom field of the contact: {{ cf_12 }}; without a value the fallback stands there.
CUSTOM = re.compile(r"cf_\d{1,9}")
FIELD = re.compile(r"\{\{(.*?)\}\}", re.S)
INSIDE = re.compile(
    r"""\s*(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*
        (?:\|\s*default:\s*"(?P<default>[^"{}\n]*)"\s*)?""",
    re.X,
)
STRAY = re.compile(r"\{\{|\}\}|\{%|%\}")


@dataclass(frozen=True)
class Field:
    """One merge field as written."""

    name: str
    default: str | None


def used(text: str) -> Iterator[Field]:
    """The merge fields of a text, in order; what cannot be read is left out (see problems)."""
    for found in FIELD.finditer(text):
        inside = INSIDE.fullmatch(found[1])
        if inside:
            yield Field(inside["name"], inside["default"])


def problems(text: str, own: Own | None = None) -> list[str]:
    """Why a text cannot be saved: unknown names with the nearest match, broken braces.

    `own`: the house's own fields of contacts, {"cf_12": "Branch"}; None: whichever there are.
    """
    found = []
    for match in FIELD.finditer(text):
        inside = INSIDE.fullmatch(match[1])
        if inside is None:
            found.append(
                f"“{match[0]}” cannot be read. Write {{{{ first_name }}}} or "
                '{{ first_name | default: "there" }}.'
            )
        elif not _is_known(inside["name"], own):
            known = {name: name for name in FIELDS} | dict(own or {})
            process: Any = importlib.import_module("rapidfuzz.process")  # costs every start 7 ms
            near = process.extractOne(inside["name"], known, processor=str.lower)
            hint = f" Did you mean {near[2]}?" if near else ""
            found.append(f"There is no field {inside['name']}.{hint}")
    if STRAY.search(FIELD.sub("", text)):
        found.append("A brace is open: every {{ needs its }}.")
    return found


def _is_known(name: str, own: Own | None) -> bool:
    return name in FIELDS or (bool(CUSTOM.fullmatch(name)) and (own is None or name in own))


def missing(text: str, values: dict[str, str]) -> list[str]:
    """Names that have neither a value nor a fallback: a text must never say "Hello ,"."""
    return [f.name for f in used(text) if not values.get(f.name, "").strip() and not f.default]


def fill(text: str, values: dict[str, str], escape: Callable[[str, str], str] | None = None) -> str:
    """`text` with its fields replaced; `escape(name, value)` makes a value safe for its place.

    A value without content takes the fallback. Values are put in once: a value that itself
    holds braces stays as it is.
    """

    def put(match: re.Match[str]) -> str:
        inside = INSIDE.fullmatch(match[1])
        if inside is None:
            return match[0]
        value = " ".join(values.get(inside["name"], "").split()) or (inside["default"] or "")
        return escape(inside["name"], value) if escape else value

    return FIELD.sub(put, text)
