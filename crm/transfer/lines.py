"""The rows of an export: which records, in which order, and what their columns hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from babel.numbers import get_currency_precision
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.accounts.rules import may
from crm.companies.models import Company
from crm.contacts.models import Contact, ContactEmail, ContactPhone
from crm.core.db import db
from crm.fields.queries import catalogue, custom_of, fields_of
from crm.filters.queries import Asked, Lines, part
from crm.filters.queries.cells import Cell, cells
from crm.filters.queries.pinned import menus
from crm.search.narrowing import narrowing
from crm.transfer.models import Export, ExternalId
from crm.transfer.rules.choices import words_of
from crm.transfer.rules.outgoing import OWN, Head, Sum

ROWS = 500
# Columns of lists that are no fields, as the fields they are made of.
MADE_OF = {"tier": ("quiz_tier", "quiz_score")}
ON_CARDS = ("name", "first_name", "last_name", "email", "phone", "company", "job_title", "tags")


@dataclass
class Content:
    """What one export writes, for the person who asked for it."""

    export: Export
    user: User
    people: dict[int, str] = field(default_factory=dict)

    @cached_property
    def asked(self) -> Asked:
        """The list; a place marks that it is asked for as it was, not with a view of its own."""
        pairs = {"after": "-", **dict(parse_qsl(self.export.query, keep_blank_values=True))}
        return Asked(menus()[self.export.record], self.user, pairs)

    @property
    def model(self) -> Any:
        return catalogue().models[self.export.record]

    @cached_property
    def keys(self) -> list[str]:
        """The fields written, in order: those of the list, or all there are."""
        if self.export.kind == "vcf":
            return list(ON_CARDS)
        known = fields_of(self.export.record)
        if self.export.has_all_fields:
            keys = [key for key, one in known.items() if one.is_listed or one.is_importable]
        else:
            keys = [one for key in self.asked.columns for one in MADE_OF.get(key, (key,))]
        return [key for key in keys if key in known and self._may_read(key)]

    def _may_read(self, key: str) -> bool:
        is_sum = self.export.record == "deal" and fields_of("deal")[key].kind == "money"
        return not is_sum or may(self.user, "see_amounts")

    @cached_property
    def heads(self) -> list[Head]:
        """The columns; two fields of one name are told apart by their keys."""
        known, taken = fields_of(self.export.record), {OWN}
        heads = [Head("tend", OWN)]
        for key in self.keys:
            words = str(known[key].label)
            heads.append(Head(key, f"{words} [{key}]" if words in taken else words))
            taken.add(words)
        if self.export.kind == "vcf":
            heads += [Head(f"{key}_kinds", "") for key in ("email", "phone")]
        elif self.export.has_all_fields:
            heads.append(Head("id", "Number in the other program"))
        return heads

    @property
    def conditions(self) -> list[Any]:
        """What each record fulfils; that the person may see it is always among it."""
        model, export = self.model, self.export
        tests = [visible(self.user, model)]
        if hasattr(model, "deleted_at"):
            tests.append(model.deleted_at.is_(None))
        if export.scope == "chosen":
            return [*tests, model.id.in_(export.ids)]
        if export.scope == "all":
            return tests
        return [*tests, self.asked.certain, *self.asked.scope, *narrowing(self.asked)]

    def count(self) -> int:
        """How many records there are."""
        return db.session.scalar(select(func.count(self.model.id)).where(*self.conditions)) or 0

    def pieces(self) -> Iterator[list[list[Any]]]:
        """Rows of values in the order of the list, some hundred at a time."""
        after: str | None = None
        while True:
            rows = select(self.model.id).where(*self.conditions)
            found = part(Lines(rows, self.model, self.asked.order), after=after, size=ROWS)
            numbers = [row.id for row in found.rows]
            if numbers:
                yield self.values(numbers)
            after = found.next
            if after is None or not numbers:
                return

    def values(self, numbers: Sequence[int]) -> list[list[Any]]:
        """The values of these records, by column: a few statements, whatever the rows."""
        found = cells(self.user, self.export.record, numbers, self.keys)
        more = _beside(self.user, self.export.record, numbers, self.keys)
        keys = [head.key for head in self.heads[1:]]
        return [
            [
                Decimal(number),
                *(
                    more[key].get(number) if key in more else self._value(key, found[number])
                    for key in keys
                ),
            ]
            for number in numbers
        ]

    def _value(self, key: str, known: dict[str, Cell]) -> Any:
        cell = known.get(key)
        if cell is None:
            return None
        if cell.kind in TURNED:
            return TURNED[cell.kind](self, key, cell)
        if cell.kind in {"select", "multi"} or fields_of(self.export.record)[key].options:
            return _choices(self.export.record, key, cell)
        texts = [str(one) for one in cell.values]
        return texts if len(texts) > 1 else texts[0]

    def person(self, number: int) -> str:
        """Somebody's name, or their address where two have one name."""
        if not self.people:
            rows = db.session.execute(select(User.id, User.name, User.email)).all()
            names = [row.name for row in rows]
            self.people = {
                row.id: row.name if names.count(row.name) == 1 else row.email for row in rows
            }
        return self.people.get(number, "")


