"""What else some change sets hold: beside one record, and the names of rows that are gone."""

from collections.abc import Collection, Iterable

from sqlalchemy import or_, select, union_all

from crm.accounts.models import User
from crm.core.db import db
from crm.history.models import ChangeSet, ChangeValue
from crm.history.queries import LINKS, seen_value


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


def gone_names(
    user: User, sets: Collection[int], table: str, numbers: Collection[int]
) -> dict[int, str]:
    """What rows were called that some sets removed for good, by number; as far as it is seen."""
    rows = db.session.execute(
        select(ChangeValue.row_id, ChangeValue.old).where(
            ChangeValue.change_set_id.in_(sets),
            ChangeValue.table == table,
            ChangeValue.op == "delete",
            ChangeValue.row_id.in_(numbers),
            seen_value(user),
        )
    )
    return {number: old["name"] for number, old in rows if old and old.get("name")}
