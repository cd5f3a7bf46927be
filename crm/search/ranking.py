"""The order of what a search finds: names that begin as typed, other words of names, the rest.

Whoever is named exactly so stands first: names stand by the alphabet on each of the three steps.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, not_

from crm.search.matching import LAST, begins_as
from crm.search.rules import Asked

STEPS = 3
BETWEEN = "-'."  # what may stand between the words of a name, beside blanks


def first(question: Asked, names: Mapping[int, str], size: int) -> list[int]:
    """The numbers of the first `size` of records found, by the names they are sorted by."""
    steps: tuple[list[tuple[str, int]], ...] = ([], [], [])
    begun, has_words = question.name, _pattern(_words(question)).match
    for number, name in names.items():
        step = 0 if name.startswith(begun) else 1 if has_words(name) else 2
        steps[step].append((name, number))
    found: list[int] = []
    for some in steps:
        if len(found) < size:
            found += [number for _name, number in sorted(some)]
    return found[:size]


def on_step(model: Any, question: Asked, step: int) -> list[ColumnElement[bool]]:
    """That a record found stands on one of the STEPS, which follow each other."""
    begun = begins_as(model, question.name, question.name + LAST)
    spaced: Any = model.sort_name
    for mark in BETWEEN:
        spaced = func.replace(spaced, mark, " ")
    named = and_(*(literal(" ").concat(spaced).like(f"% {word}%") for word in _words(question)))
    return [[begun], [not_(begun), named], [not_(begun), not_(named)]][step]


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """What fits names that have a word beginning as each of these."""
    begins = rf"(?=(?:.*?[ {re.escape(BETWEEN)}])?%s)"
    return re.compile("".join(begins % re.escape(word) for word in words), re.DOTALL)


def _words(question: Asked) -> tuple[str, ...]:
    """The words of what was typed; an address or domain is no part of a name."""
    return question.spare or question.words or (question.name,)
