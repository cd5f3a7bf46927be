"""SQLite's side of the session: how a connection is set up, and the one lock of all writers."""

import os
import random
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, event, func, select
from sqlalchemy.engine import Engine

from crm.core.writers import Place

BUSY_SECONDS = 5
FOLD_MILLISECONDS = 200
LOOK_SECONDS = (0.0005, 0.003)
# SQLite makes this table with the first one whose numbers rise always.
KEEPS_NUMBERS = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"
GIVEN = "SELECT seq FROM sqlite_sequence WHERE name = ?"


def make_private(path: Path) -> None:
    """Make the database file before SQLite does: nobody else on the machine may read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def turn_to_writing(connection: Connection, seconds: float) -> bool:
    """End the reading that `connection` is in and open a writing transaction on it.

    Whether what was read is still so: nobody else wrote since that reading began.
    """
    raw: Any = connection.connection
    before = _version(raw)
    raw.cursor().execute("COMMIT")
    take_write_lock(connection, seconds)
    return _version(raw) == before


def take_write_lock(connection: Connection, seconds: float = BUSY_SECONDS) -> None:
    """Open a writing transaction within `seconds`, at once if the lock is free.

    A lock taken late fails instead of waiting. SQLite's own waiting sleeps up to
    100 ms between looks and starves the unlucky one, so writers stand in line and only the first
    looks, every few milliseconds where somebody writes who is not in the line. The last word (and
    the error) is SQLite's, which answers at once then: nobody waits twice.
    """
    raw: Any = connection.connection.driver_connection
    place = raw.place if isinstance(raw, InLine) else None
    cursor = raw.cursor()
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        _look_until_free(cursor, place, seconds)
        if not raw.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        if place:
            place.leave()
        raise
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


def driver(connection: Connection) -> sqlite3.Connection | None:
    """SQLite's own connection, for statements that nobody listens to; None elsewhere.

    What SQLAlchemy does around each statement costs more than most of them do.
    """
    if connection.dialect.name != "sqlite" or not connection.in_transaction():
        return None
    if connection.engine.dispatch.before_cursor_execute:
        return None
    return connection.connection.driver_connection  # type: ignore[return-value]


def last_number(connection: Connection, table: Table) -> int:
    """The highest number that a table gave so far; its row may be gone where that is kept."""
    highest = connection.scalar(select(func.max(table.c.id))) or 0
    if not connection.exec_driver_sql(KEEPS_NUMBERS).first():
        return highest
    given = connection.exec_driver_sql(GIVEN, (table.name,)).scalar() or 0
    return max(highest, given)


class InLine(sqlite3.Connection):
    """A connection to a file, with a place in the line of its writers while it writes."""

    def __init__(self, database: str, *args: Any, **values: Any) -> None:
        super().__init__(database, *args, **values)
        self.place = Place(database)

    def commit(self) -> None:
        """End the transaction, then let the next one write."""
        try:
            super().commit()
        finally:
            self.place.leave()

    def rollback(self) -> None:
        """Undo the transaction, then let the next one write."""
        try:
            super().rollback()
        finally:
            self.place.leave()

    def close(self) -> None:
        """End the connection and whatever it was about."""
        super().close()
        self.place.leave()


def _look_until_free(cursor: Any, place: Place | None, seconds: float) -> None:
    """Try to begin until it works, the time is over or something else is wrong."""
    end = time.monotonic() + seconds
    if place:
        place.join()
    while time.monotonic() < end:
        is_first = place is None or place.wait(end)
        try:
            cursor.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                return
        if is_first:
            time.sleep(random.uniform(*LOOK_SECONDS))  # noqa: S311 - others may look as well


def _version(raw: Any) -> int:
    """A number that moves when another connection commits; it stands still within a reading."""
    return int(raw.cursor().execute("PRAGMA data_version").fetchone()[0])


@event.listens_for(Engine, "do_connect")
def _stand_in_line(dialect, _record, words, values) -> None:
    if dialect.name == "sqlite" and words and str(words[0]).startswith("/"):
        values.setdefault("factory", InLine)


@event.listens_for(Engine, "connect")
def _prepare(connection, _record) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "synchronous=FULL",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    seconds = connection.get_execution_options().get("tend_write")
    if seconds is not None:
        take_write_lock(connection, seconds)
    elif connection.engine.dispatch.before_cursor_execute:
        connection.exec_driver_sql("BEGIN")
    else:  # nobody listens
        connection.connection.driver_connection.execute("BEGIN")


def fold_journal(engine: Engine) -> bool:
    """Write SQLite's journal into the file and empty it; False while others hold it open.

    What was overwritten or deleted stands in the journal until then. It waits for others a moment
    only, since whoever writes has to wait meanwhile.
    """
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        cursor.execute(f"PRAGMA busy_timeout={FOLD_MILLISECONDS}")
        (is_held, *_pages) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    finally:
        raw.close()
    return not is_held
