"""What hangs on a record goes along to the one it is merged into, and comes back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Table,
    UniqueConstraint,
    Update,
    and_,
    bindparam,
    exists,
    inspect,
    or_,
    select,
    update,
)

from crm.core.db import db
from crm.history import writing

# A record's own ways and words are taken over one by one; mergers of before stay with their record.
STAYS = frozenset(
    {"contact_email", "contact_phone", "company_domain", "field_value", "field_stamp", "merger"}
)
ITSELF = "merged_into_id"
# Tables that name a record by kind and number.
NAMED = ("mark", "external_id")
# A draft is found by the path of its record.
DRAFTS = "note_draft"
# A field of the house's own may name a record: the number is a value like any other.
VALUES = "field_value"
PATHS = {"contact": "contacts/{}", "company": "companies/{}"}
SOME = 5000  # numbers a statement


class Way(NamedTuple):
    """From which record to which."""

    record: str
    gone_id: int
    kept_id: int


@cache
def hanging(record: str) -> tuple[tuple[Table, Column], ...]:
    """Each column of the house that points at a kind of record and moves with it."""
    return tuple(
        (table, column)
        for table in db.metadata.sorted_tables
        for column in table.columns
        if table.name not in STAYS
        and column.name != ITSELF
        and (
            column.info.get("names") == record
            or any(key.target_fullname == f"{record}.id" for key in column.foreign_keys)
        )
    )


def bring(record: str, gone_id: int, kept_id: int) -> dict[str, list[int]]:
    """Let all that hangs on one record hang on another one.

    What the other one has already (a tag, a place in a segment) stays behind. What people see as
    a field of another record is told to the history; the numbers of the rest are given back, by
    table and column.
    """
    moved: dict[str, list[int]] = {}
    path = _path(record, kept_id)
    asked = {"b_gone": gone_id, "b_kept": kept_id, "b_kind": record, "b_path": path}
    asked["b_key"] = str(kept_id)
    connection = db.session.connection()
    for table, column, statement in _bringing(record):
        ids = sorted(connection.execute(statement, asked).scalars())
        if _is_shown(table, column):
            _tell(table, column, ids, Way(record, gone_id, kept_id))
        elif ids:
            moved[f"{table.name}.{column.name}"] = ids
    return moved


@cache
def _bringing(record: str) -> tuple[tuple[Table, Column, Update], ...]:
    """Written once: such statements take longer to build than to run."""
    gone: Any = bindparam("b_gone")
    kept: Any = bindparam("b_kept")
    path: Any = bindparam("b_path")
    found = []
    for table, column in hanging(record):
        more = {"place": path} if table.name == DRAFTS else {}
        found.append((table, column, column == gone, {column.name: kept, **more}))
    for table in _named():
        column = table.c.record_id
        here = and_(table.c.record == bindparam("b_kind"), column == gone)
        found.append((table, column, here, {"record_id": kept}))
    return (
        *((table, column, _update(table, values, here)) for table, column, here, values in found),
        _naming(record),
    )


def _naming(record: str) -> tuple[Table, Column, Update]:
    """Whoever names the one names the other; that one itself does not, nor where it may be
    named once and is."""
    table, definition = db.metadata.tables[VALUES], db.metadata.tables["custom_field"]
    key: Any = bindparam("b_key")
    own = table.c[f"{record}_id"]
    refers = select(definition.c.id).where(
        definition.c.kind == "reference", definition.c.target == bindparam("b_kind")
    )
    other = table.alias("other")
    same = (other.c.field_id == table.c.field_id, other.c.match_key == key, other.c.is_unique)
    here = and_(
        table.c.ref == bindparam("b_gone"),
        table.c.field_id.in_(refers),
        or_(own.is_(None), own != bindparam("b_kept")),
        or_(~table.c.is_unique, ~exists().where(*same)),
    )
    values = {"ref": bindparam("b_kept"), "match_key": key}
    return table, table.c.ref, _update(table, values, here)


def bring_again(record: str, moved: Mapping[str, Sequence[int]], gone_id: int, to: int) -> None:
    """What came back by an undo goes along once more."""
    _send(record, moved, [gone_id], to)


def give_back(
    record: str, moved: Mapping[str, Sequence[int]], places: Sequence[int], gone_id: int
) -> None:
    """Let go of what one record brought, as far as it still hangs on one of `places`."""
    _send(record, moved, places, gone_id)


def _send(record: str, moved: Mapping[str, Sequence[int]], places: Sequence[int], to: int) -> None:
    for name, ids in moved.items():
        table_name, column_name = name.split(".")
        table = db.metadata.tables.get(table_name)
        if table is None or column_name not in table.c:
            continue  # of a feature that is gone
        column = table.c[column_name]
        values = _values(table, column, record, to)
        for start in range(0, len(ids), SOME):
            some = table.c.id.in_(ids[start : start + SOME])
            db.session.execute(_update(table, values, and_(some, column.in_(places))))
        _read_afresh(table_name, column_name, set(ids))


def _read_afresh(table_name: str, column_name: str, ids: Collection[int]) -> None:
    """Rows that are loaded learn whose they are now: what is kept of them says so too."""
    loaded: list[Any] = list(db.session.identity_map.values())
    for row in loaded:
        if row.__tablename__ == table_name and inspect(row).identity[0] in ids:
            db.session.refresh(row, [column_name])


def _values(table: Table, column: Column, record: str, number: int) -> dict[str, Any]:
    more: dict[str, Any] = {"place": _path(record, number)} if table.name == DRAFTS else {}
    if table.name == VALUES:
        more = {"match_key": str(number)}
    return {column.name: number, **more}


def _path(record: str, number: int) -> str:
    return PATHS[record].format(number)


def _update(table: Table, values: Mapping[str, Any], here: ColumnElement[bool]) -> Update:
    free = _is_free(table, values)
    return update(table).where(here, free).values(**values).returning(table.c.id)  # type: ignore[return-value]


def _is_free(table: Table, values: Mapping[str, Any]) -> ColumnElement[bool]:
    """Whether no other row says the same of the record already, where each may say it once."""
    other = table.alias("other")
    tests = []
    for columns in _each_once(table):
        if not values.keys() & columns:
            continue
        same = [
            other.c[name] == (values[name] if name in values else table.c[name]) for name in columns
        ]
        tests.append(~exists().where(*same, other.c.id != table.c.id))
    return and_(True, *tests)


def _each_once(table: Table) -> Iterator[set[str]]:
    for found in (*table.constraints, *table.indexes):
        if isinstance(found, UniqueConstraint) or (
            isinstance(found, Index)
            and found.unique
            and found.dialect_options["sqlite"].get("where") is None
        ):
            yield {column.name for column in found.columns}


def _named() -> list[Table]:
    return [db.metadata.tables[name] for name in NAMED if name in db.metadata.tables]


def _is_shown(table: Table, column: Column) -> bool:
    tracked = writing.TABLES.get(table.name)
    return tracked is not None and bool(tracked.record) and column.name in tracked.labels


def _tell(table: Table, column: Column, ids: Sequence[int], went: Way) -> None:
    tracked = writing.TABLES[table.name]
    rows = [(number, {column.name: went.gone_id}, {column.name: went.kept_id}) for number in ids]
    # Named with the record that stays: who merged may see that, if not all that hangs on it.
    links = {
        number: {went.record: went.kept_id, **({tracked.record: number} if tracked.record else {})}
        for number in ids
    }
    writing.record_rows(tracked.model, "update", rows, links)
