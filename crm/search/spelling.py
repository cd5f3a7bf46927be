"""One typing error is forgiven: which known words may have been meant by an unknown one.

A letter too many, missing, wrong or changed places with its neighbour leaves two words with one
shape in common: the word itself or the word without one letter. That is asked by an index alone,
on any database, and the distance (optimal string alignment) is measured for the few that it finds.
"""

import importlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from crm.core.db import connection, db
from crm.core.prepared import Prepared
from crm.search.models import SearchTypo, SearchWord

SHORTEST, LONGEST = 3, 24
MOST_MEANT = 6
ROWS = 300
BEGUN = 4  # letters by which the words are found that a longer one may be the beginning of
MOST_BEGUN = 4000
BATCH = 30
LAST = "\U0010ffff"

_KNOWN = (
    select(SearchTypo.word)
    .where(SearchTypo.shape.in_(bindparam("shapes", expanding=True)))
    .distinct()
    .limit(ROWS)
)


def shapes(word: str) -> set[str]:
    """A word and what it is without one letter: lindgren gives indgren, lndgren, …"""
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}


def _is_learnt(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and word.isalpha()


def learn(words: Iterable[str]) -> None:
    """Know `words` of names from now on; runs inside a transaction, always in one order."""
    rows = [
        {"shape": shape, "word": word}
        for word in set(words)
        if _is_learnt(word)
        for shape in shapes(word)
    ]
    if rows:
        rows.sort(key=lambda row: (row["shape"], row["word"]))
        on = connection()
        _learnt(on.dialect.name).run_many(on, rows)


@cache
def _learnt(dialect: str) -> Prepared:
    """Written once: such a statement takes longer to build than to run."""
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(SearchTypo.__table__)
    return Prepared(insert.on_conflict_do_nothing().inline(), ("shape", "word"))


def forget_unused(words: Iterable[str]) -> None:
    """Forget those of `words` that no record has any more; runs inside a transaction."""
    one = SearchTypo.__table__.c
    gone = sorted(word for word in set(words) if _is_learnt(word))
    for start in range(0, len(gone), BATCH):
        some = gone[start : start + BATCH]
        is_used = [
            exists().where(SearchWord.kind == kind, SearchWord.word == one.word)
            for kind in ("contact", "company", "deal")
        ]
        # Its shapes are known, so the rows are found by the index.
        shapes_of = {shape for word in some for shape in shapes(word)}
        db.session.execute(
            delete(SearchTypo)
            .where(one.shape.in_(sorted(shapes_of)), one.word.in_(some), ~or_(*is_used))
            .execution_options(synchronize_session=False)
        )


def close(words: Sequence[str]) -> list[list[str]]:
    """For each of `words` the known ones at most one typing error away, the closest first.

    Where none is so near, those that begin with something so near: who types is not done yet.
    """
    asked = [word if SHORTEST <= len(word) <= LONGEST else "" for word in words]
    wanted = {shape for word in asked if word for shape in shapes(word)}
    known = list(db.session.scalars(_KNOWN, {"shapes": sorted(wanted)})) if wanted else []
    found = [_near(word, known) if word else [] for word in asked]
    begun = [
        word for word, near in zip(asked, found, strict=True) if len(word) > BEGUN and not near
    ]
    if not begun:
        return found
    longer = _beginning(begun)
    return [
        near or (_begins_near(word, longer) if word in begun else [])
        for word, near in zip(asked, found, strict=True)
    ]


def _near(word: str, known: list[str]) -> list[str]:
    distance = _measure()
    found = [(distance(word, one), one) for one in known]
    return [one for far, one in sorted(found) if far <= 1][:MOST_MEANT]


def _measure() -> Any:
    """The distance of two words; loading it costs every start 7 ms, and only an error needs it."""
    return importlib.import_module("rapidfuzz.distance").OSA.distance


def _beginning(words: Sequence[str]) -> list[str]:
    """Known words one of whose shapes begins as one of the words does, or without one letter."""
    starts = {start for word in words for start in shapes(word[:BEGUN])}
    shape = SearchTypo.shape
    ranges = [and_(shape >= start, shape < start + LAST) for start in sorted(starts)]
    return list(
        db.session.scalars(
            select(SearchTypo.word)
            .where(or_(*ranges))
            .distinct()
            .order_by(SearchTypo.word)
            .limit(MOST_BEGUN)
        )
    )


def _begins_near(word: str, known: list[str]) -> list[str]:
    lengths = range(len(word) - 1, len(word) + 2)
    distance = _measure()
    found = [(min(distance(word, one[:length]) for length in lengths), one) for one in known]
    return [one for far, one in sorted(found) if far <= 1][:MOST_MEANT]
