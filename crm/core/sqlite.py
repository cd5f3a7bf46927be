"""SQLite's side of the session: how a connection is set up, and the one lock of all writers."""

import os
import random
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, event, func, select
from sqlalchemy.engine import Engine

BUSY_SECONDS = 5
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
    100 ms between looks and starves the unlucky one, so we look every few milliseconds ourselves
    and leave the last word (and the error) to SQLite, which answers at once then: nobody waits
    twice.
    """
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        _look_until_free(cursor, seconds)
        if not connection.connection.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


def last_number(connection: Connection, table: Table) -> int:
    """The highest number that a table gave so far; its row may be gone where that is kept."""
    highest = connection.scalar(select(func.max(table.c.id))) or 0
    if not connection.exec_driver_sql(KEEPS_NUMBERS).first():
        return highest
    given = connection.exec_driver_sql(GIVEN, (table.name,)).scalar() or 0
    return max(highest, given)


def _look_until_free(cursor: Any, seconds: float) -> None:
    """Try to begin until it works, the time is over or something else is wrong."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            cursor.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                return
            time.sleep(random.uniform(*LOOK_SECONDS))  # noqa: S311 - spreads the waiting ones


def _version(raw: Any) -> int:
    """A number that moves when another connection commits; it stands still within a reading."""
    return int(raw.cursor().execute("PRAGMA data_version").fetchone()[0])


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
    else:
        connection.exec_driver_sql("BEGIN")
