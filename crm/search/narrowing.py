"""The words of a list's search box as a condition: whatever matches is in it, however many."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    select,
    union,
)
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.core import reading
from crm.core.db import db
from crm.core.folding import fold
from crm.core.ready import ready
from crm.filters.queries import Asked as List
from crm.search.line import LEGAL
from crm.search.matching import LAST, MODELS, Hits, begins, hits_of
from crm.search.models import SearchWord
from crm.search.queries import asked_for, meant_by
from crm.search.rules import Asked, words_of

LISTS = frozenset({"contact", "company"})  # the words of other lists are their own
# So many are named one by one: any order, page and count of few is found from their numbers.
FEW = 1000
# A word that stands so often is met soon on the way along any order: it is asked of each record.
OFTEN = 20_000
SHORT = 3  # letters that say nothing of a company yet
MOST_ALIKE = 20


def narrowing(asked: List) -> list[ColumnElement[bool]]:
    """What the words of a list's search box ask of its records; nothing without words."""
    record, text = asked.menu.record, asked.get("q")
    if record not in LISTS or not text:
        return []
    if "words" not in asked.held:
        asked.held["words"] = [narrowed(asked.user, record, text)]
    found: list[ColumnElement[bool]] = asked.held["words"]
    return found


def narrowed(user: User, kind: str, text: str) -> ColumnElement[bool]:
    """The condition that a text asks of records of a kind; who sees them is asked beside it."""
    question, found = _matched(user, kind, text, FEW + 1)
    number = MODELS[kind].id
    if not found.is_cut:
        return number.in_(found)  # type: ignore[no-any-return]
    often = {word: _often(kind, word) for word in question.words}
    if often and min(often.values()) > OFTEN and not question.numbers:
        return and_(*(_has(kind, number, word, question) for word in question.words))
    rarest = sorted(often, key=lambda word: often[word])
    parts = [_of_words(kind, rarest, question)] if often else []
    parts += [select(SearchWord.record_id).where(*_begins(SearchWord, kind, one, question))
              for one in question.numbers]  # fmt: skip
    return number.in_(union(*parts) if len(parts) > 1 else parts[0])  # type: ignore[no-any-return]


def ids(user: User, kind: str, text: str, most: int = FEW, *, forgives: bool = False) -> list[int]:
    """Numbers of at most `most` records of one kind that a text finds.

    `forgives`: where it finds none, those that it finds with one typing error in each word.
    """
    question, found = _matched(user, kind, text, most)
    if forgives and not found and (meant := meant_by(question)):
        found = hits_of(user, (kind,), meant, most)[kind]
    return list(found)


def near_names(user: User, kind: str, name: str, most: int) -> list[int]:
    """Numbers of records whose name may be this one so far, a typing error in a word forgiven.

    Of a person first and last name are needed, of a company more than its legal form.
    """
    bare = LEGAL.sub("", name).strip() if kind == "company" else name
    is_said = len(fold(bare)) > SHORT if kind == "company" else len(bare.split()) > 1
    return ids(user, kind, bare, most, forgives=True) if is_said else []


def same_but_for_marks(user: User, kind: str, name: str) -> list[int]:
    """Numbers of records whose names have the same letters, whatever stands between them."""

    def bare(text: str) -> str:
        return "".join(words_of(text))

    model = MODELS[kind]
    found = ids(user, kind, name, MOST_ALIKE) if len(words_of(name)) > 1 else []
    rows = db.session.execute(select(model.id, model.name).where(model.id.in_(found))).all()
    return sorted(row.id for row in rows if bare(row.name) == bare(name))


def _matched(user: User, kind: str, text: str, most: int) -> tuple[Asked, Hits]:
    """How a text is understood, and the first of the records it finds, at most `most`."""
    question = asked_for(text)
    if not question:
        return question, Hits()
    found = hits_of(user, (kind,), question, most)[kind]
    if not found and question.spare:
        question = Asked(question.spare)
        found = hits_of(user, (kind,), question, most)[kind]
    return question, found


def _of_words(kind: str, words: Sequence[str], question: Asked) -> Select:
    """Records that have all words: the rarest leads, each other one is asked of what it finds."""
    others = (_has(kind, SearchWord.record_id, word, question) for word in words[1:])
    leads = _begins(SearchWord, kind, words[0], question)
    return select(SearchWord.record_id).where(*leads, *others)


def _has(kind: str, number: Any, word: str, question: Asked) -> ColumnElement[bool]:
    other = aliased(SearchWord)
    return exists().where(other.record_id == number, *_begins(other, kind, word, question))


def _begins(
    model: Any, kind: str, word: str, question: Asked
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return model.kind == kind, begins(model.word, word, question)


def _often(kind: str, word: str) -> int:
    """How often words begin so, counted as far as it matters."""
    values = {"kind": kind, "word": word, "end": word + LAST, "most": OFTEN + 1}
    return reading.value(_counted(), values) or 0


@ready
def _counted() -> Select:
    begins = and_(SearchWord.word >= bindparam("word"), SearchWord.word < bindparam("end"))
    some = select(SearchWord.record_id).where(SearchWord.kind == bindparam("kind"), begins)
    return select(func.count()).select_from(some.limit(bindparam("most")).subquery())
