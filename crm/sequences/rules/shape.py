"""The shape of a sequence's spec and what must hold before it is published."""

import re
import secrets
from typing import Any

from crm.sequences.rules.fields import CUSTOM, Own, problems, used

UNITS = ("minutes", "days")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
MOST_STEPS = 30
MOST_DAYS = 365
LINK = re.compile(r"\]\(\s*([^)\s]+)")
GOOD_LINK = re.compile(r"(?:https?://|mailto:|tel:|\{\{)", re.I)


def new_key(steps: list[dict[str, Any]]) -> str:
    """A key that no step of `steps` has; a step keeps it over all versions."""
    taken = {step["key"] for step in steps}
    while (key := "step_" + secrets.token_hex(3)) in taken:
        continue
    return key


def new_step(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """A step to start from, two days after the last one."""
    days = [step["delay"]["amount"] for step in steps if step["delay"]["unit"] == "days"]
    return {
        "key": new_key(steps),
        "name": "",
        "delay": {"amount": (days[-1] if days else 0) + 2, "unit": "days"},
        "at": "09:30",
        "subject": "",
        "preview": "",
        "body": 'Hello {{ first_name | default: "there" }},\n\n\n\n{{ sender_first_name }}',
    }


def blank() -> dict[str, Any]:
    """The spec of a new sequence: working days, no step yet."""
    return {
        "steps": [],
        "window": {"weekdays": [0, 1, 2, 3, 4], "from": "09:00", "to": "17:00"},
        "needs_consent": True,
        "weekend": "next_working_day",
    }


def check_step(step: dict[str, Any], own: Own | None = None) -> list[tuple[str, str]]:
    """What is wrong with one step, as (field, words); `own` as `problems` takes it."""
    found = []
    for name in ("subject", "body"):
        if not step[name].strip():
            found.append((name, "Write something here."))
    if "\n" in step["subject"] or "\r" in step["subject"]:
        found.append(("subject", "A subject is one line."))
    for name in ("subject", "preview", "body"):
        found += [(name, words) for words in problems(step[name], own)]
        found += [
            (name, f'{field.name} may be empty: add a fallback, | default: "…"')
            for field in used(step[name])
            if field.default is None
            and (field.name in _CAN_BE_EMPTY or CUSTOM.fullmatch(field.name))
        ]  # fmt: skip
    found += [
        ("body", f"“{link}” is no link a mail may hold: use https, http, mailto or tel.")
        for link in LINK.findall(step["body"])
        if not GOOD_LINK.match(link)
    ]
    if step.get("at") and not CLOCK.fullmatch(step["at"]):
        found.append(("at", "Write a time as 09:30."))
    delay = step["delay"]
    if delay["unit"] not in UNITS or delay["amount"] < 0:
        found.append(("amount", "Say after how many minutes or days."))
    if delay["unit"] == "days" and delay["amount"] > MOST_DAYS:
        found.append(("amount", "A year is the longest wait."))
    return found


_CAN_BE_EMPTY = {"first_name", "last_name", "company", "quiz_score", "quiz_tier", "sender_phone"}


def check(spec: dict[str, Any], own: Own | None = None) -> list[str]:
    """Why a spec cannot be published, in words; empty when it can. `own` as `problems` takes it."""
    steps = spec["steps"]
    found = [] if steps else ["Add a step first."]
    if len(steps) > MOST_STEPS:
        found.append(f"More than {MOST_STEPS} steps are too many.")
    for number, step in enumerate(steps, 1):
        found += [f"Step {number}, {field}: {words}" for field, words in check_step(step, own)]
    minutes = [_offset(step) for step in steps]
    if minutes != sorted(minutes):
        found.append("A step comes before the one above it: order them by their waits.")
    window = spec["window"]
    if not window["weekdays"] or window["from"] >= window["to"]:
        found.append("The send window is never open.")
    return found


def _offset(step: dict[str, Any]) -> int:
    delay = step["delay"]
    return delay["amount"] * (24 * 60 if delay["unit"] == "days" else 1)
