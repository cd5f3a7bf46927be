"""Reading a person's own notices."""

from sqlalchemy import func, select

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


def unread_count(user: User) -> int:
    """How many notices a person has not read."""
    if not user.is_authenticated:
        return 0
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Notice)
            .where(Notice.user_id == user.id, Notice.read_at.is_(None))
        )
        or 0
    )
