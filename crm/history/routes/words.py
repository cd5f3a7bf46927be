"""What the history says: who did what, and each value as people write it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect

from crm.core.db import Instant
from crm.history import beside, writing
from crm.history.models import ChangeSet, ChangeValue
from crm.history.routes.names import Names, words_of_batches
from crm.history.rules import RECORDS, Tracked
from crm.web import formats

LONGEST = 300
URLS = {"contact": "/contacts/", "company": "/companies/", "deal": "/deals/"}
ACTORS = {
    "rule": _l("A rule"),
    "import": _l("An import"),
    "token": _l("Another program"),
    "prospect": _l("The prospect"),
    "system": _l("Tend"),
}
DID = {
    "insert": _l("%(what)s added"),
    "update": _l("%(what)s changed"),
    "delete": _l("%(what)s removed"),
}
OWN = {
    "history.undo": _l("Undone: %(what)s"),
    "history.restore": _l("A value restored"),
    "command": _l("Set up by the operator"),
    "batch.transfer.import": _l("Import"),
}
AGAIN = _l("Done again: %(what)s")


@dataclass
class Line:
    """One value of one row: what it is called, what it was and what it became.

    `about`: the record it belongs to, where that is not the one the set is about.
    """

    value_id: int
    name: str
    label: str
    old: str
    new: str
    may_restore: bool = False
    about: str = ""
    url: str = ""
    is_erased: bool = False

    @property
    def title(self) -> str:
        """The label with the record in front."""
        return f"{self.about}: {self.label}" if self.about else self.label


@dataclass
class Told:
    """A change set as it is shown; `last_id` is the number of the last change told.

    `may_undo`: it can be undone at all; `why_not`: why not by this reader, in words. `act`: what
    it did, undid or did again, so many `turns` back.
    """

    set: ChangeSet
    who: str
    what: str
    record: str = ""
    url: str = ""
    lines: list[Line] = field(default_factory=list)
    has_more: bool = False
    last_id: int = 0
    names: Names | None = None
    undone: ChangeSet | None = None
    may_undo: bool = False
    why_not: Any = ""

    @property
    def act(self) -> ChangeSet:
        return self._origin[0]

    @property
    def turns(self) -> int:
        return self._origin[1]

    @property
    def _origin(self) -> tuple[ChangeSet, int]:
        return self.names.origins.get(self.set.id, (self.set, 0)) if self.names else (self.set, 0)

    def is_of(self, user: Any) -> bool:
        """Whether the act and this turn of it are this person's."""
        return self.set.user_id == self.act.user_id == user.id


def told(
    found: ChangeSet,
    values: Sequence[ChangeValue],
    names: Names,
    of: tuple[str, int] | None = None,
) -> Told:
    """A set in words: who, what, about whom, and each value that people are shown.

    `of`: the record it is told for, kind and number; another one is not named in its place.
    """
    who = found.user.name if found.user else str(ACTORS.get(found.actor, found.actor))
    if found.user and found.actor != "user":
        who = _("%(name)s, by %(actor)s", name=who, actor=str(ACTORS[found.actor]).lower())
    story = Told(found, who, _act_of(found, names, values), names=names)
    about_it = of or (found.record, found.record_id)
    is_it = about_it == (found.record, found.record_id)
    if found.record in RECORDS and is_it and names.knows(found.record, found.record_id):
        story.record = names.of(found.record, found.record_id)
        story.url = f"{URLS[found.record]}{found.record_id}"
    for value in values:
        about, url = ("", "") if _is_about(value, *about_it) else record_of(value, names)
        for line in lines_of(value, names):
            line.about, line.url = about, url
            story.lines.append(line)
    return story


def _is_about(value: ChangeValue, record: str, number: int | None) -> bool:
    return bool(record) and value.records.get(record) == number


def record_of(value: ChangeValue, names: Names) -> tuple[str, str]:
    """Name and address of the record a value belongs to; empty where there is none to see."""
    for kind, number in value.records.items():
        if names.knows(kind, number):
            return names.of(kind, number), f"{URLS[kind]}{number}"
    return "", ""


def act_behind(found: ChangeSet) -> tuple[str, bool]:
    """What a set did, undid or did again, in the words of the act itself; whether it undid it."""
    act, turns = beside.origins([found])[found.id]
    known = words_of_batches([act]).get(act.details.get("batch", 0))
    return known or what_of(act.kind, act.details), turns % 2 == 1


def small(words: str) -> str:
    """Words as they stand behind a colon."""
    return words[:1].lower() + words[1:]


