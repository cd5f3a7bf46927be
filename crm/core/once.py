"""A form that arrives twice is taken once: the key of its render, kept with what it did."""

import hashlib
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from crm.core import clock
from crm.core.db import Row, connection, db
from crm.core.prepared import Prepared

KEPT = timedelta(days=2)


class Taken(Row):
    """A form that was taken; `url` is where its sender was led."""

    __tablename__ = "taken_form"
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    url: Mapped[str] = mapped_column(default="")


class Repeated(Exception):
    """This form was taken before; `key` finds what came of it."""

    def __init__(self, key: str) -> None:
        super().__init__("taken before")
        self.key = key


def key_of(sender: str, render: str, pairs: list[tuple[str, str]]) -> str:
    """The key of one sending: who, which render of the form, and what was typed.

    The content belongs to it, so that a form which stays on the page takes the next entry.
    """
    text = "\0".join([sender, render, *(f"{name}\1{value}" for name, value in sorted(pairs))])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def take(key: str, url: str = "") -> None:
    """Take the form in the open transaction; raises Repeated if somebody was first."""
    row = {"key": key, "at": clock.now(), "url": url}
    on = connection()
    if _insert(on.dialect.name).run(on, row) != 1:
        raise Repeated(key)


@cache
def _insert(dialect: str) -> Prepared:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(Taken.__table__)
    once = insert.on_conflict_do_nothing(index_elements=["key"]).inline()
    return Prepared(once, ["key", "at", "url"])


def remember(key: str, url: str) -> None:
    """Keep where the sender was led. Runs inside a transaction."""
    db.session.execute(update(Taken).where(Taken.key == key).values(url=url))


def is_taken(key: str) -> bool:
    """Whether the form was taken before."""
    return db.session.scalar(select(Taken.id).where(Taken.key == key)) is not None


def url_of(key: str) -> str:
    """Where the first sending led, empty as long as it has not said so."""
    return db.session.scalar(select(Taken.url).where(Taken.key == key)) or ""


def forget() -> None:
    """Drop keys older than two days. Runs inside a transaction."""
    db.session.execute(delete(Taken).where(Taken.at < clock.now() - KEPT))
