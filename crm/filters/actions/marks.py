"""Stars, follows and what somebody opened last."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from crm.accounts.models import User
from crm.accounts.queries import user_by_id
from crm.activities.models import Entry
from crm.activities.rules import note_words
from crm.core import clock
from crm.core.db import db
from crm.core.inserts import insert_once
from crm.filters.models import Mark
from crm.filters.queries.marks import news, record_for
from crm.notices.actions import tell

LAST, EXCERPT = 20, 160
# What an entry is that has no title of its own, or whose title alone says too little.
WORDS = {
    "note": _l("Note"),
    "call": _l("Call"),
    "mail_out": _l("Mail to them"),
    "mail_in": _l("Mail from them"),
    "meeting": _l("Meeting"),
    "no_show": _l("Meeting missed"),
    "task_done": _l("Task done"),
    "stage": _l("Deal moved"),
    "closure": _l("Deal closed"),
    "file": _l("Files added"),
    "change": _l("Changed"),
    "quiz_result": _l("Quiz finished"),
}


def mark(kind: str, record: str, record_id: int, by: User) -> None:
    """Star or follow a record; twice is once."""
    values = {"user_id": by.id, "kind": kind, "record": record, "record_id": record_id}
    insert_once(Mark, values | {"at": clock.now()}, "user_id", "kind", "record", "record_id")


def unmark(kind: str, record: str, record_id: int, by: User) -> None:
    """Take a star or follow away."""
    db.session.execute(
        delete(Mark).where(
            Mark.user_id == by.id,
            Mark.kind == kind,
            Mark.record == record,
            Mark.record_id == record_id,
        )
    )


def note_seen(user_id: int, record: str, record_id: int) -> None:
    """Remember that somebody opened a record; the last LAST are kept."""
    here = (
        Mark.user_id == user_id,
        Mark.kind == "seen",
        Mark.record == record,
        Mark.record_id == record_id,
    )
    db.session.execute(delete(Mark).where(*here))
    db.session.add(
        Mark(user_id=user_id, kind="seen", record=record, record_id=record_id, at=clock.now())
    )
    db.session.flush()
    old = (
        select(Mark.id)
        .where(Mark.user_id == user_id, Mark.kind == "seen")
        .order_by(Mark.at.desc(), Mark.id.desc())
        .offset(LAST)
    )
    too_many = delete(Mark).where(Mark.id.in_(old))
    db.session.execute(too_many.execution_options(synchronize_session=False))


def tell_followers() -> int:
    """Tell followers what others did to records they may still see; how many were told."""
    told, urls = 0, {"contact": "/contacts", "company": "/companies", "deal": "/deals"}
    for held, entry in news():
        follower = user_by_id(held.user_id)
        if follower is not None and follower.is_active:
            row = record_for(follower, held.record, held.record_id)
            if row is not None:
                tell(
                    follower.id,
                    kind="follow",
                    title=_("News on %(name)s", name=row.name),
                    body=_said(entry),
                    url=f"{urls[held.record]}/{held.record_id}",
                    dedupe_key=f"follow-{held.id}-{entry.id}",
                )
                told += 1
        held.told_at = entry.created_at
    return told


def _said(entry: Entry) -> str:
    """What happened in a line: what it was, its words, and who did it."""
    texts = [str(WORDS.get(entry.kind, "")), entry.title, note_words(entry.body)[:EXCERPT]]
    what = ": ".join(dict.fromkeys(text for text in texts if text))
    return _("%(what)s, by %(name)s", what=what, name=entry.user.name) if entry.user else what
