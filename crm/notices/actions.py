"""Telling people something in the product, and that they have read it."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import Insert, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.notices.models import Notice


def tell(user_id: int, *, kind: str, title: str, body: str = "", url: str, dedupe_key: str) -> None:
    """Put one line into a person's bell; a second one with the same `dedupe_key` is dropped.

    `url` is a path of our own that opens what the line is about.
    """
    statement = _insert().values(
        user_id=user_id,
        kind=kind,
        title=title,
        body=body,
        url=url,
        dedupe_key=dedupe_key,
        created_at=clock.now(),
    )
    db.session.execute(statement)


def _insert() -> Insert:
    if db.session.connection().dialect.name == "postgresql":
        return postgresql.insert(Notice).on_conflict_do_nothing(index_elements=["dedupe_key"])
    return sqlite.insert(Notice).on_conflict_do_nothing(index_elements=["dedupe_key"])


def mark_read(notice: Notice, by: User) -> None:
    """Note that the person has seen this line; reading it again changes nothing."""
    if notice.user_id != by.id:
        raise Refused(_("This notice is somebody else’s."))
    if notice.read_at is None:
        notice.read_at = clock.now()


def mark_all_read(by: User, up_to: int) -> int:
    """Mark what the person was shown, up to the notice numbered `up_to`; how many that were."""
    done = db.session.execute(
        update(Notice)
        .where(Notice.user_id == by.id, Notice.read_at.is_(None), Notice.id <= up_to)
        .values(read_at=clock.now())
    )
    return done.rowcount  # type: ignore[attr-defined,no-any-return]


def mark_these_read(by: User, ids: Collection[int]) -> None:
    """Mark some of the person's own notices read; those of others stay as they are."""
    mine = Notice.user_id == by.id, Notice.id.in_(ids), Notice.read_at.is_(None)
    db.session.execute(update(Notice).where(*mine).values(read_at=clock.now()))


def forget(paths: Collection[str], *, title: str) -> None:
    """Take the words out of every line that opens one of these pages; `title` stands instead.

    Somebody was told something then: that stays, what it was does not.
    """
    for path in paths:
        opens = or_(
            Notice.url == path,
            Notice.url.startswith(f"{path}?", autoescape=True),
            Notice.url.startswith(f"{path}#", autoescape=True),
        )
        db.session.execute(update(Notice).where(opens).values(title=title, body=""))
