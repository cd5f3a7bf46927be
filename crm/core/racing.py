"""Lost races and a busy database: what its errors mean, and the line of those who lost."""

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

LOST_RACES = {"40001", "40P01"}
LOSERS = 7_313_412  # any number of our own, for PostgreSQL's lock


def stand_in_line(session: Session) -> None:
    """Let those who lost a race come back one after the other, before they read anything.

    On PostgreSQL, whose locks are given in the order in which they were asked for; SQLite's
    writers stand in line from the start (core/writers.py).
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOSERS)))


def lost_a_race(error: Exception) -> bool:
    """Whether somebody else was first, so that doing it afresh may succeed."""
    if isinstance(error, StaleDataError):
        return True  # the row's version moved between our reading and our writing
    return getattr(getattr(error, "orig", None), "sqlstate", None) in LOST_RACES


def is_busy(error: DBAPIError) -> bool:
    """Whether the database was too busy to take the write (answer 503, try again)."""
    text = str(error.orig).lower()
    return "database is locked" in text or getattr(error.orig, "sqlstate", "") in {
        "57014",
        "55P03",
        *LOST_RACES,
    }
