"""The score in whole numbers: nobody is shown 80 and routed as 80.4."""

from dataclasses import dataclass
from decimal import Decimal
from math import gcd
from typing import Any

from crm.quizzes.rules.path import walk
from crm.quizzes.rules.shape import (
    CHOOSING,
    Answers,
    Given,
    Question,
    Spec,
    by_id,
    choices,
    questions,
    words,
)

LEFT_OUT = {"points": 0, "of": 0, "score": 0, "max": 0, "rule": "left out"}


@dataclass(frozen=True)
class Score:
    """A result. `trace` rows sum to `score`; both are in steps of 1/`unit` points.

    One of `categories` has the `outcome` "highest"; those behind it with as much have "tied".
    """

    score: int
    max_score: int
    pct: int
    unit: int
    tier: dict[str, Any]
    categories: list[dict[str, Any]]
    trace: list[dict[str, Any]]


def percent(raw: int, most: int) -> int:
    """`raw` of `most` out of 100, half up, between 0 and 100; 0 where there is nothing to win."""
    if most <= 0:
        return 0
    return max(0, min(100, (200 * raw + most) // (2 * most)))


def points(question: Question, given: Given | None) -> int:
    """The points of an answer, before its weight."""
    if given is None or given.is_empty:
        return _within(question, 0) if question["type"] == "multi" else 0
    if question["type"] in CHOOSING:
        worth = sum(
            int(choice.get("points") or 0)
            for choice in choices(question)
            if choice["id"] in given.options
        )
        return _within(question, worth) if question["type"] == "multi" else worth
    if question["type"] == "number":
        return _band(question, Decimal(given.value or "0"))
    return 0


def most(question: Question) -> int:
    """The most points a question gives, before its weight."""
    if question["type"] == "multi":
        worths = sorted(
            (int(choice.get("points") or 0) for choice in choices(question)), reverse=True
        )
        allowed = int(question.get("max") or len(worths))
        return _within(question, sum(worth for worth in worths[:allowed] if worth > 0))
    if question["type"] in CHOOSING:
        return max((int(choice.get("points") or 0) for choice in choices(question)), default=0)
    if question["type"] == "number":
        return max(
            (int(band.get("points") or 0) for band in question.get("bands") or []), default=0
        )
    return 0


def is_scored(question: Question) -> bool:
    """Whether any answer to the question changes the score."""
    if question["type"] == "number":
        return any(int(band.get("points") or 0) for band in question.get("bands") or [])
    return any(int(choice.get("points") or 0) for choice in choices(question))


def weight(question: Question) -> int:
    """The weight in hundredths; 100 counts once."""
    given = question.get("weight")
    return 100 if given is None else int(given)


def unit(spec: Spec) -> int:
    """The smallest number of steps a point falls into, so that every weighted sum is whole."""
    common = 100
    for question in questions(spec):
        common = gcd(common, weight(question))
    return 100 // common


def score(spec: Spec, answers: Answers) -> Score:
    """The score of `answers`: over the questions asked, or over all where `basis` says so.

    pct = clamp((200 raw + max) div (2 max), 0, 100). An unanswered question counts 0 of its
    points, or leaves the sum where `missing` is "leave": its row says so and holds 0 of 0.
    """
    step = unit(spec)
    way = set(walk(spec, answers))
    trace = []
    for question in questions(spec):
        asked = question["id"] in way
        if not is_scored(question) or not (asked or spec.get("basis") == "all"):
            continue
        given = answers.get(question["id"]) if asked else None
        is_missing = given is None or given.is_empty
        leaves = is_missing and spec.get("missing") == "leave"
        trace.append(_row(question, given, step) | (LEFT_OUT if leaves else {}))
    raw = sum(row["score"] for row in trace)
    top = sum(row["max"] for row in trace)
    pct = percent(raw, top)
    return Score(raw, top, pct, step, tier_of(spec, pct), _categories(spec, trace), trace)


def tier_of(spec: Spec, pct: int) -> dict[str, Any]:
    """The tier with the highest lower bound not above `pct`."""
    tiers = sorted(spec.get("tiers") or [], key=lambda tier: int(tier["from"]))
    reached = [tier for tier in tiers if int(tier["from"]) <= pct]
    return dict(reached[-1] if reached else (tiers or [{}])[0])


def _row(question: Question, given: Given | None, step: int) -> dict[str, Any]:
    worth, top = points(question, given), most(question)
    return {
        "question": question["id"],
        "text": question.get("text", ""),
        "options": list(given.options) if given else [],
        "answer": words(question, given),
        "points": worth,
        "of": top,
        "weight": weight(question),
        "category": question.get("category"),
        "score": worth * weight(question) * step // 100,
        "max": top * weight(question) * step // 100,
        "rule": _rule(question, given, worth),
    }


def _rule(question: Question, given: Given | None, worth: int) -> str:
    if given is None or given.is_empty:
        return "nothing chosen"
    if question["type"] == "multi":
        whole = sum(
            int(choice.get("points") or 0)
            for choice in choices(question)
            if choice["id"] in given.options
        )
        return f"sum {whole}, held at {worth}" if whole != worth else f"sum {whole}"
    return "band" if question["type"] == "number" else "chosen"


def _categories(spec: Spec, trace: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for category in spec.get("categories") or []:
        rows = [row for row in trace if row["category"] == category["id"]]
        raw, top = sum(row["score"] for row in rows), sum(row["max"] for row in rows)
        found.append(
            {
                "id": category["id"],
                "name": category["name"],
                "score": raw,
                "max": top,
                "pct": percent(raw, top),
                "outcome": "",
            }
        )
    return _with_outcome(found)


def _with_outcome(categories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    first = highest_category(categories)
    for category in categories:
        if first and category["max"] > 0 and category["pct"] == first["pct"]:
            category["outcome"] = "highest" if category is first else "tied"
    return categories


def highest_category(categories: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The category with the most per cent; of equals the one declared first.

    None where no category had points to win.
    """
    counted = [category for category in categories if category["max"] > 0]
    return max(counted, key=lambda category: category["pct"], default=None)


def _within(question: Question, worth: int) -> int:
    cap, floor = question.get("cap"), question.get("floor")
    if cap is not None:
        worth = min(worth, int(cap))
    return worth if floor is None else max(worth, int(floor))


def _band(question: Question, number: Decimal) -> int:
    bands = sorted(question.get("bands") or [], key=lambda band: Decimal(str(band["from"])))
    reached = [band for band in bands if Decimal(str(band["from"])) <= number]
    return int(reached[-1].get("points") or 0) if reached else 0


def asked_options(spec: Spec, answers: Answers) -> dict[str, list[str]]:
    """The chosen option ids by question, for rules that ask about answers."""
    known = by_id(spec)
    return {
        question: list(given.options) for question, given in answers.items() if question in known
    }
