"""Finding records by the beginnings of their words, through what a person may see."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)

from crm.accounts.models import User
from crm.accounts.queries import visible, workspace
from crm.core import keyset
from crm.core.db import db
from crm.filters.models import Mark
from crm.filters.queries import shelf_of
from crm.filters.queries.pinned import menus
from crm.search.describing import RECORDS, Hit, described, further_tasks
from crm.search.matching import MODELS, begins, hits_of
from crm.search.models import SearchWord
from crm.search.notes import said
from crm.search.ranking import STEPS, first, on_step
from crm.search.rules import Asked, asked, words_of
from crm.search.spelling import close

MOST = 250
SHOWN = 8
ROWS = 25
KINDS = (*RECORDS, "task", "note", "quiz", "sequence", "tag", "segment", "view")


@dataclass
class Found:
    """What a search found: rows by kind, how many (counted to MOST + 1), and the words meant.

    Of kinds that are `cut` there are more than counted: a record is met once for each of its
    words that fit. `after` is the place behind the rows where more of a single kind follow.
    """

    text: str
    rows: dict[str, list[Any]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    instead: str = ""
    after: str | None = None

    def __bool__(self) -> bool:
        return any(self.counts.values())


def found(user: User, text: str, things: int = SHOWN) -> Found:
    """Records, tasks, texts, quizzes, sequences, tags, segments and views that begin as typed.

    Or nearly so. Of those that are no records so many `things` are shown.
    """
    question = asked_for(text)
    answer = Found(text.strip())
    if not question:
        return answer
    hits = hits_of(user, RECORDS, question, MOST + 1, SHOWN)
    if not any(hits.values()) and question.spare:
        question = Asked(question.spare, name=question.name)
        hits = hits_of(user, RECORDS, question, MOST + 1, SHOWN)
    if not any(hits.values()) and (meant := meant_by(question)):
        hits = hits_of(user, RECORDS, meant, MOST + 1)
    else:
        meant = None
    words = question.spare or question.words
    firsts = {kind: first(question, found, SHOWN) for kind, found in hits.items()}
    shown = described(user, firsts, SHOWN, words)
    for kind in RECORDS:
        _put(answer, kind, _in_order(shown, kind, firsts[kind]), len(hits[kind]))
        if hits[kind].is_cut:
            answer.cut.add(kind)
    if meant and answer:
        answer.instead = _chosen(meant, shown)
    tasks = sorted((hit for hit in shown if hit.kind == "task"), key=lambda hit: -hit.id)
    _put(answer, "task", tasks[:SHOWN], len(tasks))
    _texts_and_things(user, words, shown, answer, things)
    return answer


def _texts_and_things(
    user: User, words: tuple[str, ...], shown: list[Hit], answer: Found, most: int
) -> None:
    notes = said(user, words, size=SHOWN)
    _put(answer, "note", notes.rows, len(notes.rows) + (notes.further is not None))
    for kind in ("quiz", "sequence", "tag", "segment"):
        things = [hit for hit in shown if hit.kind == kind and _begin(hit.name, words)]
        _put(answer, kind, things[:most], len(things))
    views = [
        (f"{menus()[view.record].url}?view={view.id}", view.name)
        for view in shelf_of(user).views
        if view.record in menus() and _begin(view.name, words)
    ]
    _put(answer, "view", views[:most], len(views))


def more(user: User, text: str, kind: str, after: str | None = None) -> Found:
    """All of one kind that a search finds, a page at a time from the place `after` on."""
    question, answer = asked_for(text), Found(text.strip())
    if kind == "note":
        place = keyset.unpack(after, int)
        notes = said(user, question.spare or question.words, place[0] if place else 0, ROWS)
        _put(answer, kind, notes.rows, len(notes.rows) + (notes.further is not None))
        answer.after = keyset.pack(notes.further) if notes.further else None
    elif kind == "task":
        place = keyset.unpack(after, int)
        words = question.spare or question.words
        tasks = further_tasks(user, words, place[0] if place else 0, ROWS)
        _put(answer, kind, tasks[:ROWS], len(tasks[:ROWS]))
        answer.after = keyset.pack(tasks[ROWS - 1].id) if len(tasks) > ROWS else None
    elif kind in MODELS:
        _page(user, question, kind, after, answer)
    else:
        whole = found(user, text, things=MOST)
        _put(answer, kind, whole.rows.get(kind, []), whole.counts.get(kind, 0))
    return answer


def _page(user: User, question: Asked, kind: str, after: str | None, answer: Found) -> None:
    model, place = MODELS[kind], keyset.unpack(after, int, str, int)
    tests = _tests(user, kind, question)
    if question.spare and not _any(model, tests):
        question = Asked(question.spare, name=question.name)
        tests = _tests(user, kind, question)
    rows: list[Any] = []
    for step in range(max(place[0], 0) if place else 0, STEPS):
        some = [*tests, *on_step(model, question, step)]
        if place and step == place[0]:
            some.append(tuple_(model.sort_name, model.id) > place[1:])
        found = select(literal(step).label("step"), model.id, model.sort_name).where(*some)
        found = found.order_by(model.sort_name, model.id).limit(ROWS + 1 - len(rows))
        rows += db.session.execute(found).all()
        if len(rows) > ROWS:
            answer.after = keyset.pack(*rows[ROWS - 1][::2], rows[ROWS - 1].id)
            break
    numbers = [row.id for row in rows[:ROWS]]
    shown = described(user, {kind: numbers}, ROWS) if numbers else []
    _put(answer, kind, _in_order(shown, kind, numbers), len(numbers))


def _any(model: Any, tests: list[ColumnElement[bool]]) -> bool:
    return db.session.scalar(select(model.id).where(*tests).limit(1)) is not None


def _tests(user: User, kind: str, question: Asked) -> list[ColumnElement[bool]]:
    """Words that all begin a word of the record, or one of the numbers."""
    model = MODELS[kind]

    def has(word: str) -> ColumnElement[bool]:
        there = (SearchWord.kind == kind, begins(SearchWord.word, word, question))
        return model.id.in_(select(SearchWord.record_id).where(*there))

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


def meant_by(question: Asked) -> Asked | None:
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


def _in_order(shown: list[Hit], kind: str, numbers: list[int]) -> list[Hit]:
    there = {hit.id: hit for hit in shown if hit.kind == kind}
    return [there[number] for number in numbers if number in there]
