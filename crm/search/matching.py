"""Records whose words begin as asked: one statement for all kinds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    exists,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core import reading
from crm.core.ready import ready
from crm.deals.models import Deal
from crm.search.models import SearchWord
from crm.search.rules import Asked

# What was typed, the words that may be meant by it, and what it may stand at the end of.
Word = tuple[str, tuple[str, ...], str]
MODELS: dict[str, Any] = {"contact": Contact, "company": Company, "deal": Deal}
LAST = "\U0010ffff"


class Hits(dict[int, str]):
    """The names by which records are sorted, by number; `is_cut`: there may be more of them."""

    is_cut = False


@dataclass(frozen=True)
class Shape:
    """What is looked up, without the values: of each word whether others may be meant by it,
    and whether it may stand at the end of others in one.

    `is_any`: one of the words is enough. `is_plain`: the first has no dot, so that addresses and
    domains need not be read: what they are made of stands beside them. `is_named`: names that
    begin with all of it come first.
    """

    words: tuple[tuple[bool, bool], ...]
    is_any: bool = False
    is_plain: bool = False
    is_named: bool = False


def hits_of(
    user: User, kinds: tuple[str, ...], question: Asked, most: int, named: int = 0
) -> dict[str, Hits]:
    """Records whose words begin as asked, by kind: one statement for all of them.

    A word is one range over the index. Numbers are asked for where words find too few. The first
    `named` whose names begin with all that was typed are there however many others are.
    """
    found: dict[str, Hits] = {kind: Hits() for kind in kinds}
    if question.spare or question.instead or not question.words:
        named = 0  # an address, or words that nobody typed
    near = question.instead or ((),) * len(question.words)
    ways = [question.joined.get(word, "") for word in question.words]
    words = sorted(zip(question.words, near, ways, strict=True), key=lambda one: -len(one[0]))
    numbers: list[Word] = [(number, (), "") for number in question.numbers]
    for asked_for, is_any in ((words, False), (numbers, True)):
        wanted = tuple(kind for kind in kinds if len(found[kind]) < most)
        if wanted and asked_for:
            is_plain = not is_any and "." not in asked_for[0][0]
            also = tuple((bool(near), bool(joined)) for _word, near, joined in asked_for)
            shape = Shape(also, is_any, is_plain, bool(named) and not is_any)
            values = _values(asked_for) | {"most": most} | sight(user)
            if shape.is_named:
                values |= {"name": question.name, "till": question.name + LAST, "named": named}
            rows = reading.rows(_hits(user.sees_all, wanted, shape), values)
            for kind, record_id, name, _is_named in rows:
                if len(found[kind]) < most:
                    found[kind].setdefault(record_id, name)
            # A record is read once for each of its words that fit.
            for kind, count in Counter(row[0] for row in rows if not row[3]).items():
                found[kind].is_cut |= count >= most
    return found


def _values(words: Sequence[Word]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for n, (word, near, joined) in enumerate(words):
        values |= {f"word_{n}": word, f"end_{n}": word + LAST}
        values |= {f"near_{n}": near} if near else {}
        values |= {f"joined_{n}": joined, f"till_{n}": joined + LAST} if joined else {}
    return values


@ready
def _hits(sees_all: bool, kinds: tuple[str, ...], shape: Shape) -> CompoundSelect:
    """Written once for each shape: it takes longer to build than to run."""
    parts = [_begun(sees_all, kind) for kind in kinds] if shape.is_named else []
    parts += [_range(sees_all, kind, shape) for kind in kinds]
    return union_all(*(select(part.subquery()) for part in parts))


def _begun(sees_all: bool, kind: str) -> Select:
    """The first records of one kind whose names begin as typed: those named so stand first."""
    model = MODELS[kind]
    return (
        select(*_shown(kind, model.id, 1))
        .where(begins_as(model, bindparam("name"), bindparam("till")))
        .where(model.deleted_at.is_(None), in_sight(sees_all, model))
        .order_by(model.sort_name, model.id)
        .limit(bindparam("named"))
    )


def _shown(kind: str, number: Any, is_named: int) -> tuple[Any, ...]:
    name = MODELS[kind].sort_name
    return literal(kind).label("kind"), number.label("id"), name, literal(is_named).label("named")


def begins_as(model: Any, name: Any, till: Any) -> ColumnElement[bool]:
    """That the name of a record begins so."""
    return and_(model.sort_name >= name, model.sort_name < till)


def _range(sees_all: bool, kind: str, shape: Shape) -> Select:
    """Records of one kind. The longest word leads; each other one is asked of what it finds."""
    model = MODELS[kind]
    more = []
    leads = _is_word(SearchWord.word, 0, shape.words[0])
    if shape.is_any:
        leads = or_(*(_is_word(SearchWord.word, n, also) for n, also in enumerate(shape.words)))
    if shape.is_plain:
        leads = and_(leads, SearchWord.word.not_like(literal_column("'%.%'")))
    for n, also in enumerate(() if shape.is_any else shape.words[1:], start=1):
        other = aliased(SearchWord)
        is_same = and_(other.record_id == SearchWord.record_id, other.kind == kind)
        more.append(exists().where(is_same, _is_word(other.word, n, also)))
    return (
        select(*_shown(kind, SearchWord.record_id, 0))
        .join(model, model.id == SearchWord.record_id)
        .where(
            SearchWord.kind == kind,
            leads,
            *more,
            model.deleted_at.is_(None),
            in_sight(sees_all, model),
        )
        .limit(bindparam("most"))
    )


def _is_word(column: Any, n: int, also: tuple[bool, bool]) -> ColumnElement[bool]:
    has_near, is_joined = also
    ways: list[Any] = [and_(column >= bindparam(f"word_{n}"), column < bindparam(f"end_{n}"))]
    if has_near:
        ways.append(column.in_(bindparam(f"near_{n}", expanding=True)))
    if is_joined:
        ways.append(and_(column >= bindparam(f"joined_{n}"), column < bindparam(f"till_{n}")))
    return or_(*ways) if len(ways) > 1 else ways[0]


def begins(column: Any, word: str, question: Asked) -> ColumnElement[bool]:
    """That a word of a record begins as one of the question, or as what it is joined in."""
    ways = [and_(column >= one, column < one + LAST) for one in (word, question.joined.get(word))
            if one]  # fmt: skip
    return or_(*ways)
