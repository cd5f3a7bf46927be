"""The list of what happened to people's rights: only ever added to."""

from collections.abc import Mapping
from typing import Any

from crm.accounts.models import SecurityEvent, User
from crm.core import clock
from crm.core.db import db


def note(
    kind: str,
    user: User | None = None,
    *,
    by: User | None = None,
    address: str = "",
    **details: str | int | list[Any] | None,
) -> None:
    """Add one line: what happened to `user`, who did it, from which network address."""
    db.session.add(
        SecurityEvent(
            at=clock.now(),
            kind=kind,
            user_id=user.id if user else None,
            actor_id=by.id if by else None,
            address=address,
            details=details,
        )
    )


def note_changes(
    kind: str,
    user: User | None = None,
    *,
    by: User | None,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    **details: str,
) -> None:
    """Add one line with old and new value of each field that differs; none where none does."""
    changed: dict[str, Any] = {
        name: [old.get(name), value] for name, value in new.items() if old.get(name) != value
    }
    if changed:
        note(kind, user, by=by, **details, **changed)
