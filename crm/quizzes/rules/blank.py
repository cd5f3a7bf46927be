"""A quiz to begin with: one question, three tiers, the usual texts."""

from typing import Any

from crm.quizzes.rules.shape import Spec, ready


def blank(name: str) -> Spec:
    """A spec that may be published once its texts are the author's own."""
    model = ready("readiness")
    return {
        "name": name,
        "locale": "en",
        "gate": "before_result",
        "intro": {
            "title": name,
            "lead": "A few questions, then your result.",
            "points": ["About two minutes. You can go back and change any answer."],
            "button": "Start",
            "note": model["intro"]["note"],
        },
        "questions": [question("q_1", 1)],
        "categories": [],
        "levels": model["levels"],
        "tiers": [
            tier("tier_low", "Low", 0, "cool"),
            tier("tier_middle", "Middle", 40, "warm"),
            tier("tier_high", "High", 81, "hot"),
        ],
        "gate_page": model["gate_page"],
        "consents": model["consents"],
        "errors": model["errors"] | {"no_answer": "Choose one answer to go on."},
    }


def question(question_id: str, number: int, kind: str = "single") -> dict[str, Any]:
    """A new question of a kind, with what that kind needs."""
    made: dict[str, Any] = {"id": question_id, "type": kind, "text": f"Question {number}"}
    short = question_id.removeprefix("q_")
    if kind in {"single", "multi", "dropdown"}:
        made["options"] = [
            option(f"o_{short}_1", "First answer", 10),
            option(f"o_{short}_2", "Second answer", 0),
        ]
    elif kind == "yes_no":
        made["options"] = [option(f"o_{short}_yes", "Yes", 10), option(f"o_{short}_no", "No", 0)]
    elif kind == "scale":
        made |= {
            "from": 1,
            "to": 5,
            "steps": [
                {"value": value, "text": "", "points": 5 * (value - 1)} for value in range(1, 6)
            ],
        }
    elif kind == "number":
        made |= {"low": 0, "bands": [{"from": 0, "points": 0}, {"from": 10, "points": 10}]}
    return made


def option(option_id: str, text: str, points: int) -> dict[str, Any]:
    """A new option."""
    return {"id": option_id, "text": text, "points": points}


def tier(tier_id: str, name: str, start: int, level: str) -> dict[str, Any]:
    """A new tier that begins at `start`."""
    return {
        "id": tier_id,
        "from": start,
        "name": name,
        "shown_as": name,
        "level": level,
        "promise": {"hot": "call", "warm": "mails"}.get(level, "none"),
        "title": "{first_name}, this is your result.",
        "lead": "",
        "next": "A person reads it and answers you.",
        "button": "Write to us",
    }
