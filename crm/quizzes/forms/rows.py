"""The rows of a form by what they are, not by their place.

A form names the answers, steps or bands of a question r0, r1, … and the texts of a language t0, t1,
… as they stood when it was opened; somebody else may have added, moved or taken out some since.
What a form began with (`base`) names its rows.
"""

import json
import re
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from crm.core.refusal import Conflict
from crm.quizzes.rules.shape import Question
from crm.web.forms import began_with

ROWS = {
    "scale": "steps",
    "number": "bands",
    "single": "options",
    "multi": "options",
    "dropdown": "options",
    "yes_no": "options",
}
FIELD = re.compile(r"(?P<kind>[rt])(?P<at>\d{1,4})(?P<rest>(?:__\w+)?)")


def rows_of(question: Question) -> list[dict[str, Any]]:
    """The answers, steps or bands of a question."""
    return question.get(ROWS.get(question["type"], "")) or []


def names_of(question: Question) -> list[str]:
    """What each row is known by: its id, the step's value, or the place of a band."""
    return [
        str(row.get("id", row.get("value", place))) for place, row in enumerate(rows_of(question))
    ]


def now_at(posted: MultiDict[str, str], now: list[str], place: int) -> int | None:
    """Where the row stands `now` that stood at `place` of the form; None where it is gone."""
    then = _then(began_with(posted.get("base")))
    if not then:
        return place
    name = then[place] if place < len(then) else None
    return now.index(name) if name in now else None


def check_kept(posted: MultiDict[str, str], now: list[str]) -> None:
    """Raises Conflict, with the text, where a row that the author changed is gone."""
    base, places = _places(posted, now)
    if places is None:
        return
    for name, text in posted.items():
        match = FIELD.fullmatch(name)
        if match and int(match["at"]) not in places and _is_other(text, base.get(name)):
            words = _("Somebody else took out the row where you wrote “%(text)s”.")
            raise Conflict(words % {"text": text[:80]})


def _is_other(text: str, began: Any) -> bool:
    return text.replace("\r\n", "\n").strip() != str(began or "").strip()


def as_now(
    posted: MultiDict[str, str], now: list[str], shown: dict[str, Any]
) -> MultiDict[str, str]:
    """What was posted with its rows in the places where they stand `now`.

    `shown` is what the form would show now: rows that came since are as they are.
    """
    base, places = _places(posted, now)
    if places is None:
        return posted
    taken = set(places.values())
    fresh = {
        name: value
        for name, value in shown.items()
        if (match := FIELD.fullmatch(name)) and int(match["at"]) not in taken
    }
    began = dict(_moved(base.items(), places)) | {"rows": now} | fresh
    moved = dict(_moved(posted.lists(), places))
    new = {name: _posted(value) for name, value in fresh.items()}
    return MultiDict(moved | new | {"base": [json.dumps(began)]})


def _places(
    posted: MultiDict[str, str], now: list[str]
) -> tuple[dict[str, Any], dict[int, int] | None]:
    """What the form began with, and where its rows stand now; None where they stand as then."""
    base = began_with(posted.get("base"))
    then = _then(base)
    if not then or then == now:
        return base, None
    return base, {at: now.index(name) for at, name in enumerate(then) if name in now}


def _then(base: dict[str, Any]) -> list[str]:
    found = base.get("rows")
    return [str(one) for one in found] if isinstance(found, list) else []


def _moved(pairs: Any, places: dict[int, int]) -> Any:
    for name, value in pairs:
        match = FIELD.fullmatch(name)
        if match is None:
            yield name, value
        elif int(match["at"]) in places:
            yield f"{match['kind']}{places[int(match['at'])]}{match['rest']}", value


def _posted(value: Any) -> list[str]:
    """A value as a browser would send it."""
    if isinstance(value, bool):
        return ["y"] if value else []
    if isinstance(value, list):
        return [str(one) for one in value]
    return ["" if value is None else str(value)]
