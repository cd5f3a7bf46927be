"""What one row of a file says, in the types of the fields, with every fault in words."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.accounts.queries import active_users, owners_for, workspace
from crm.core.folding import fold
from crm.core.numbers import row_number
from crm.fields import queries as fields
from crm.fields.rules import Field
from crm.fields.typed import Custom, checked
from crm.transfer.naming import called, record_called
from crm.transfer.rules import habits as reading
from crm.transfer.rules.choices import choices_of, unknown
from crm.transfer.rules.guessing import kind_of
from crm.transfer.rules.habits import Habits
from crm.transfer.rules.mapping import ADDED, Column, cells_of
from crm.transfer.rules.texts import (
    LISTED,
    NAMED,
    check_most,
    currency_of,
    dialled,
    fitting,
    money,
    split,
)

# What is one line everywhere; several are a cell whose quotation mark was closed elsewhere.
NAMES = frozenset({"name", "first_name", "last_name"})
TYPED = frozenset({"user", "select", "number", "money", "on", "at", "bool"})


@dataclass
class Draft:
    """A row as it is to be stored. `values` by field; `faults` say why it cannot be taken.

    `line` is where the row stands in the file, `found` the record it is about, if there is one.
    `kinds` says of addresses and numbers whether they are of work, private or other ones.
    `is_twin`: an earlier row of the file is about the same one; `before` are those rows, where they
    were asked for and are not too many (`is_far`), `mark` is that of all of them. `is_new`: the dry
    run found no record. `links` are the records it names for a new one (writers/links.py), `stage`
    and `currency` are those of a deal, `parent` that of a company: the record, or what an earlier
    row of the file is called, whose mark is `parent_mark`. `stranger`: the owner named may not be
    given records by the one who imports; that matters only where the owner would change.
    `lines` and `word`: what it would change, for the page of the dry run (BatchKind).
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    found: Any = None
    stage: Any = None
    currency: str = ""
    parent: Any = None
    parent_mark: str = ""
    is_twin: bool = False
    is_far: bool = False
    is_new: bool = False
    mark: str = ""
    piece: Any = None
    before: list["Draft"] = field(default_factory=list)
    links: dict[str, Any] = field(default_factory=dict)
    owner_else: int | None = None
    record_id: int | None = None
    stranger: str = ""
    lines: list[Any] = field(default_factory=list)
    word: str = ""

    def __getitem__(self, key: str) -> Any:
        return self.values.get(key)

    @property
    def owner(self) -> int | None:
        """Whose a new record is: as the row says, else as was said of all that say nothing."""
        return self.values.get("owner", self.owner_else)


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
    is_dry: bool = True
    owner_else: int | None = None

    @cached_property
    def home(self) -> str:
        """The country whose numbers the house reads without a code."""
        house = workspace()
        return house.country if house else "DE"

    @cached_property
    def decided(self) -> dict[str, Mapping[str, str]]:
        """What was said of words that nothing is called, by field."""
        return {column.key: column.values for column in self.columns if column.key}

    def meant(self, key: str, text: str) -> str | None:
        """What a word that nothing is called was said to mean; None where nobody said."""
        return self.decided.get(key, {}).get(fold(text))

    def draft(self, line: int, cells: Sequence[str], problem: str = "") -> Draft:
        """One row; faults name the column and what stands in it."""
        draft = Draft(line, owner_else=self.owner_else)
        if problem:
            draft.faults.append(problem)
        names = {column.key: column.name for column in self.columns}
        for key, texts in cells_of(self.columns, cells).items():
            try:
                draft.values[key] = self._value(key, texts)
            except ValueError as error:
                draft.faults.append(f"{names[key]}: {error}")
        if self.record == "contact":
            draft.kinds = self._kinds(cells)
            draft.faults += self._too_long(draft)
        if draft["owner"] and draft["owner"] not in self.owners:
            draft.stranger = _("%(column)s: this person may not own it.", column=names["owner"])
        return draft

    def _too_long(self, draft: Draft) -> list[str]:
        """What is wrong with the name that two columns make together."""
        try:
            parts = (draft["first_name"], draft["last_name"])
            fitting("contact", "name", " ".join(filter(None, parts)))
        except ValueError as error:
            return [str(error)]
        return []

    def _kinds(self, cells: Sequence[str]) -> dict[str, str]:
        """What the names of their columns say of the values of a list."""
        found: dict[str, str] = {}
        for column, cell in zip(self.columns, cells, strict=False):
            kind = kind_of(column.name) if column.key in LISTED["contact"] else "work"
            for one in split([cell]) if kind != "work" else ():
                with suppress(ValueError):
                    found.setdefault(self._one(str(column.key), one), kind)
        return found

    def _value(self, key: str, texts: Sequence[str]) -> Any:
        if key in LISTED[self.record]:
            return self._several(key, split(texts))
        if key == "note":
            return fitting(self.record, key, "\n\n".join(texts))
        custom = fields.custom_of(self.record, key)
        if custom:
            plain = self._plain(custom, texts)
            return plain if _is_new(custom, plain) else checked(custom, plain)
        return self._single(key, " ".join(texts))

    def _several(self, key: str, parts: Sequence[str]) -> list[str]:
        if key == "tags":
            parts = list(dict.fromkeys(one for text in parts if (one := self._tag(text))))
        values = list(dict.fromkeys(self._one(key, one) for one in parts))
        check_most(self.record, key, values)
        return values

    def _one(self, key: str, text: str) -> str:
        return self._called(text) if key == "phone" else LISTED[self.record][key](text)

    def _called(self, text: str) -> str:
        return dialled(" ".join(text.split()), self.habits.country, self.home)

    def _single(self, key: str, text: str) -> Any:
        kind = self.fields[key].kind if key in self.fields else "text"
        if self.record == "contact" and key in NAMED:
            said = self.meant(key, text)
            return NAMED[key](text) if said is None else said or None
        if kind in TYPED:
            return self._typed(key, kind, text)
        if kind == "phone":
            return self._called(text)
        if key in NAMES and "\n" in text.strip():
            raise ValueError(_("A name stands on one line; this one has several."))
        return fitting(self.record, key, text if kind == "long" else " ".join(text.split()))

    def _typed(self, key: str, kind: str, text: str) -> Any:
        reads: dict[str, Any] = {
            "user": lambda one: self._person(key, one),
            "select": lambda one: self._option(key, one),
            "number": lambda one: reading.number(one, self.habits),
            "money": self._sum,
            "on": lambda one: reading.day(one, self.habits),
            "at": lambda one: reading.instant(one, self.habits),
            "bool": reading.truth,
        }
        return reads[kind](text)

    def _sum(self, text: str) -> tuple[int, str] | Decimal:
        """The value of a deal; of one without a currency the sum, which its pipeline decides."""
        is_open = self.record == "deal" and not currency_of(text)
        return reading.number(text, self.habits) if is_open else money(text, self.habits)

    def _plain(self, custom: Custom, texts: Sequence[str]) -> Any:
        """The plain value of a custom field (fields/typed.py)."""
        text = " ".join(texts)
        if custom.kind == "multi":
            found = [self._option(custom.key, one) for one in split(texts)]
            return list(dict.fromkeys(one for one in found if one is not None))
        if custom.kind == "reference":
            return record_called(custom.target, text, self.by)
        if custom.kind == "money":
            return [*money(text, self.habits, custom.currency)]
        if custom.kind in {"select", "user", "bool"}:
            return self._typed(custom.key, custom.kind, text)
        if custom.kind in {"number", "on", "at"}:
            value = self._typed(custom.key, custom.kind, text)
            return f"{value:f}" if custom.kind == "number" else value.isoformat()
        return text

    def _option(self, key: str, text: str) -> str | None:
        """The value of a choice; None for what is to be left out, ADDED and its word (in a dry
        run, and for stages) for one that will be added.
        """
        said = self.meant(key, text)
        is_late = self.is_dry or (self.record, key) == ("deal", "stage")
        if said is not None and (is_late or not said.startswith(ADDED)):
            return said or None
        found = self.options.get(key, {}).get(fold(text))
        if found is None:
            raise ValueError(unknown(text, self.fields.get(key)))
        return found

    def _tag(self, text: str) -> str:
        """The tag that a word means; empty where it is to be left out."""
        said = self.meant("tags", text)
        return text if said is None else said.removeprefix(ADDED)

    def _person(self, key: str, text: str) -> int | None:
        said = self.meant(key, text)
        if said is not None:
            return int(said) if said else None
        found = self.people.get(fold(text))
        if found is None:
            if key == "owner":
                words = _("“%(text)s” is nobody who may own records here.", text=text[:60])
            else:
                words = _("“%(text)s” is nobody of the team.", text=text[:60])
            raise ValueError(words)
        return found


def _is_new(custom: Custom, plain: Any) -> bool:
    """Whether a choice is among the values that is only added when the import runs."""
    if custom.kind not in {"select", "multi"}:
        return False
    values = plain if isinstance(plain, list) else [plain]
    return any(isinstance(one, str) and one.startswith(ADDED) for one in values)


def reader(
    record: str, columns: Sequence[Column], habits: Habits, by: User, *, is_dry: bool = True
) -> Reader:
    """A reader for one kind of record; `by` is whose sight and colleagues count.

    In a dry run choices that the import will add are taken for choices (ADDED and their word).
    """
    known = fields.fields_of(record)
    mapped = {column.key for column in columns}
    options = {
        key: choices_of(one)
        for key, one in known.items()
        if one.options and key in mapped - {"tags"}
    }
    owners = owners_for(by) if "owner" in mapped or habits.owner else []
    names_people = any(one.kind == "user" and key in mapped for key, one in known.items())
    people = called(owners or (active_users() if names_people else []))
    may_own = frozenset(user.id for user in owners)
    other = row_number(habits.owner)
    owner_else = other if other in may_own else None
    return Reader(record, columns, habits, known, options, people, may_own, by, is_dry, owner_else)
