"""What one row of a file says, in the types of the fields, with every fault in words."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel.numbers import get_currency_precision, is_currency
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import owners_for, visible
from crm.contacts.rules import canonical_email, digits, tag_name
from crm.core.db import db
from crm.core.folding import fold
from crm.fields import queries as fields
from crm.fields.rules import Field
from crm.fields.typed import SORT_LENGTH, Custom, checked
from crm.transfer.rules import habits as reading
from crm.transfer.rules.habits import Habits
from crm.transfer.rules.mapping import Column, cells_of

MOST_NAMED = 10
TYPED = frozenset({"user", "select", "number", "money", "on", "at", "bool"})
# Values of a list in one cell: those with a separator in them stand in quotes, as in CSV.
PART = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*(?=[;,\n]|$)|([^;,\n]+))')


@dataclass
class Draft:
    """A row as it is to be stored. `values` by field; `faults` say why it cannot be taken.

    `line` is where the row stands in the file, `found` the record it is about, if there is one.
    `is_twin`: an earlier row of the file is about the same one. `links` are the records it names
    for a new one (writers/links.py). `stranger`: the owner named may
    not be given records by the one who imports; that matters only where the owner would change.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    found: Any = None
    is_twin: bool = False
    links: dict[str, Any] = field(default_factory=dict)
    record_id: int | None = None
    stranger: str = ""

    def __getitem__(self, key: str) -> Any:
        return self.values.get(key)


@dataclass(frozen=True)
class Reader:
    """Reads the rows of one import: made once a piece of work, it knows options and people."""

    record: str
    columns: Sequence[Column]
    habits: Habits
    fields: Mapping[str, Field]
    options: Mapping[str, Mapping[str, str]]
    people: Mapping[str, int]
    owners: frozenset[int]
    by: User

    def draft(self, line: int, cells: Sequence[str], problem: str = "") -> Draft:
        """One row; faults name the column and what stands in it."""
        draft = Draft(line)
        if problem:
            draft.faults.append(problem)
        names = {column.key: column.name for column in self.columns}
        for key, texts in cells_of(self.columns, cells).items():
            try:
                draft.values[key] = self._value(key, texts)
            except ValueError as error:
                draft.faults.append(f"{names[key]}: {error}")
        if draft["owner"] and draft["owner"] not in self.owners:
            draft.stranger = _("%(column)s: this person may not own it.", column=names["owner"])
        return draft

    def _value(self, key: str, texts: Sequence[str]) -> Any:
        if key in LISTED[self.record]:
            return [LISTED[self.record][key](one) for one in _split(texts)]
        if key == "note":
            return "\n\n".join(texts)
        custom = fields.custom_of(self.record, key)
        if custom:
            return checked(custom, self._plain(custom, texts))
        known = self.fields.get(key)
        text = " ".join(texts)
        if known is not None and known.kind in TYPED:
            return self._typed(key, known.kind, text)
        if known is not None and known.kind == "phone":
            return _phone(" ".join(text.split()))
        return text if known and known.kind == "long" else " ".join(text.split())[:500]

    def _typed(self, key: str, kind: str, text: str) -> Any:
        reads: dict[str, Any] = {
            "user": self._person,
            "select": lambda one: self._option(key, one),
            "number": lambda one: reading.number(one, self.habits),
            "money": lambda one: _money(one, self.habits),
            "on": lambda one: reading.day(one, self.habits),
            "at": lambda one: reading.instant(one, self.habits),
            "bool": reading.truth,
        }
        return reads[kind](text)

    def _plain(self, custom: Custom, texts: Sequence[str]) -> Any:
        """The plain value of a custom field (fields/typed.py)."""
        text = " ".join(texts)
        if custom.kind == "multi":
            return [self._option(custom.key, one) for one in _split(texts)]
        if custom.kind == "reference":
            return self._reference(custom, text)
        if custom.kind == "money":
            return [*_money(text, self.habits, custom.currency)]
        if custom.kind in {"select", "user", "bool"}:
            return self._typed(custom.key, custom.kind, text)
        if custom.kind in {"number", "on", "at"}:
            value = self._typed(custom.key, custom.kind, text)
            return f"{value:f}" if custom.kind == "number" else value.isoformat()
        return text

    def _option(self, key: str, text: str) -> str:
        found = self.options.get(key, {}).get(fold(text))
        if found is None:
            raise ValueError(_unknown(text, self.fields.get(key)))
        return found

    def _person(self, text: str) -> int:
        found = self.people.get(fold(text))
        if found is None:
            raise ValueError(_("“%(text)s” is nobody who may own records here.", text=text[:60]))
        return found

    def _reference(self, custom: Custom, text: str) -> int:
        """A record by its name, or by its number as our own files write it: #12."""
        model: Any = fields.catalogue().models[custom.target]
        is_number = text.startswith("#") and text[1:].isdecimal() and len(text) < 16
        by_name = model.sort_name == fold(text)[:SORT_LENGTH]
        found = db.session.scalars(
            select(model.id)
            .where(
                model.id == int(text[1:]) if is_number else by_name,
                model.deleted_at.is_(None),
                visible(self.by, model),
            )
            .limit(2)
        ).all()
        if len(found) != 1:
            raise ValueError(_("“%(text)s” is not the name of exactly one record.", text=text[:60]))
        return found[0]


