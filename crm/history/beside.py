"""What stands beside some change sets: further records, names of rows that are gone, origins."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import literal, null, or_, select, union_all

from crm.accounts.models import User
from crm.core.db import db
from crm.history import writing
from crm.history.models import GONE, ChangeSet, ChangeValue
from crm.history.queries import LINKS, seen_value
from crm.history.rules import OWNED

TRASH = ("deleted_at", "deleted_by_id")


def reaching_further(user: User, sets: Iterable[ChangeSet], of: tuple[str, int]) -> set[int]:
    """Which sets also changed what is not of this record and `user` may see, by their number."""
    link = LINKS[of[0]]
    other = or_(link.is_(None), link != of[1])
    parts = [
        select(ChangeValue.change_set_id)
        .where(ChangeValue.change_set_id == one.id, other, seen_value(user))
        .limit(1)
        .subquery()
        for one in sets
    ]
    if not parts:
        return set()
    return set(db.session.scalars(union_all(*(select(part.c.change_set_id) for part in parts))))


def standing(values: Iterable[ChangeValue]) -> dict[tuple[str, int], Any]:
    """Whose the changed records and tasks are and which lie in the trash, in one statement."""
    wanted: dict[str, set[int]] = {}
    for value in values:
        if value.op == "update":
            wanted.setdefault(value.table, set()).add(value.row_id)
    parts = []
    for table in (name for name in OWNED if name in wanted):
        model = writing.TABLES[table].model
        trash = [
            getattr(model, name, null()).label(name) for name in ("deleted_at", "deleted_by_id")
        ]
        said = (literal(table).label("kind"), model.id, model.owner_id, *trash)
        parts.append(select(*said).where(model.id.in_(wanted[table])))
    rows = db.session.execute(union_all(*parts)) if parts else ()
    return {(row.kind, row.id): row for row in rows}


def partly_hidden(user: User, sets: Iterable[ChangeSet]) -> set[int]:
    """Which sets also changed what `user` may not see, by their number."""
    ids = [one.id for one in sets]
    if user.sees_all or not ids:
        return set()
    wanted = select(ChangeValue.change_set_id).distinct()
    return set(
        db.session.scalars(wanted.where(ChangeValue.change_set_id.in_(ids), ~seen_value(user)))
    )


def gone_names(user: User, table: str, numbers: Collection[int]) -> dict[int, str]:
    """What rows were called that are removed for good, by number; as far as it is seen."""
    rows = db.session.execute(
        select(ChangeValue.row_id, ChangeValue.old)
        .where(
            GONE,
            ChangeValue.table == table,
            ChangeValue.row_id.in_(numbers),
            seen_value(user),
        )
        .order_by(ChangeValue.id)
    )
    return {number: old["name"] for number, old in rows if old and old.get("name")}


def origins(sets: Iterable[ChangeSet]) -> dict[int, tuple[ChangeSet, int]]:
    """The act at whose end each set stands, and how many turns of undoing lie between."""
    found = {one.id: (one, 0) for one in sets}
    while wanted := {one.undo_of_id for one, _turns in found.values() if one.undo_of_id}:
        rows = db.session.scalars(select(ChangeSet).where(ChangeSet.id.in_(wanted)))
        before = {one.id: one for one in rows}
        found = {
            number: (before[one.undo_of_id], turns + 1) if one.undo_of_id else (one, turns)
            for number, (one, turns) in found.items()
        }
    return found
