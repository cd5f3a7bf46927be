"""Editing a draft piece by piece: questions, options, tiers and areas, each by its stable id."""

import copy
import re
from typing import Any

from flask_babel import gettext as _

from crm.core.refusal import Refused
from crm.quizzes.actions.versions import save_draft
from crm.quizzes.models import Quiz
from crm.quizzes.queries.dropped import questions_before
from crm.quizzes.rules import blank
from crm.quizzes.rules.shape import Spec, questions

MOST_QUESTIONS = 60
MOST_OPTIONS = 30
KINDS = {"categories": "cat", "tiers": "tier"}


def add_question(quiz: Quiz, kind: str) -> str:
    """A new question at the end; its id."""
    spec = copy.deepcopy(quiz.draft)
    if len(questions(spec)) >= MOST_QUESTIONS:
        raise Refused(_("A quiz has 60 questions at most."))
    made = blank.question(_free_id(spec, "q"), len(questions(spec)) + 1, kind)
    spec.setdefault("questions", []).append(made)
    save_draft(quiz, spec)
    return str(made["id"])


def move_question(quiz: Quiz, question_id: str, by: int) -> None:
    """One place up (-1) or down (1); at the end of the list nothing happens."""
    spec = copy.deepcopy(quiz.draft)
    order = spec["questions"]
    place = _place(order, question_id)
    target = place + by
    if 0 <= target < len(order):
        order[place], order[target] = order[target], order[place]
        save_draft(quiz, spec)


def delete_question(quiz: Quiz, question_id: str) -> None:
    """Take a question out; its id is never used again, and jumps to it go on in order."""
    spec = copy.deepcopy(quiz.draft)
    order = spec["questions"]
    del order[_place(order, question_id)]
    for question in order:
        for one in (question, *(question.get("options") or []), *(question.get("steps") or [])):
            if one.get("next") == question_id:
                del one["next"]
    _bury(spec, question_id)
    save_draft(quiz, spec)


def restore_question(quiz: Quiz, question_id: str) -> None:
    """Put a question that was taken out back in its place, with the jumps that led to it.

    Raises Refused where the history does not keep it any more, and where the quiz is full.
    """
    before = questions_before(quiz, question_id)
    spec = copy.deepcopy(quiz.draft)
    order = spec["questions"]
    there = {one["id"]: one for one in order}
    if question_id in there:
        return
    if not before:
        raise Refused(_("This question can no longer be put back."))
    if len(order) >= MOST_QUESTIONS:
        raise Refused(_("A quiz has 60 questions at most."))
    ahead = [one["id"] for one in before[: _place(before, question_id)]]
    place = max((n for n, one in enumerate(order, 1) if one["id"] in ahead), default=0)
    order.insert(place, copy.deepcopy(before[_place(before, question_id)]))
    for was in before:
        _jump_again(was, there.get(was["id"]), question_id)
    spec["tombstones"] = [one for one in spec.get("tombstones", []) if one != question_id]
    save_draft(quiz, spec)


def _jump_again(was: dict[str, Any], now: dict[str, Any] | None, question_id: str) -> None:
    """What led to a question leads there again, unless it leads elsewhere by now."""
    if now is None:
        return
    if was.get("next") == question_id:
        now.setdefault("next", question_id)
    for name in ("options", "steps"):
        for one, other in zip(was.get(name) or [], now.get(name) or [], strict=False):
            if one.get("next") == question_id and one.get("id") == other.get("id"):
                other.setdefault("next", question_id)


def save_question(
    quiz: Quiz, question_id: str, changed: dict[str, Any], version: int | None = None
) -> None:
    """Put an edited question in its place; a new kind brings what that kind needs."""
    spec = copy.deepcopy(quiz.draft)
    place = _place(spec["questions"], question_id)
    before = spec["questions"][place]
    if changed["type"] != before["type"]:
        changed = _of_kind(changed, before)
    spec["questions"][place] = changed
    save_draft(quiz, spec, version)


