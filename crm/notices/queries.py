"""Reading a person's own notices."""

from typing import Any

from sqlalchemy import ScalarSelect, bindparam, func, select

from crm.accounts.models import User
from crm.core.db import db
from crm.notices.models import Notice


def notices_for(
    user: User, *, before: int | None = None, is_unread: bool = False, limit: int = 25
) -> list[Notice]:
    """The newest notices of a person, older than the one numbered `before`."""
    found = select(Notice).where(Notice.user_id == user.id)
    if is_unread:
        found = found.where(Notice.read_at.is_(None))
    if before is not None:
        found = found.where(Notice.id < before)
    return list(db.session.scalars(found.order_by(Notice.id.desc()).limit(limit)))


def notice_for(user: User, notice_id: int) -> Notice | None:
    """A notice of this person, or None."""
    return db.session.scalars(
        select(Notice).where(Notice.id == notice_id, Notice.user_id == user.id)
    ).first()


# As part of a statement, built once: every page asks for it.
_UNREAD = (
    select(func.count(Notice.id))
    .where(Notice.user_id == bindparam("notices_of"), Notice.read_at.is_(None))
    .scalar_subquery()
)


def unread(user: User) -> tuple[ScalarSelect[int], dict[str, Any]]:
    """How many notices a person has not read, as part of a statement and its values."""
    return _UNREAD, {"notices_of": user.id}


def unread_count(user: User) -> int:
    """How many notices a person has not read."""
    return db.session.scalar(select(_UNREAD), {"notices_of": user.id}) or 0
