"""The list of what happened to people's rights: only ever added to."""

from crm.accounts.models import SecurityEvent, User
from crm.core import clock
from crm.core.db import db


def note(
    kind: str,
    user: User | None = None,
    *,
    by: User | None = None,
    address: str = "",
    **details: str | int | None,
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
