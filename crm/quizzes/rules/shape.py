"""The shape of a spec: questions, their choices, and what a person may answer."""

import hashlib
import importlib
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Any

from flask_babel import gettext as _

from crm.core.refusal import Refused

Spec = dict[str, Any]
Question = dict[str, Any]

ONE_OF = ("single", "yes_no", "dropdown", "scale")
CHOOSING = (*ONE_OF, "multi")
TYPES = (*CHOOSING, "number", "short_text", "long_text", "statement")
LONGEST = {"short_text": 200, "long_text": 5000}
NUMBER = re.compile(r"-?\d{1,12}([.,]\d{1,6})?")
NO_ANSWER = "Choose one answer to go on."
READY = {"readiness": "Readiness check"}


@dataclass(frozen=True)
class Given:
    """What somebody answered: the ids of the chosen options, or a text or number."""

    options: tuple[str, ...] = ()
    value: str | None = None

    @property
    def is_empty(self) -> bool:
        return not self.options and not self.value


Answers = dict[str, Given]


def ready(name: str) -> Spec:
    """The spec of a scorecard shipped with the product; KeyError for an unknown name."""
    if name not in READY:
        raise KeyError(name)
    folder = resources.files("crm.quizzes") / "templates_data"
    yaml: Any = importlib.import_module("yaml")  # costs every start 14 ms, few ever use it
    spec: Spec = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return spec


def fingerprint(spec: Spec) -> str:
    """SHA-256 of a spec, independent of the order of its keys."""
    text = json.dumps(spec, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def questions(spec: Spec) -> list[Question]:
    """The questions in their order."""
    return list(spec.get("questions") or [])


def by_id(spec: Spec) -> dict[str, Question]:
    """The questions by their id."""
    return {question["id"]: question for question in questions(spec)}


def choices(question: Question) -> list[dict[str, Any]]:
    """The options of a question, each with id, text and points; the steps of a scale included."""
    if question["type"] == "scale":
        return [step | {"id": str(step["value"])} for step in _steps(question)]
    if question["type"] in CHOOSING:
        return list(question.get("options") or [])
    return []


def _steps(question: Question) -> list[dict[str, Any]]:
    """The table of a scale, or a straight line from 0 to `points`, `reverse` turning it round."""
    if question.get("steps"):
        return list(question["steps"])
    low, high = int(question.get("from", 1)), int(question.get("to", 5))
    most, span = int(question.get("points", 0)), max(high - low, 1)
    steps = []
    for value in range(low, high + 1):
        place = high - value if question.get("reverse") else value - low
        steps.append(
            {"value": value, "text": "", "points": (2 * most * place + span) // (2 * span)}
        )
    return steps


def is_required(question: Question) -> bool:
    """Whether somebody has to answer before going on."""
    if question["type"] == "multi":
        return int(question.get("min") or 0) > 0
    return bool(question.get("required", question["type"] in (*ONE_OF, "number")))


def read(question: Question, values: list[str], no_answer: str = NO_ANSWER) -> Given:
    """The answer in the posted `values`. Raises Refused in the words of the quiz."""
    values = [value.strip() for value in values if value.strip()]
    if question["type"] == "statement":
        return Given()
    if not values and is_required(question):
        raise Refused(question.get("error") or no_answer, question["id"])
    if question["type"] in CHOOSING:
        return _chosen(question, values, no_answer)
    if len(values) > 1:
        raise Refused(_("One answer is enough here."), question["id"])
    if not values:
        return Given()
    if question["type"] == "number":
        return Given(value=_number(question, values[0]))
    return Given(value=_text(question, values[0]))


def _chosen(question: Question, values: list[str], no_answer: str) -> Given:
    known = [choice["id"] for choice in choices(question)]
    if any(value not in known for value in values):
        raise Refused(no_answer, question["id"])
    if question["type"] in ONE_OF:
        if len(values) > 1:
            raise Refused(_("One answer is enough here."), question["id"])
        return Given(tuple(values))
    chosen = tuple(option for option in known if option in values)
    fewest, most = int(question.get("min") or 0), question.get("max")
    if len(chosen) < fewest:
        raise Refused(question.get("error") or _("Tick at least %(n)s.", n=fewest), question["id"])
    if most and len(chosen) > int(most):
        raise Refused(_("Tick %(n)s at most.", n=most), question["id"])
    return Given(chosen)


def _number(question: Question, text: str) -> str:
    number = Decimal(text.replace(",", ".")) if NUMBER.fullmatch(text) else None
    if number is None:
        raise Refused(_("Write a number, such as 12."), question["id"])
    low, high = question.get("low"), question.get("high")
    if low is not None and number < Decimal(str(low)):
        raise Refused(_("The smallest number here is %(n)s.", n=low), question["id"])
    if high is not None and number > Decimal(str(high)):
        raise Refused(_("The largest number here is %(n)s.", n=high), question["id"])
    return format(number.normalize(), "f")


def _text(question: Question, text: str) -> str:
    longest = LONGEST[question["type"]]
    if len(text) > longest:
        raise Refused(
            _("That is longer than %(n)s characters. Shorten it a little.", n=longest),
            question["id"],
        )
    return text


def words(question: Question, given: Given | None) -> str:
    """An answer as a person reads it."""
    if given is None or given.is_empty:
        return ""
    if given.value is not None:
        return given.value
    names = {choice["id"]: choice.get("text") or choice["id"] for choice in choices(question)}
    return ", ".join(names.get(option, option) for option in given.options)
