"""What changes between two specs, in the four kinds a publisher looks for."""

from typing import Any

from crm.quizzes.rules.score import weight
from crm.quizzes.rules.shape import Spec, choices, questions

TEXTS = ("intro", "gate_page", "consents", "errors", "name", "languages", "texts", "fixed")
QUESTION_TEXTS = ("text", "help", "lift", "advice_when", "error")
QUESTION_POINTS = ("weight", "cap", "floor", "category", "bands", "points", "reverse")
OPTION_TEXTS = ("text", "hint", "why", "advice")
STRUCTURE = ("type", "next", "min", "max", "required", "from", "to", "low", "high", "maps_to")


def diff(old: Spec, new: Spec) -> dict[str, list[str]]:
    """Sentences by kind: texts, points, thresholds, structure; empty lists where nothing is."""
    found: dict[str, list[str]] = {"texts": [], "points": [], "thresholds": [], "structure": []}
    found["texts"] += [
        f"Texts of “{part}” differ." for part in TEXTS if old.get(part) != new.get(part)
    ]
    if old.get("gate") != new.get("gate"):
        found["structure"].append(f"Contact form: {old.get('gate')} → {new.get('gate')}.")
    if bool(old.get("double_opt_in")) != bool(new.get("double_opt_in")):
        asks = "asked" if new.get("double_opt_in") else "no longer asked"
        found["structure"].append(f"Mails that follow: {asks} to be confirmed by mail.")
    for key in ("basis", "missing"):
        if old.get(key) != new.get(key):
            found["points"].append(f"Counting changed: {key}.")
    _questions(old, new, found)
    _tiers(old, new, found)
    if old.get("categories") != new.get("categories") or old.get("levels") != new.get("levels"):
        found["texts"].append("The areas or their texts differ.")
    return found


def _questions(old: Spec, new: Spec, found: dict[str, list[str]]) -> None:
    before = {question["id"]: question for question in questions(old)}
    after = {question["id"]: question for question in questions(new)}
    for name, question in before.items():
        if name not in after:
            found["structure"].append(f"Gone: “{question.get('text')}”.")
    kept = [name for name in after if name in before]
    if kept != [name for name in before if name in after]:
        found["structure"].append("The order of the questions changed.")
    for name, question in after.items():
        if name not in before:
            found["structure"].append(f"New: “{question.get('text')}”.")
        else:
            _question(before[name], question, found)


def _question(old: dict[str, Any], new: dict[str, Any], found: dict[str, list[str]]) -> None:
    title = f"“{new.get('text')}”"
    for kind, keys in (
        ("texts", QUESTION_TEXTS),
        ("points", QUESTION_POINTS),
        ("structure", STRUCTURE),
    ):
        changed = [key for key in keys if _counted(old, key) != _counted(new, key)]
        if changed:
            found[kind].append(f"{title}: {', '.join(changed)} changed.")
    before = {choice["id"]: choice for choice in choices(old)}
    after = {choice["id"]: choice for choice in choices(new)}
    for name in before.keys() - after.keys():
        found["structure"].append(f"{title}: option “{before[name].get('text')}” is gone.")
    for name, choice in after.items():
        if name not in before:
            found["structure"].append(f"{title}: new option “{choice.get('text')}”.")
            continue
        _choice(title, before[name], choice, found)


def _counted(question: dict[str, Any], key: str) -> Any:
    """A part as it counts: a weight that nobody wrote is the one the form fills in."""
    return weight(question) if key == "weight" else question.get(key)


def _choice(
    title: str, old: dict[str, Any], new: dict[str, Any], found: dict[str, list[str]]
) -> None:
    name = f"{title}, “{new.get('text')}”"
    if old.get("points") != new.get("points"):
        found["points"].append(f"{name}: {old.get('points')} → {new.get('points')} points.")
    if old.get("next") != new.get("next"):
        found["structure"].append(f"{name}: jumps elsewhere.")
    if any(old.get(key) != new.get(key) for key in OPTION_TEXTS):
        found["texts"].append(f"{name}: texts changed.")


def _tiers(old: Spec, new: Spec, found: dict[str, list[str]]) -> None:
    before = {tier["id"]: tier for tier in old.get("tiers") or []}
    after = {tier["id"]: tier for tier in new.get("tiers") or []}
    for name in before.keys() - after.keys():
        found["thresholds"].append(f"The tier {before[name]['name']} is gone.")
    for name, tier in after.items():
        if name not in before:
            found["thresholds"].append(f"New tier {tier['name']} from {tier['from']}.")
        elif before[name]["from"] != tier["from"]:
            found["thresholds"].append(
                f"{tier['name']} begins at {tier['from']} instead of {before[name]['from']}."
            )
        elif before[name] != tier:
            found["texts"].append(f"Texts of the tier {tier['name']} differ.")
