"""What a result says: the answers that count most, advice, and the one change worth making."""

import re
from dataclasses import dataclass
from typing import Any

from crm.quizzes.rules.path import is_finished
from crm.quizzes.rules.score import Score, most, points, score, tier_of
from crm.quizzes.rules.shape import CHOOSING, Answers, Given, Question, Spec, by_id, choices

MOST_SAID = 3
CTAS = ("book", "call", "download")
TOKEN = re.compile(r"\{([a-z_]+)\}")
UNKNOWN_NAME = re.compile(r"\{first_name\},?\s*")


@dataclass(frozen=True)
class Lift:
    """The one better answer that would raise the score most."""

    question: Question
    text: str
    lifted: int
    tier: dict[str, Any] | None


def fill(text: str, **values: str) -> str:
    """`text` with its {names} filled in; an unknown first name is left out of the sentence."""
    if not values.get("first_name"):
        shorter = UNKNOWN_NAME.sub("", text)
        text = shorter[:1].upper() + shorter[1:] if shorter != text else text
    return TOKEN.sub(lambda found: values.get(found[1], found[0]), text)


def cta(tier: dict[str, Any]) -> dict[str, str] | None:
    """What the button of a tier does: book (a page), call (a number), download (a file), or None.

    `href` is empty where the way leads through the result's own address, which counts the click.
    """
    wanted = tier.get("cta") or {}
    kind, to = str(wanted.get("kind") or ""), str(wanted.get("to") or "").strip()
    label = str(tier.get("button") or "")
    if kind not in CTAS or not to or not label:
        return None
    digits = "".join(letter for letter in to if letter.isdigit())
    plus = "+" if to.startswith("+") else ""
    href = f"tel:{plus}{digits}" if kind == "call" else ""
    return {"kind": kind, "label": label, "to": to, "href": href}


def lead_in(text: str, marks: str = ".") -> tuple[str, str]:
    """A text as its first clause, up to and including one of `marks`, and the rest."""
    for place, letter in enumerate(text):
        if letter in marks:
            return text[: place + 1], text[place + 1 :].strip()
    return text, ""


def why(spec: Spec, answers: Answers, found: Score) -> list[dict[str, Any]]:
    """The three answers with most points that have a sentence; of equals the earlier one."""
    known = by_id(spec)
    rows = [row for row in found.trace if row["score"] > 0]
    rows.sort(key=lambda row: -row["score"])
    said = []
    for row in rows[:MOST_SAID]:
        text = _why_text(known[row["question"]], answers.get(row["question"]))
        if text:
            said.append(
                {
                    "text": text,
                    "points": row["points"],
                    "of": row["of"],
                    "question": row["question"],
                }
            )
    return said


def _why_text(question: Question, given: Given | None) -> str:
    if given is None or question["type"] not in CHOOSING:
        return ""
    chosen = [
        choice
        for choice in choices(question)
        if choice["id"] in given.options and choice.get("why")
    ]
    best = max(chosen, key=lambda choice: int(choice.get("points") or 0), default={})
    return str(best.get("why", ""))


def advice(spec: Spec, answers: Answers) -> list[str]:
    """At most three pieces of advice, in `advice_order` (default: the last question first)."""
    known = by_id(spec)
    order = spec.get("advice_order") or [*reversed(known)]
    said = [
        _advice_text(known[name], answers[name])
        for name in order
        if name in known and name in answers
    ]
    return [text for text in said if text][:MOST_SAID]


def _advice_text(question: Question, given: Given) -> str:
    chosen = set(given.options)
    for rule in question.get("advice_when") or []:
        if rule.get("none") and not chosen:
            return str(rule["text"])
        if rule.get("all") and set(rule["all"]) <= chosen:
            return str(rule["text"])
    for choice in choices(question):
        if choice["id"] in chosen and choice.get("advice"):
            return str(choice["advice"])
    return ""


def lift(spec: Spec, answers: Answers, found: Score) -> Lift | None:
    """The better answer that raises the score most, among questions with a `lift` sentence.

    Only where the way stays answered: a change that opens a new question is not worked out.
    """
    best: Lift | None = None
    for row in found.trace:
        question = by_id(spec)[row["question"]]
        given = answers.get(row["question"])
        if not question.get("lift") or given is None or points(question, given) >= most(question):
            continue
        offer = _lifted(spec, answers, question, found)
        if offer and offer.lifted > max(found.pct, best.lifted if best else 0):
            best = offer
    return best


def _lifted(spec: Spec, answers: Answers, question: Question, found: Score) -> Lift | None:
    if question["type"] not in CHOOSING:
        return None
    top = max(choices(question), key=lambda choice: int(choice.get("points") or 0))
    changed = answers | {question["id"]: Given((top["id"],))}
    if not is_finished(spec, changed):
        return None
    lifted = score(spec, changed).pct
    now = [
        choice for choice in choices(question) if choice["id"] in answers[question["id"]].options
    ]
    said = now[0]["text"] if now else ""
    text = fill(
        question["lift"],
        answer=said[:1].lower() + said[1:],
        score=str(found.pct),
        lifted=str(lifted),
        first_name="-",
    )
    tier = tier_of(spec, lifted)
    return Lift(question, text, lifted, tier if tier.get("id") != found.tier.get("id") else None)


def area_text(spec: Spec, category: dict[str, Any], pct: int) -> str:
    """What the author says about a category at `pct`: low, middle or high."""
    levels = spec.get("levels") or {"low": 0, "middle": 40, "high": 81}
    name = max(
        (level for level in levels if int(levels[level]) <= pct),
        key=lambda level: int(levels[level]),
        default="low",
    )
    return str(category.get(name, ""))
