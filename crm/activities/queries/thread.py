"""What hangs on entries: replies and files; and the texts they had before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal, null, select, union_all

from crm.accounts.models import User
from crm.activities.models import Entry, EntryText
from crm.activities.queries.reading import readable
from crm.activities.rules import HANGS
from crm.core import reading
from crm.core.db import db
from crm.core.ready import Ready
from crm.files.models import Attachment, StoredFile


class Reply(NamedTuple):
    """An answer under a note."""

    id: int
    at: datetime
    body: str
    by: str
    user_id: int | None
    edited_at: datetime | None


class Hung(NamedTuple):
    """A file on an entry. `size` in bytes."""

    id: int
    name: str
    size: int
    is_picture: bool


@dataclass
class Thread:
    """The replies, oldest first, and the files of one entry."""

    replies: list[Reply] = field(default_factory=list)
    files: list[Hung] = field(default_factory=list)


def threads(user: User, entries: Sequence[Any]) -> dict[int, Thread]:
    """What hangs on these entries, by entry: one statement, none where nothing can."""
    ids = [one.id for one in entries if one.kind in HANGS]
    found: dict[int, Thread] = {}
    if not ids:
        return found
    for on, what, number, at, text, by, user_id, edited_at, size, media in reading.rows(
        _HANGING, {"on": ids, "reader": user.id}
    ):
        thread = found.setdefault(on, Thread())
        if what == "reply":
            thread.replies.append(Reply(number, at, text, by or "Tend", user_id, edited_at))
        else:
            thread.files.append(Hung(number, text, size, bool(media)))
    for thread in found.values():
        thread.replies.sort()
        thread.files.sort()
    return found


# Built once: every timeline asks for it.
_ON: Any = bindparam("on", expanding=True)
_HANGING = Ready(union_all(
    select(
        Entry.parent_id.label("on"), literal("reply").label("what"), Entry.id, Entry.at,
        Entry.body, User.name, Entry.user_id, Entry.edited_at,
        null().label("size"), null().label("media"),
    )
    .outerjoin(User, User.id == Entry.user_id)
    .where(Entry.parent_id.in_(_ON), readable(bindparam("reader"))),
    select(
        Attachment.entry_id, literal("file"), Attachment.id, Attachment.created_at,
        Attachment.name, null(), null(), null(), StoredFile.size, StoredFile.media_type,
    )
    .join(StoredFile, StoredFile.id == Attachment.stored_id)
    .where(Attachment.entry_id.in_(_ON), Attachment.removed_at.is_(None)),
))  # fmt: skip


def texts_before(entry_id: int) -> list[tuple[EntryText, str]]:
    """The texts an entry had before it was edited, the latest first, with who wrote each."""
    rows = db.session.execute(
        select(EntryText, User.name)
        .outerjoin(User, User.id == EntryText.user_id)
        .where(EntryText.entry_id == entry_id)
        .order_by(EntryText.id.desc())
    )
    return [(text, name or "Tend") for text, name in rows]
