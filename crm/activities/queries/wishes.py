"""Reading how people want to be reminded, and what came in since a task was set."""

from sqlalchemy import select

from crm.accounts.models import User
from crm.activities.models import Entry, ReminderWish, Task
from crm.activities.queries.reading import common
from crm.core.db import db

DEFAULTS = {
    "before_minutes": 0,
    "is_belled": True,
    "is_mailed": True,
    "repeats": True,
    "hour": 9,
    "has_digest": True,
    "digest_hour": 8,
}


def wish_of(user: User) -> ReminderWish:
    """How `user` wants to be reminded; the defaults, not yet kept, where they never said."""
    found = db.session.scalars(select(ReminderWish).where(ReminderWish.user_id == user.id)).first()
    return found or ReminderWish(user_id=user.id, **DEFAULTS)


def answer_since(task: Task) -> Entry | None:
    """The last word that came from the task's contact since its due time was set."""
    if not task.contact_id:
        return None
    return db.session.scalars(
        select(Entry)
        .where(
            Entry.contact_id == task.contact_id,
            Entry.direction == "in",
            common(),
            Entry.at > task.due_set_at,
        )
        .order_by(Entry.at.desc(), Entry.id.desc())
        .limit(1)
    ).first()


def last_result_lines(contact_id: int) -> list[str]:
    """The most telling answers of a contact's latest quiz result, as the timeline keeps them."""
    body = db.session.scalar(
        select(Entry.body)
        .where(Entry.contact_id == contact_id, Entry.kind == "quiz_result")
        .order_by(Entry.at.desc(), Entry.id.desc())
        .limit(1)
    )
    return [line.removeprefix("- ") for line in (body or "").splitlines() if line.strip()]
