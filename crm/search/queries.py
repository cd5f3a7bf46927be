"""Finding records by the beginnings of their words, through what a person may see."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    literal,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight, visible, workspace
from crm.companies.models import Company, CompanyDomain
from crm.contacts.models import Contact, ContactEmail
from crm.core.db import db
from crm.deals.models import Deal, Stage
from crm.search.models import SearchWord
from crm.search.rules import Asked, asked, meant

MODELS = {"contact": Contact, "company": Company, "deal": Deal}
MOST = 250
SHOWN = 8
MOST_KNOWN = 4000
LAST = "\U0010ffff"


@dataclass
class Found:
    """What a search found: rows by kind, how many (counted to MOST + 1), and the word meant."""

    text: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    instead: str = ""

    def __bool__(self) -> bool:
        return any(self.counts.values())


def found(user: User, text: str) -> Found:
    """Contacts, companies and deals whose words begin as typed; close words where none do."""
    question = _asked(text)
    answer = Found(text.strip())
    if not question:
        return answer
    _look(user, question, answer)
    if not answer and question.spare:
        _look(user, Asked(question.spare), answer)
    if not answer and not question.numbers and (better := _meant(question)):
        _look(user, better, answer)
        answer.instead = " ".join(better.words) if answer else ""
    return answer


def ids(user: User, kind: str, text: str, most: int = 1000) -> list[int]:
    """Numbers of the records of one kind that a list filtered by `text` shows, at most `most`."""
    question = _asked(text)
    if not question:
        return []
    hits = _ids(user, (kind,), question, most)[kind]
    if not hits and question.spare:
        hits = _ids(user, (kind,), Asked(question.spare), most)[kind]
    return hits


def _asked(text: str) -> Asked:
    # The house's country reads numbers only.
    house = workspace() if any(mark.isdigit() for mark in text) else None
    return asked(text, house.country if house else "")


def _look(user: User, question: Asked, answer: Found) -> None:
    hits = _ids(user, tuple(DESCRIBED), question, MOST + 1)
    for kind, describe in DESCRIBED.items():
        found = hits[kind]
        answer.counts[kind] = len(found)
        answer.rows[kind] = list(db.session.execute(describe(user, found[:MOST]))) if found else []


def _ids(user: User, kinds: tuple[str, ...], question: Asked, most: int) -> dict[str, list[int]]:
    """Ids of records whose words begin as asked, by kind: one statement for all of them.

    A word is one range over the index. Numbers are asked for where words find too few.
    """
    found: dict[str, dict[int, None]] = {kind: {} for kind in kinds}
    ways = [tuple(sorted(question.words, key=len, reverse=True))] if question.words else []
    ways += [(number,) for number in question.numbers]
    for words in ways:
        wanted = tuple(kind for kind in kinds if len(found[kind]) < most)
        values = {f"word_{n}": word for n, word in enumerate(words)} | {"most": most}
        values |= {f"end_{n}": word + LAST for n, word in enumerate(words)}
        if wanted:
            rows = db.session.execute(
                _hits(user.sees_all, wanted, len(words)), values | sight(user)
            )
            for kind, record_id in rows:
                found[kind].setdefault(record_id)
    return {kind: list(hits)[:most] for kind, hits in found.items()}


@cache
def _hits(sees_all: bool, kinds: tuple[str, ...], words: int) -> CompoundSelect:
    """Written once for each number of words: it takes longer to build than to run."""
    return union_all(*(select(_range(sees_all, kind, words).subquery()) for kind in kinds))


def _range(sees_all: bool, kind: str, words: int) -> Select:
    """Records of one kind. The longest word leads; each other one is asked of what it finds."""
    model = MODELS[kind]
    more = []
    for n in range(1, words):
        other = aliased(SearchWord)
        is_same = and_(other.record_id == SearchWord.record_id, other.kind == kind)
        more.append(exists().where(is_same, _between(other.word, n)))
    return (
        select(literal(kind).label("kind"), SearchWord.record_id)
        .join(model, model.id == SearchWord.record_id)
        .where(
            SearchWord.kind == kind,
            _between(SearchWord.word, 0),
            *more,
            model.deleted_at.is_(None),
            in_sight(sees_all, model),
        )
        .limit(bindparam("most"))
    )


def _between(column: Any, n: int) -> ColumnElement[bool]:
    return and_(column >= bindparam(f"word_{n}"), column < bindparam(f"end_{n}"))


def _begins(column: Any, word: str) -> ColumnElement[bool]:
    return and_(column >= word, column < word + LAST)


def _meant(question: Asked) -> Asked | None:
    """The question with each unknown word of four letters or more put right, if all can be."""
    better = []
    for word in question.spare or question.words:
        known = _known(word)
        if any(candidate.startswith(word) for candidate in known):
            better.append(word)
        elif len(word) >= 4 and (close := meant(word, known)):
            better.append(close[0])
        else:
            return None
    return Asked(tuple(better)) if better else None


def _known(word: str) -> list[str]:
    """Words that share the first two letters of `word`, in either order."""
    ranges = [
        select(SearchWord.word).where(SearchWord.kind == kind, _begins(SearchWord.word, start))
        for kind in MODELS
        for start in {word[:2], word[1::-1]}
    ]
    return list(db.session.scalars(union(*ranges).limit(MOST_KNOWN)))


def _contacts(user: User, hits: list[int]) -> Select:
    mail = (
        select(ContactEmail.address)
        .where(ContactEmail.contact_id == Contact.id)
        .order_by(ContactEmail.is_primary.desc(), ContactEmail.id)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            Contact.id,
            Contact.name,
            Contact.job_title,
            Company.name.label("company"),
            mail.label("email"),
            Contact.quiz_level,
            Contact.quiz_tier,
            Contact.quiz_score,
        )
        .outerjoin(Company, and_(Company.id == Contact.company_id, visible(user, Company)))
        .where(Contact.id.in_(hits))
        .order_by(Contact.sort_name, Contact.id)
        .limit(SHOWN)
    )


def _companies(user: User, hits: list[int]) -> Select:
    domain = (
        select(CompanyDomain.domain)
        .where(CompanyDomain.company_id == Company.id)
        .order_by(CompanyDomain.id)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(Company.id, Company.name, Company.city, domain.label("domain"))
        .where(Company.id.in_(hits))
        .order_by(Company.sort_name, Company.id)
        .limit(SHOWN)
    )


def _deals(user: User, hits: list[int]) -> Select:
    return (
        select(
            Deal.id,
            Deal.name,
            Deal.amount_cents,
            Deal.currency,
            Stage.name.label("stage"),
            Contact.name.label("contact"),
        )
        .join(Stage, Stage.id == Deal.stage_id)
        .outerjoin(Contact, and_(Contact.id == Deal.contact_id, visible(user, Contact)))
        .where(Deal.id.in_(hits))
        .order_by(Deal.sort_name, Deal.id)
        .limit(SHOWN)
    )


DESCRIBED = {"contact": _contacts, "company": _companies, "deal": _deals}
