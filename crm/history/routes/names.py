"""The names behind the numbers that changes hold, as far as the reader may see them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import String, cast, inspect, literal, null, select, union_all

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.batches.models import Batch
from crm.core.db import db
from crm.history import beside, queries, writing
from crm.history.models import ChangeSet, ChangeValue
from crm.history.rules import RECORDS, Tracked


class Names:
    """The names behind the numbers in some changes, in one statement; only what is seen."""

    def __init__(
        self, user: User, sets: Sequence[ChangeSet], values: Sequence[ChangeValue]
    ) -> None:
        self.gone: dict[str, dict[int, str]] = {}
        wanted: dict[str, set[int]] = {}
        for one in sets:
            if one.record and one.record_id:
                wanted.setdefault(one.record, set()).add(one.record_id)
        for value in values:
            for kind, number in value.records.items():
                wanted.setdefault(kind, set()).add(number)
            for table, number in _references(value):
                wanted.setdefault(table, set()).add(number)
        self.found = _names(user, wanted)
        for table, ids in wanted.items():
            gone = ids - self.found[table].keys()
            if gone and table not in RECORDS:
                self.gone[table] = beside.gone_names(user, table, gone)
        self.rows = queries.rows_of(
            one for one in values if (t := writing.TABLES.get(one.table)) and _asks(t, one)
        )
        self.origins = beside.origins(sets)
        self.batches = words_of_batches([act for act, _turns in self.origins.values()])

    def of(self, table: str, number: Any) -> str:
        """A row's name, or its number where the reader may not see it or it is gone."""
        row = self.found.get(table, {}).get(number)
        gone = self.gone.get(table, {}).get(number)
        return row.name if row is not None else gone or _("no. %(number)s", number=number)

    def knows(self, table: str, number: Any) -> bool:
        return number in self.found.get(table, {})

    def currency(self, number: int | None) -> str:
        row = self.found.get("deal", {}).get(number or 0)
        return row.currency if row is not None else "EUR"


def _asks(tracked: Tracked, value: ChangeValue) -> bool:
    """Whether telling a change needs the row as it is now."""
    is_told = tracked.tell is not None or tracked.is_named
    return is_told or not tracked.shows.keys().isdisjoint(value.new or ())


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


def _names(user: User, wanted: Mapping[str, set[int]]) -> dict[str, dict[int, Any]]:
    """Names of rows by table and number in one statement; of records those that `user` may see."""
    found: dict[str, dict[int, Any]] = {table: {} for table in wanted}
    parts = []
    for table, ids in wanted.items():
        columns = db.metadata.tables[table].c
        if "name" not in columns:
            continue
        currency = columns.currency if "currency" in columns else cast(null(), String)
        part = select(
            literal(table).label("of"), columns.id, columns.name, currency.label("currency")
        ).where(columns.id.in_(ids))
        if table in RECORDS:
            part = part.where(visible(user, writing.TABLES[table].model))
        parts.append(part)
    for row in db.session.execute(union_all(*parts)) if parts else ():
        found[row.of][row.id] = row
    return found


def words_of_batches(sets: Iterable[ChangeSet]) -> dict[int, str]:
    """What the batches did that these sets belong to, in their own words."""
    kinds = current_app.extensions["tend.batches"]
    ids = {one.details["batch"] for one in sets if "batch" in one.details}
    if not ids:
        return {}
    rows = db.session.scalars(select(Batch).where(Batch.id.in_(ids)))
    return {one.id: str(kinds[one.kind].words(one.options)) for one in rows if one.kind in kinds}
