"""What a field and a relation are: one definition for forms, lists, filters, import and API."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

# text, long, email, phone, url: words. number: Decimal; money: minor units. on: a day; at: an
# instant. select and multi: option values; user: a person; reference: a record of `target`.
KINDS = (
    "text", "long", "email", "phone", "url", "number", "money", "on", "at", "bool", "select",
    "multi", "user", "reference",
)  # fmt: skip
# The first four have pages of their own, the others are asked for by way of them; an arrival is
# no row: it is judged when somebody comes.
RECORDS = ("contact", "company", "deal", "task", "entry", "enrolment", "attempt", "answer",
           "arrival")  # fmt: skip


@dataclass(frozen=True)
class Option:
    """One value of a select: what is stored, its word, and whether it may still be chosen."""

    value: str
    label: Any
    is_active: bool = True


def choices(words: Mapping[str, Any]) -> Callable[[], list[Option]]:
    """The options of a list that is written down in code: value to word."""
    return lambda: [Option(value, word) for value, word in words.items()]


@dataclass(frozen=True)
class Through:
    """Where a value stands in rows of another table: `link` names their record, `where` which."""

    link: Any
    where: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Field:
    """One thing known of a record.

    `column` is the SQLAlchemy attribute that holds it, of the record's own table or, with
    `through`, of rows that belong to the record (any of them counts). `read` gives the value of
    one loaded record (a list with `through` and for "multi"). `options` is asked each time, so
    that people's own lists stay true; where `column` holds numbers, an option's value is such a
    number as text. `sort_column` is what lists are ordered by where that is not `column` (a
    folded name, an option's place), reached the same way. `equals` gives the SQL condition that
    the value is this one, where that is more than a comparison of `column`; `column` then only
    tells whether there is a value. `bare_column`: where `column` is an expression, the column that
    says the same wherever there is a value, so that an index of it serves ranges. `ranks` selects
    the keys that put in order what `column` names, its number last, where that is no record with a
    name of its own (a stage); lists are then in the order of these. A field without
    `column` is only read. `words` says a value where it is not called what is stored, and `means`
    reads what people call it (None: nothing it knows). `custom_id` is the number of a custom field;
    its key is "cf_<number>". `currency` is whose minor units (ISO 4217) a sum holds; hundredths
    without.
    """

    record: str
    key: str
    label: Any
    kind: str
    column: Any = None
    read: Callable[[Any], Any] | None = None
    through: Through | None = None
    equals: Callable[[str], Any] | None = None
    sort_column: Any = None
    bare_column: Any = None
    ranks: Callable[[], Any] | None = None
    options: Callable[[], Sequence[Option]] | None = None
    words: Callable[[Any], str] | None = None
    means: Callable[[str], str | None] | None = None
    target: str = ""
    help: Any = ""
    is_required: bool = False
    is_unique: bool = False
    is_sortable: bool = False
    is_filterable: bool = True
    is_listed: bool = True
    is_editable: bool = False
    is_importable: bool = False
    custom_id: int | None = None
    currency: str = ""


@dataclass(frozen=True)
class Relation:
    """Records that belong to a record, as conditions may ask for them ("has an open deal in …").

    `link` is the condition that joins a row of the target's table to the record's row; `rows`
    gives the related records of one loaded record.
    """

    record: str
    key: str
    label: Any
    target: str
    link: Callable[[], Any]
    rows: Callable[[Any], Sequence[Any]]


@dataclass(frozen=True)
class Grown:
    """Fields of a record that grow with what people make, such as the questions of a quiz.

    Their keys begin with `prefix`. `offered` gives those to choose from; `named` the one of a
    key, which may be an older one that is not offered any more (None: the key says nothing).
    """

    record: str
    prefix: str
    offered: Callable[[], Sequence[Field]]
    named: Callable[[str], Field | None]


@dataclass
class Catalogue:
    """All that the features declare: fields and relations by record and key, models by record."""

    fields: dict[str, dict[str, Field]] = field(default_factory=dict)
    relations: dict[str, dict[str, Relation]] = field(default_factory=dict)
    models: dict[str, type] = field(default_factory=dict)
    grown: dict[str, list[Grown]] = field(default_factory=dict)

    def add(self, *offered: Field | Relation | Grown) -> None:
        """Take in what a feature offers; a key twice is a programming error (ValueError)."""
        for one in offered:
            if isinstance(one, Grown):
                self.grown.setdefault(one.record, []).append(one)
                continue
            place: dict[str, Any] = (
                self.fields if isinstance(one, Field) else self.relations
            ).setdefault(one.record, {})  # type: ignore[assignment]
            if one.key in place:
                raise ValueError(f"{one.record}.{one.key} is declared twice")
            place[one.key] = one

    def named(self, record: str, key: str) -> Field | None:
        """A declared field or a grown one by key; the house's own ones are not looked up."""
        found = self.fields.get(record, {}).get(key)
        if found is not None:
            return found
        growths = (one for one in self.grown.get(record, ()) if key.startswith(one.prefix))
        return next((one for growth in growths if (one := growth.named(key))), None)

    def with_custom(self, record: str, custom: Sequence[Field]) -> dict[str, Field]:
        """The fields of a record with the house's own behind the built-in ones."""
        return {**self.fields.get(record, {}), **{one.key: replace(one) for one in custom}}