def _number(_content: Content, _key: str, cell: Cell) -> Decimal:
    return Decimal(str(cell.values[0]))


def _sum(content: Content, key: str, cell: Cell) -> Sum:
    code = cell.currency or "EUR"
    own = custom_of(content.export.record, key)
    amount = Decimal(cell.values[0]).scaleb(-get_currency_precision(code))
    return Sum(amount, code, code == (own.currency if own else "EUR"))


def _day(_content: Content, _key: str, cell: Cell) -> Any:
    value = cell.values[0]
    return date.fromisoformat(value) if isinstance(value, str) else value


def _instant(content: Content, _key: str, cell: Cell) -> str:
    at = cell.values[0]
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return str(at.astimezone(content.user.zone).isoformat(" ", "seconds"))


def _reference(_content: Content, _key: str, cell: Cell) -> str:
    """The name, or the number where two have that name."""
    name = cell.words[0] if cell.words else ""
    if not name or cell.target not in catalogue().models:
        return name
    model: Any = catalogue().models[cell.target]
    alike = select(model.id).where(model.name == name, model.deleted_at.is_(None)).limit(2)
    return name if len(db.session.scalars(alike).all()) == 1 else f"#{cell.values[0]}"


def _truth(_content: Content, _key: str, cell: Cell) -> bool:
    return bool(cell.values[0])


def _choices(record: str, key: str, cell: Cell) -> Any:
    words = words_of(fields_of(record)[key])
    texts = [
        words.get(str(value), word) for value, word in zip(cell.values, cell.words, strict=True)
    ]
    is_list = cell.kind == "multi"
    return texts if is_list or len(texts) > 1 else texts[0]


TURNED: dict[str, Any] = {
    "number": _number,
    "money": _sum,
    "on": _day,
    "at": _instant,
    "bool": _truth,
    "user": lambda content, _key, cell: content.person(int(cell.values[0])),
    "reference": _reference,
}


def _beside(
    user: User, record: str, numbers: Sequence[int], keys: Sequence[str]
) -> dict[str, dict[int, Any]]:
    """What cells of lists do not tell whole: all ways to reach somebody, numbers elsewhere."""
    rows = select(ExternalId.record_id, ExternalId.value).where(
        ExternalId.record == record, ExternalId.record_id.in_(numbers)
    )
    newest_first = rows.order_by(ExternalId.id.desc())
    found: dict[str, dict[int, Any]] = {"id": dict(db.session.execute(newest_first).all())}
    if record != "contact":
        return found
    asked: dict[str, Any] = {
        "email": select(ContactEmail.contact_id, ContactEmail.canonical, ContactEmail.kind)
        .where(ContactEmail.contact_id.in_(numbers))
        .order_by(ContactEmail.is_primary.desc(), ContactEmail.id),
        "phone": select(
            ContactPhone.contact_id,
            func.coalesce(ContactPhone.e164, ContactPhone.raw),
            ContactPhone.kind,
        )
        .where(ContactPhone.contact_id.in_(numbers))
        .order_by(ContactPhone.is_primary.desc(), ContactPhone.id),
    }
    for key, wanted in asked.items():
        if key in keys:
            found[key], found[f"{key}_kinds"] = {}, {}
            for number, text, kind in db.session.execute(wanted):
                found[key].setdefault(number, []).append(text)
                found[f"{key}_kinds"].setdefault(number, []).append(kind)
    if "company" in keys:
        found["company"] = _companies(user, numbers)
    return found


def _companies(user: User, numbers: Sequence[int]) -> dict[int, str]:
    """Companies of contacts as their page shows them: the one seen, else what was typed."""
    typed = select(Contact.id, Contact.company_text).where(Contact.id.in_(numbers))
    seen = (
        select(Contact.id, Company.name)
        .join(Company, Company.id == Contact.company_id)
        .where(Contact.id.in_(numbers), visible(user, Company))
    )
    found = {number: text or "" for number, text in db.session.execute(typed)}
    return {**found, **dict(db.session.execute(seen).all())}
