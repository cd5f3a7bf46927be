"""Finding records by the beginnings of their words, through what a person may see."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    exists,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight, visible, workspace
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core import keyset, reading
from crm.core.db import db
from crm.core.ready import ready
from crm.deals.models import Deal
from crm.filters.models import Mark
from crm.filters.queries import shelf_of
from crm.filters.queries.pinned import menus
from crm.search.describing import RECORDS, Hit, described
from crm.search.models import SearchWord
from crm.search.notes import said
from crm.search.rules import Asked, asked, words_of
from crm.search.spelling import close

MODELS: dict[str, Any] = {"contact": Contact, "company": Company, "deal": Deal}
MOST = 250
SHOWN = 8
ROWS = 25
LAST = "\U0010ffff"
KINDS = (*RECORDS, "note", "quiz", "sequence", "view")


class Hits(dict[int, str]):
    """The names by which records are sorted, by number; `is_cut`: there may be more of them."""

    is_cut = False


@dataclass(frozen=True)
class Shape:
    """What is looked up, without the values: which of the words others may be meant by.

    `is_any`: one of the words is enough.
    """

    words: tuple[bool, ...]
    is_any: bool = False


@dataclass
class Found:
    """What a search found: rows by kind, how many (counted to MOST + 1), and the words meant.

    `after` is the place behind the rows where more of a single kind follow.
    """

    text: str
    rows: dict[str, list[Any]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    instead: str = ""
    after: str | None = None

    def __bool__(self) -> bool:
        return any(self.counts.values())


def found(user: User, text: str) -> Found:
    """Records, texts, quizzes, sequences and views that begin as typed, or nearly so."""
    question = asked_for(text)
    answer = Found(text.strip())
    if not question:
        return answer
    hits = hits_of(user, RECORDS, question, MOST + 1)
    if not any(hits.values()) and question.spare:
        question = Asked(question.spare)
        hits = hits_of(user, RECORDS, question, MOST + 1)
    if not any(hits.values()) and (meant := _meant(question)):
        hits = hits_of(user, RECORDS, meant, MOST + 1)
    else:
        meant = None
    shown = described(user, {kind: _first(found) for kind, found in hits.items()}, SHOWN)
    for kind in RECORDS:
        _put(answer, kind, [hit for hit in shown if hit.kind == kind], len(hits[kind]))
    if meant and answer:
        answer.instead = _chosen(meant, shown)
    _texts_and_things(user, question, shown, answer)
    return answer


def _texts_and_things(user: User, question: Asked, shown: list[Hit], answer: Found) -> None:
    words = question.spare or question.words
    notes = said(user, words, size=SHOWN)
    _put(answer, "note", notes.rows, len(notes.rows) + (notes.further is not None))
    for kind in ("quiz", "sequence"):
        things = [hit for hit in shown if hit.kind == kind and _begin(hit.name, words)]
        _put(answer, kind, things[:SHOWN], len(things))
    views = [
        (f"{menus()[view.record].url}?view={view.id}", view.name)
        for view in shelf_of(user).views
        if view.record in menus() and _begin(view.name, words)
    ]
    _put(answer, "view", views[:SHOWN], len(views))


def more(user: User, text: str, kind: str, after: str | None = None) -> Found:
    """All of one kind that a search finds, a page at a time from the place `after` on."""
    question, answer = asked_for(text), Found(text.strip())
    if kind == "note":
        place = keyset.unpack(after, int)
        notes = said(user, question.spare or question.words, place[0] if place else 0, ROWS)
        _put(answer, kind, notes.rows, len(notes.rows) + (notes.further is not None))
        answer.after = keyset.pack(notes.further) if notes.further else None
    elif kind in MODELS:
        _page(user, question, kind, after, answer)
    else:
        whole = found(user, text)
        _put(answer, kind, whole.rows.get(kind, []), whole.counts.get(kind, 0))
    return answer


def _page(user: User, question: Asked, kind: str, after: str | None, answer: Found) -> None:
    model, place = MODELS[kind], keyset.unpack(after, str, int)
    tests = _tests(user, kind, question)
    if question.spare and not _any(model, tests):
        tests = _tests(user, kind, Asked(question.spare))
    if place:
        tests.append(tuple_(model.sort_name, model.id) > place)
    rows = db.session.execute(
        select(model.id, model.sort_name)
        .where(*tests)
        .order_by(model.sort_name, model.id)
        .limit(ROWS + 1)
    ).all()
    numbers = [row.id for row in rows[:ROWS]]
    shown = described(user, {kind: numbers}, ROWS) if numbers else []
    _put(answer, kind, [hit for hit in shown if hit.kind == kind], len(numbers))
    if len(rows) > ROWS:
        answer.after = keyset.pack(rows[ROWS - 1].sort_name, rows[ROWS - 1].id)


def _any(model: Any, tests: list[ColumnElement[bool]]) -> bool:
    return db.session.scalar(select(model.id).where(*tests).limit(1)) is not None


def _tests(user: User, kind: str, question: Asked) -> list[ColumnElement[bool]]:
    """Words that all begin a word of the record, or one of the numbers."""
    model = MODELS[kind]

    def has(word: str) -> ColumnElement[bool]:
        begins = and_(SearchWord.word >= word, SearchWord.word < word + LAST)
        return model.id.in_(select(SearchWord.record_id).where(SearchWord.kind == kind, begins))

    ways = [and_(*(has(word) for word in question.words))] if question.words else []
    ways += [has(number) for number in question.numbers]
    return [or_(*ways), model.deleted_at.is_(None), visible(user, model)]


def recent(user: User) -> list[tuple[str, int, str]]:
    """What `user` opened last as (kind, number, name), the newest first: one statement."""
    parts = [
        select(literal(kind).label("kind"), model.id, model.name, Mark.at)
        .join(Mark, and_(Mark.record == kind, Mark.record_id == model.id))
        .where(
            Mark.user_id == user.id,
            Mark.kind == "seen",
            model.deleted_at.is_(None),
            visible(user, model),
        )
        for kind, model in MODELS.items()
    ]
    rows = db.session.execute(union_all(*parts)).all()
    rows = sorted(rows, key=lambda row: row.at, reverse=True)[:20]
    return [(row.kind, row.id, row.name) for row in rows]


def _put(answer: Found, kind: str, rows: list[Any], count: int) -> None:
    answer.rows[kind], answer.counts[kind] = rows, count


def _begin(name: str, words: tuple[str, ...]) -> bool:
    own = words_of(name)
    return bool(words) and all(any(one.startswith(word) for one in own) for word in words)


def _meant(question: Asked) -> Asked | None:
    """The question with what may be meant by each word; None where nothing is known."""
    if question.numbers or not question.words:
        return None
    near = close(question.words)
    if not any(near):
        return None
    return replace(question, instead=tuple(tuple(words) for words in near))


def _chosen(meant: Asked, shown: list[Hit]) -> str:
    """The question as it was answered: of the words that may be meant, those that were found."""
    there = {
        word for hit in shown if hit.kind in RECORDS for word in words_of(hit.sort_name)
    }  # fmt: skip
    words = [
        next((one for one in near if one in there), word)
        for word, near in zip(meant.words, meant.instead, strict=True)
    ]
    return " ".join(words)


def asked_for(text: str) -> Asked:
    """What a person typed, read by the customs of the house."""
    # The house's country reads numbers only.
    house = workspace() if any(mark.isdigit() for mark in text) else None
    return asked(text, house.country if house else "")


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
            shape = Shape(tuple(bool(near) for _word, near in asked_for), is_any)
            values = _values(asked_for) | {"most": most} | sight(user)
            rows = reading.rows(_hits(user.sees_all, wanted, shape), values)
            for kind, record_id, name in rows:
                if len(found[kind]) < most:
                    found[kind].setdefault(record_id, name)
            # A record is read once for each of its words that fit.
            for kind, count in Counter(row[0] for row in rows).items():
                found[kind].is_cut |= count >= most
    return found


def _first(hits: Hits) -> list[int]:
    """The numbers of those that are shown: the first by name."""
    by_name = sorted(zip(hits.values(), hits, strict=True))
    return [number for _name, number in by_name[:SHOWN]]


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
