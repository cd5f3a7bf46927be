"""What the history says: who did what, and each value as people write it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.batches.models import Batch
from crm.core.db import Instant, db
from crm.history import queries, writing
from crm.history.models import ChangeSet, ChangeValue
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
}


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

    @property
    def title(self) -> str:
        """The label with the record in front."""
        return f"{self.about}: {self.label}" if self.about else self.label


@dataclass
class Told:
    """A change set as it is shown; `last_id` is the number of the last change told."""

    set: ChangeSet
    who: str
    what: str
    record: str = ""
    url: str = ""
    lines: list[Line] = field(default_factory=list)
    has_more: bool = False
    last_id: int = 0
    names: "Names | None" = None
    undone: ChangeSet | None = None
    may_undo: bool = False


class Names:
    """The names behind the numbers in some changes, one statement a table; only what is seen."""

    def __init__(
        self, user: User, sets: Sequence[ChangeSet], values: Sequence[ChangeValue]
    ) -> None:
        self.found: dict[str, dict[int, Any]] = {}
        wanted: dict[str, set[int]] = {}
        for one in sets:
            if one.record and one.record_id:
                wanted.setdefault(one.record, set()).add(one.record_id)
        for value in values:
            for kind, number in value.records.items():
                wanted.setdefault(kind, set()).add(number)
            for table, number in _references(value):
                wanted.setdefault(table, set()).add(number)
        for table, ids in wanted.items():
            self.found[table] = _names(user, table, ids)
        self.rows = queries.rows_of(
            one for one in values if (t := writing.TABLES.get(one.table)) and _asks(t, one)
        )
        self.batches = _batches({one.details["batch"] for one in sets if "batch" in one.details})

    def of(self, table: str, number: Any) -> str:
        """A row's name, or its number where the reader may not see it or it is gone."""
        row = self.found.get(table, {}).get(number)
        return row.name if row is not None else _("no. %(number)s", number=number)

    def knows(self, table: str, number: Any) -> bool:
        return number in self.found.get(table, {})

    def currency(self, number: int | None) -> str:
        row = self.found.get("deal", {}).get(number or 0)
        return row.currency if row is not None else "EUR"


def told(found: ChangeSet, values: Sequence[ChangeValue], names: Names) -> Told:
    """A set in words: who, what, about whom, and each value that people are shown."""
    who = found.user.name if found.user else str(ACTORS.get(found.actor, found.actor))
    if found.user and found.actor != "user":
        who = _("%(name)s, by %(actor)s", name=who, actor=str(ACTORS[found.actor]).lower())
    what = names.batches.get(found.details.get("batch", 0))
    story = Told(found, who, what or what_of(found.kind, found.details, values), names=names)
    if found.record in RECORDS and names.knows(found.record, found.record_id):
        story.record = names.of(found.record, found.record_id)
        story.url = f"{URLS[found.record]}{found.record_id}"
    for value in values:
        about, url = ("", "") if _is_about(value, found) else record_of(value, names)
        for line in lines_of(value, names):
            line.about, line.url = about, url
            story.lines.append(line)
    return story


def _is_about(value: ChangeValue, found: ChangeSet) -> bool:
    return bool(found.record) and value.records.get(found.record) == found.record_id


def record_of(value: ChangeValue, names: Names) -> tuple[str, str]:
    """Name and address of the record a value belongs to; empty where there is none to see."""
    for kind, number in value.records.items():
        if names.knows(kind, number):
            return names.of(kind, number), f"{URLS[kind]}{number}"
    return "", ""


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
            return str(DID[value.op]) % {"what": str(tracked.label)}
    return _("Changed") if values or not kind else kind.replace(".", ": ").replace("_", " ")


def lines_of(value: ChangeValue, names: Names) -> list[Line]:
    """The values of one row that people are shown."""
    tracked = writing.TABLES.get(value.table)
    if tracked is None:
        return []
    if value.old is None and value.new is None:
        return [Line(value.id, "", str(tracked.label), _("erased"), _("erased"))]
    old, new = value.old or {}, value.new or {}
    if tracked.tell:
        told_as = tracked.tell(names.rows.get((value.table, value.row_id)), value.old, value.new)
        name = next((name for name in tracked.labels if name in old or name in new), "")
        return [Line(value.id, name, *told_as, may_restore=value.op == "update")] if name else []
    lines = []
    row = names.rows.get((value.table, value.row_id))
    for name, label in tracked.labels.items():
        if name in old or name in new:
            seen = shown_as(tracked, name, row)
            line = Line(
                value.id,
                name,
                str(label)
                if tracked.record or label == tracked.label
                else f"{tracked.label}: {label}",
                written(value, tracked, seen, old.get(seen), names),
                written(value, tracked, seen, new.get(seen), names),
                may_restore=value.op == "update"
                and name in old
                and tracked.gives_back("update", [name]),
            )
            lines.append(line)
    return lines


def shown_as(tracked: Tracked, name: str, row: Any) -> str:
    """The field that people read in the place of another, as far as they may."""
    is_read = name in tracked.shows and row is not None
    if is_read and (tracked.is_shown is None or tracked.is_shown(row)):
        return tracked.shows[name]
    return name


def _asks(tracked: Tracked, value: ChangeValue) -> bool:
    """Whether telling a change needs the row as it is now."""
    return tracked.tell is not None or not tracked.shows.keys().isdisjoint(value.new or ())


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


def _references(value: ChangeValue) -> Iterable[tuple[str, int]]:
    tracked = writing.TABLES.get(value.table)
    if tracked is None:
        return
    columns = inspect(tracked.model).columns
    for name in tracked.labels:
        for values in (value.old or {}, value.new or {}):
            number = values.get(name)
            if isinstance(number, int):
                for key in columns[name].foreign_keys:
                    yield key.column.table.name, number


def _names(user: User, table: str, ids: set[int]) -> dict[int, Any]:
    """Names of rows by number; of records only those that `user` may see."""
    columns = db.metadata.tables[table].c
    if "name" not in columns:
        return {}
    found = [columns[name] for name in ("id", "name", "currency") if name in columns]
    wanted = select(*found).where(columns.id.in_(ids))
    if table in RECORDS:
        wanted = wanted.where(visible(user, writing.TABLES[table].model))
    return {row.id: row for row in db.session.execute(wanted)}


def _batches(ids: set[int]) -> dict[int, str]:
    """What batches did, in their own words."""
    kinds = current_app.extensions["tend.batches"]
    if not ids:
        return {}
    rows = db.session.scalars(select(Batch).where(Batch.id.in_(ids)))
    return {one.id: str(kinds[one.kind].words(one.options)) for one in rows if one.kind in kinds}