def add_option(quiz: Quiz, question_id: str) -> None:
    """One more option, step or band at the end of a question."""
    spec = copy.deepcopy(quiz.draft)
    question = spec["questions"][_place(spec["questions"], question_id)]
    if question["type"] == "scale":
        _add_step(question)
    elif question["type"] == "number":
        last = max((int(band["from"]) for band in question.get("bands") or []), default=-10)
        question.setdefault("bands", []).append({"from": last + 10, "points": 0})
    else:
        options = question.setdefault("options", [])
        if len(options) >= MOST_OPTIONS:
            raise Refused(_("A question has 30 options at most."))
        options.append(blank.option(_free_id(spec, "o"), "New answer", 0))
    save_draft(quiz, spec)


def delete_option(quiz: Quiz, question_id: str, place: int) -> None:
    """Take out the option, step or band at a place."""
    spec = copy.deepcopy(quiz.draft)
    question = spec["questions"][_place(spec["questions"], question_id)]
    rows = question.get(_rows_of(question)) or []
    if not 0 <= place < len(rows):
        raise Refused(_("That option is gone already."))
    gone = rows.pop(place)
    if question["type"] == "scale":
        question["to"] = question["from"] + len(rows) - 1
        for number, step in enumerate(rows):
            step["value"] = question["from"] + number
    elif "id" in gone:
        _bury(spec, gone["id"])
    save_draft(quiz, spec)


def add_thing(quiz: Quiz, key: str, name: str) -> str:
    """A new tier or area (`key` "tiers" or "categories"); its id."""
    spec = copy.deepcopy(quiz.draft)
    things = spec.setdefault(key, [])
    if len(things) >= MOST_OPTIONS:
        raise Refused(_("There are too many already."))
    thing_id = _free_id(spec, KINDS[key])
    if key == "tiers":
        starts = sorted(int(one["from"]) for one in things)
        start = next((one for one in (0, 40, 81, 90, 95, 99) if one not in starts), 100)
        things.append(blank.tier(thing_id, name, start, "cool"))
        things.sort(key=lambda one: int(one["from"]))
    else:
        things.append({"id": thing_id, "name": name})
    save_draft(quiz, spec)
    return thing_id


def save_thing(
    quiz: Quiz, key: str, thing_id: str, changed: dict[str, Any], version: int | None = None
) -> None:
    """Put an edited tier or area in its place."""
    spec = copy.deepcopy(quiz.draft)
    spec[key][_place(spec[key], thing_id)] = changed
    if key == "tiers":
        spec[key].sort(key=lambda one: int(one["from"]))
    save_draft(quiz, spec, version)


def delete_thing(quiz: Quiz, key: str, thing_id: str) -> None:
    """Take a tier or area out; questions of the area belong to none."""
    spec = copy.deepcopy(quiz.draft)
    if key == "tiers" and len(spec[key]) < 2:
        raise Refused(_("A quiz needs one tier at least."))
    del spec[key][_place(spec[key], thing_id)]
    for question in questions(spec):
        if key == "categories" and question.get("category") == thing_id:
            del question["category"]
    _bury(spec, thing_id)
    save_draft(quiz, spec)


def _of_kind(changed: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    fresh = blank.question(before["id"], 1, changed["type"])
    kept = {
        key: changed[key] for key in ("id", "text", "help", "category", "weight") if key in changed
    }
    options = before.get("options")
    if options and changed["type"] in {"single", "multi", "dropdown", "yes_no"}:
        fresh["options"] = options
    return fresh | kept


def _add_step(question: dict[str, Any]) -> None:
    steps = question.setdefault("steps", [])
    if len(steps) >= 11:
        raise Refused(_("A scale has 11 steps at most."))
    value = (steps[-1]["value"] + 1) if steps else int(question.get("from", 1))
    steps.append({"value": value, "text": "", "points": 0})
    question["to"] = value


def _rows_of(question: dict[str, Any]) -> str:
    return {"scale": "steps", "number": "bands"}.get(question["type"], "options")


def _place(things: list[dict[str, Any]], thing_id: str) -> int:
    for place, thing in enumerate(things):
        if thing["id"] == thing_id:
            return place
    raise Refused(_("That is gone already."))


def _bury(spec: Spec, thing_id: str) -> None:
    """An id that was used is never given to something else."""
    spec.setdefault("tombstones", []).append(thing_id)


def _free_id(spec: Spec, prefix: str) -> str:
    used = {int(number) for number in re.findall(rf"['\"]{prefix}_(\d+)['\"]", str(spec))}
    return f"{prefix}_{max(used, default=0) + 1}"
