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

MODELS: dict[str, Any] = {"contact": Contact, "company": Company, "deal": Deal}
LAST = "\U0010ffff"


class Hits(dict[int, str]):
    """The names by which records are sorted, by number; `is_cut`: there may be more of them."""

    is_cut = False


@dataclass(frozen=True)
class Shape:
    """What is looked up, without the values: which of the words others may be meant by.

    `is_any`: one of the words is enough. `is_plain`: the first has no dot, so that addresses and
    domains need not be read: what they are made of stands beside them.
    """

    words: tuple[bool, ...]
    is_any: bool = False
    is_plain: bool = False


def hits_of(user: User, kinds: tuple[str, ...], question: Asked, most: int) -> dict[str, Hits]:
    """Records whose words begin as asked, by kind: one statement for all of them.

    A word is one range over the index. Numbers are asked for where words find too few.
    """
    found: dict[str, Hits] = {kind: Hits() for kind in kinds}
    near = question.instead or ((),) * len(question.words)
    words = sorted(zip(question.words, near, strict=True), key=lambda pair: -len(pair[0]))
    numbers = [(number, ()) for number in question.numbers]
    for asked_for, is_any in ((words, False), (numbers, True)):
        wanted = tuple(kind for kind in kinds if len(found[kind]) < most)
        if wanted and asked_for:
            is_plain = not is_any and "." not in asked_for[0][0]
            shape = Shape(tuple(bool(near) for _word, near in asked_for), is_any, is_plain)
            values = _values(asked_for) | {"most": most} | sight(user)
            rows = reading.rows(_hits(user.sees_all, wanted, shape), values)
            for kind, record_id, name in rows:
                if len(found[kind]) < most:
                    found[kind].setdefault(record_id, name)
            # A record is read once for each of its words that fit.
            for kind, count in Counter(row[0] for row in rows).items():
                found[kind].is_cut |= count >= most
    return found


def _values(words: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for n, (word, near) in enumerate(words):
        values |= {f"word_{n}": word, f"end_{n}": word + LAST}
        values |= {f"near_{n}": near} if near else {}
    return values


@ready
def _hits(sees_all: bool, kinds: tuple[str, ...], shape: Shape) -> CompoundSelect:
    """Written once for each shape: it takes longer to build than to run."""
    return union_all(*(select(_range(sees_all, kind, shape).subquery()) for kind in kinds))


def _range(sees_all: bool, kind: str, shape: Shape) -> Select:
    """Records of one kind. The longest word leads; each other one is asked of what it finds."""
    model = MODELS[kind]
    more = []
    leads = _is_word(SearchWord.word, 0, shape.words[0])
    if shape.is_any:
        leads = or_(*(_is_word(SearchWord.word, n, False) for n in range(len(shape.words))))
    if shape.is_plain:
        leads = and_(leads, SearchWord.word.not_like(literal_column("'%.%'")))
    for n, has_near in enumerate(() if shape.is_any else shape.words[1:], start=1):
        other = aliased(SearchWord)
        is_same = and_(other.record_id == SearchWord.record_id, other.kind == kind)
        more.append(exists().where(is_same, _is_word(other.word, n, has_near)))
    return (
        select(literal(kind).label("kind"), SearchWord.record_id, model.sort_name)
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


def _is_word(column: Any, n: int, has_near: bool) -> ColumnElement[bool]:
    begins = and_(column >= bindparam(f"word_{n}"), column < bindparam(f"end_{n}"))
    return or_(begins, column.in_(bindparam(f"near_{n}", expanding=True))) if has_near else begins
