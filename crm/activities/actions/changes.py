"""Changed facts of a record, told in its timeline: which, and from what to what."""

from collections.abc import Iterable
from typing import Any

from crm.accounts.models import User
from crm.activities.actions.entries import record
from crm.activities.models import Entry

LONGEST = 200


def facts(row: Any, names: Iterable[str]) -> dict[str, str]:
    """What a record says now of these columns, as text: what `tell_changes` compares with."""
    return {name: _text(getattr(row, name)) for name in names}


def tell_changes(row: Any, before: dict[str, str], by: User | None) -> Entry | None:
    """One entry that names what differs from `before`; None where nothing does."""
    now = facts(row, before)
    changed = {name: [old, now[name]] for name, old in before.items() if old != now[name]}
    if not changed:
        return None
    return record(
        "change",
        actor="user" if by else "rule",
        user_id=by.id if by else None,
        details=changed,
        **{f"{row.__tablename__}_id": row.id},
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)[:LONGEST]
