"""What of a change an undo leaves as it is, field by field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from crm.accounts.models import User
from crm.history import queries, writing
from crm.history.models import ChangeSet, ChangeValue
from crm.history.planning import Step, present
from crm.history.routes.names import Names
from crm.history.routes.words import lines_of, record_of, shown_as, written
from crm.history.rules import RECORDS, why_words

# Of a record that was added, and all that came with it.
WHOLE = {
    "changed": _l("Changed since (%(fields)s), so all of it stays."),
    "used": _l("Other records name it, so all of it stays."),
}


def why_it_stays(step: Step) -> str:
    """Why something stays, in words."""
    return why_words(step.tracked, step.why)


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


def conflicts_of(user: User, steps: Iterable[Step], names: Names | None = None) -> list[Conflict]:
    """What an undo would leave as it is; `names` where those of the changes are known already."""
    stay = [step for step in steps if step.why]
    blocked = [(step.value, step.why, step.blocked) for step in stay]
    rows = {(step.value.table, step.value.row_id): step.row for step in stay}
    names = names or Names(user, [], [step.value for step in stay])
    return _conflicts(blocked, rows, names)


def kept_of(user: User, found: ChangeSet) -> list[Conflict]:
    """What an undo left as it was, read from its own set."""
    listed = found.details.get("kept") or []
    values = queries.values_by_id(user, [value_id for value_id, *_rest in listed])
    blocked = [
        (values[value_id], why, fields) for value_id, why, *fields in listed if value_id in values
    ]
    some = [value for value, *_rest in blocked]
    return _conflicts(blocked, queries.rows_of(some), Names(user, [], some))


def _conflicts(
    blocked: Sequence[tuple[ChangeValue, str, Sequence[str]]],
    rows: Mapping[tuple[str, int], Any],
    names: Names,
) -> list[Conflict]:
    found = []
    for value, why, fields in blocked:
        row = rows.get((value.table, value.row_id))
        record = record_of(value, names)
        if value.op == "insert" and value.table in RECORDS and why in WHOLE:
            found.append(_whole(value, why, names, [str(name) for name in fields]))
            continue
        reason = why_words(writing.TABLES.get(value.table), why)
        for line in lines_of(value, names):
            if not fields or line.name in fields:
                now = _now(value, line.name, row, names)
                found.append(Conflict(line.label, line.old, line.new, now, reason, *record))
    return found


def _whole(value: ChangeValue, why: str, names: Names, fields: Sequence[str]) -> Conflict:
    """A record that was added and stays, with all that came with it."""
    labels = writing.TABLES[value.table].labels
    since = ", ".join(str(labels[name]) for name in fields if name in labels)
    name, url = record_of(value, names)
    label = str(writing.TABLES[value.table].label)
    reason = str(WHOLE[why]) % {"fields": since}
    return Conflict(label, "", name, name, reason, name, url)


def _now(value: ChangeValue, name: str, row: Any, names: Names) -> str:
    if row is None or not name:
        return ""
    tracked = writing.TABLES[value.table]
    name = shown_as(tracked, name, row)
    return written(value, tracked, name, present(row, name), names)
