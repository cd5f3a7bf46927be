"""The rows of a form by what they are, not by their place.

A form names the answers, steps or bands of a question r0, r1, … and the texts of a language t0, t1,
… as they stood when it was opened; somebody else may have added, moved or taken out some since.
What a form began with (`base`) names its rows.
"""

import json
import re
from collections.abc import Iterable
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
    """What each row is known by: its id, the words of a step, the start of a band.

    Values of steps are no names: they are counted anew when one is taken out.
    """
    found: list[str] = []
    for row in rows_of(question):
        name = str(row.get("id") or row.get("text") or row.get("from", ""))
        found.append(f"{name} #{found.count(name) + 1}" if name in found else name)
    return found


def words_of(question: Question, fields: Iterable[str]) -> dict[str, str]:
    """What tells the row of each field to a person: its text, or where a band begins."""
    known = rows_of(question)
    places = {name: int(match["at"]) for name in fields if (match := FIELD.fullmatch(name))}
    return {
        name: str(known[at].get("text") or known[at].get("from", ""))
        for name, at in places.items()
        if at < len(known)
    }


def now_at(posted: MultiDict[str, str], now: list[str], place: int) -> int | None:
    """Where the row stands `now` that stood at `place` of the form; None where it is gone."""
    then = _then(began_with(posted.get("base")))
    if not then:
        return place
    return _place(place, then, now) if place < len(then) else None


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
    return base, {
        at: place for at in range(len(then)) if (place := _place(at, then, now)) is not None
    }


def _place(at: int, then: list[str], now: list[str]) -> int | None:
    """Where a row stands now: by its name, else where it stood if only words were changed there."""
    if then[at] in now:
        return now.index(then[at])
    is_renamed = len(then) == len(now) and now[at] not in then
    return at if is_renamed else None


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
