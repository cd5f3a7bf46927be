"""What of a change an undo leaves as it is, field by field."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from crm.accounts.models import User
from crm.history import queries, writing
from crm.history.models import ChangeSet, ChangeValue
from crm.history.planning import Step, present
from crm.history.routes.words import Names, lines_of, record_of, written

WHY = {
    "changed": _l("Changed since, so it stays."),
    "gone": _l("It is gone by now."),
    "taken": _l("Somebody else has it by now."),
    "used": _l("It is in use by now."),
}


@dataclass
class Conflict:
    """A value that stays: what an undo would have given, what the change gave, what it is now.

    `about` and `url`: the record it belongs to.
    """

    label: str
    was: str
    became: str
    now: str
    why: str
    about: str = ""
    url: str = ""


def conflicts_of(user: User, steps: Iterable[Step]) -> list[Conflict]:
    """What an undo would leave as it is."""
    blocked = [(step.value, step.why, step.blocked) for step in steps if step.why]
    return _conflicts(user, blocked)


def kept_of(user: User, found: ChangeSet) -> list[Conflict]:
    """What an undo left as it was, read from its own set."""
    listed = found.details.get("kept") or []
    values = queries.values_by_id(user, [value_id for value_id, *_rest in listed])
    blocked = [
        (values[value_id], why, fields) for value_id, why, *fields in listed if value_id in values
    ]
    return _conflicts(user, blocked)


def _conflicts(
    user: User, blocked: Sequence[tuple[ChangeValue, str, Sequence[str]]]
) -> list[Conflict]:
    values = [value for value, _why, _fields in blocked]
    rows, names = queries.rows_of(values), Names(user, [], values)
    found = []
    for value, why, fields in blocked:
        row = rows.get((value.table, value.row_id))
        record = record_of(value, names)
        for line in lines_of(value, names):
            if not fields or line.name in fields:
                now = _now(value, line.name, row, names)
                found.append(Conflict(line.label, line.old, line.new, now, str(WHY[why]), *record))
    return found


def _now(value: ChangeValue, name: str, row: Any, names: Names) -> str:
    if row is None or not name:
        return ""
    return written(value, writing.TABLES[value.table], name, present(row, name), names)