def _act_of(found: ChangeSet, names: Names, values: Sequence[ChangeValue]) -> str:
    act, turns = names.origins.get(found.id, (found, 0))
    known = names.batches.get(act.details.get("batch", 0))
    what = known or what_of(act.kind, act.details, () if turns else values)
    if not turns:
        return what
    return str(OWN["history.undo"] if turns % 2 else AGAIN) % {"what": small(what)}


def what_of(kind: str, details: dict[str, Any], values: Sequence[ChangeValue] = ()) -> str:
    """What was done, in words: those of the feature, else those of what changed."""
    if kind == "history.undo":
        return str(OWN[kind]) % {
            "what": what_of(details.get("of", ""), {}).lower() or _("a change")
        }
    words = OWN.get(kind) or current_app.extensions["tend.acts"].get(kind)
    if words is not None:
        return str(words)
    for value in values:
        tracked = writing.TABLES.get(value.table)
        if tracked is not None and tracked.labels:
            return str(DID[_op_of(value, values)]) % {"what": str(tracked.label)}
    batches = current_app.extensions["tend.batches"]
    if kind.startswith("batch.") and kind.removeprefix("batch.") in batches:
        return str(batches[kind.removeprefix("batch.")].label or _("Many records changed"))
    return _("Changed") if values or not kind else kind.replace(".", ": ").replace("_", " ")


def _op_of(value: ChangeValue, values: Sequence[ChangeValue]) -> str:
    """What was done to a row; where one of a record went and one came, that is a change."""
    like = {one.op for one in values if (one.table, one.records) == (value.table, value.records)}
    return "update" if {"insert", "delete"} <= like else value.op


def lines_of(value: ChangeValue, names: Names) -> list[Line]:
    """The values of one row that people are shown."""
    tracked = writing.TABLES.get(value.table)
    if tracked is None:
        return []
    if value.old is None and value.new is None:
        erased = _("erased")
        return [Line(value.id, "", str(tracked.label), erased, erased, is_erased=True)]
    old, new = value.old or {}, value.new or {}
    if tracked.tell:
        told_as = tracked.tell(names.rows.get((value.table, value.row_id)), value.old, value.new)
        name = next((name for name in tracked.labels if name in old or name in new), "")
        return [Line(value.id, name, *told_as, may_restore=value.op == "update")] if name else []
    lines = []
    row = names.rows.get((value.table, value.row_id))
    part = f"{tracked.label} {row.name}" if tracked.is_named and row else str(tracked.label)
    for name, label in tracked.labels.items():
        if name in old or name in new:
            seen = shown_as(tracked, name, row)
            line = Line(
                value.id,
                name,
                str(label) if tracked.record or label == tracked.label else f"{part}: {label}",
                written(value, tracked, seen, old.get(seen), names),
                written(value, tracked, seen, new.get(seen), names),
                may_restore=value.op == "update"
                and name in old
                and name in tracked.returns(old, new),
            )
            lines.append(line)
    return lines


def shown_as(tracked: Tracked, name: str, row: Any) -> str:
    """The field that people read in the place of another, as far as they may."""
    is_read = name in tracked.shows and row is not None
    if is_read and (tracked.is_shown is None or tracked.is_shown(row)):
        return tracked.shows[name]
    return name


def label_of(tracked: Tracked, label: Any) -> str:
    """What a field is called; one of a part of a record says of which."""
    words, part = str(label), str(tracked.label)
    return words if tracked.record or words == part else f"{part}: {words}"


def written(value: ChangeValue, tracked: Tracked, name: str, one: Any, names: Names) -> str:
    """A plain value as people write it; an empty text where there is none."""
    if one is None or one == "":
        return ""
    if name.endswith("_cents"):
        return formats.money(one, names.currency(value.deal_id))
    if name in tracked.words:
        return str(tracked.words[name](one))
    column = inspect(tracked.model).columns[name]
    target = next((key.column.table.name for key in column.foreign_keys), "")
    if target:
        return names.of(target, one)
    return _by_kind(tracked, name, one, column)


def _by_kind(tracked: Tracked, name: str, one: Any, column: Any) -> str:
    if isinstance(one, bool):
        return _("yes") if one else _("no")
    if isinstance(column.type, Instant):
        return formats.day_time(datetime.fromisoformat(one))
    if column.type.python_type is date:
        return formats.day(date.fromisoformat(one))
    if isinstance(one, dict | list):
        return _short(json.dumps(one, ensure_ascii=False))
    return _option(tracked, name, one)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _option(tracked: Tracked, name: str, one: Any) -> str:
    """The word of a choice, as the feature offers it to lists and filters."""
    known = current_app.extensions["tend.catalogue"].fields.get(tracked.table, {})
    for offered in known.values():
        is_it = getattr(offered.column, "key", "") == name and not offered.through
        if is_it and offered.options is not None:
            return next((str(o.label) for o in offered.options() if o.value == one), str(one))
    return str(one)