def reader(record: str, columns: Sequence[Column], habits: Habits, by: User) -> Reader:
    """A reader for one kind of record; `by` is whose sight and colleagues count."""
    known = fields.fields_of(record)
    mapped = {column.key for column in columns}
    options = {key: _options(one) for key, one in known.items() if one.options and key in mapped}
    owners = owners_for(by) if "owner" in mapped else []
    people: dict[str, int] = {}
    for user in [*db.session.scalars(select(User).order_by(User.id.desc())), *owners]:
        people[fold(user.email)] = people[fold(user.name)] = user.id
    people |= _by_first_name(owners, people)
    may_own = frozenset(user.id for user in owners)
    return Reader(record, columns, habits, known, options, people, may_own, by)


def _options(one: Field) -> dict[str, str]:
    """What may stand in a cell for each choice: its word, or its value."""
    assert one.options is not None
    offered = one.options()
    return {fold(str(option.label)): option.value for option in offered} | {
        fold(option.value): option.value for option in offered
    }


def _unknown(text: str, one: Field | None) -> str:
    """That a word is no choice of a field, with the first choices there are."""
    offered = one.options() if one and one.options else ()
    labels = list(dict.fromkeys(str(option.label) for option in offered))
    some, more = ", ".join(labels[:MOST_NAMED]), len(labels) - MOST_NAMED
    if more > 0:
        return _(
            "“%(text)s” is none of the choices: %(some)s and %(more)s more.",
            text=text[:60], some=some, more=more,
        )  # fmt: skip
    return _("“%(text)s” is none of the choices: %(some)s.", text=text[:60], some=some)


def _by_first_name(owners: Iterable[User], people: Mapping[str, int]) -> dict[str, int]:
    """Who may own records, by a first name that only one of them has."""
    found: dict[str, list[int]] = {}
    for user in owners:
        found.setdefault(fold(user.name.split()[0]) if user.name.split() else "", []).append(
            user.id
        )
    return {
        name: ids[0] for name, ids in found.items() if name and len(ids) == 1 and name not in people
    }


def words_of(one: Field) -> dict[str, str]:
    """The word of each choice that reads back as that choice, else its value."""
    if one.options is None:
        return {}
    read = _options(one)
    return {
        option.value: str(option.label)
        if read.get(fold(str(option.label))) == option.value
        else option.value
        for option in one.options()
    }


def _split(texts: Sequence[str]) -> list[str]:
    pairs = [found.groups() for text in texts for found in PART.finditer(text)]
    parts = [q.replace('""', '"') if q is not None else plain.strip() for q, plain in pairs]
    return list(dict.fromkeys(part for part in parts if part))


def _phone(text: str) -> str:
    if not digits(text) or len(text) > 60:
        raise ValueError(_("“%(text)s” is not a number to call.", text=text[:60]))
    return text


def _money(text: str, habits: Habits, currency: str = "EUR") -> tuple[int, str]:
    """Minor units and currency; the file may name the currency beside the sum."""
    named = [word for word in reading.CURRENCY.findall(text) if is_currency(word)]
    signs = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
    code = next(iter(named), next((signs[c] for c in text if c in signs), currency))
    cents = reading.number(text, habits).scaleb(get_currency_precision(code))
    if cents != cents.to_integral_value():
        raise ValueError(
            _("“%(text)s” has more decimals than %(code)s.", text=text[:60], code=code)
        )
    return int(cents), code


# Fields of which a row may hold several, by kind of record.
LISTED: dict[str, dict[str, Callable[[str], str]]] = {
    "contact": {"email": canonical_email, "phone": _phone, "tags": tag_name},
    "company": {"domain": str},
    "deal": {},
}
