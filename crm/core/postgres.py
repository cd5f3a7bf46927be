"""PostgreSQL's side of the session: how a connection is set up and how a reading ends."""

from contextlib import suppress

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

# What pages ask takes milliseconds: starting helpers or compiling takes longer than it saves.
OPTIONS = " ".join(
    f"-c {one}"
    for one in (
        "statement_timeout=15000",
        "timezone=utc",
        "max_parallel_workers_per_gather=0",
        "jit=off",
    )
)
READING = "tend_reading"


@event.listens_for(Session, "after_begin")
def _mark_reading(session: Session, _transaction, on: Connection) -> None:
    if on.dialect.name == "postgresql" and not session.info.get("tend_open"):
        on.info[READING] = on.get_transaction()


@event.listens_for(Engine, "rollback")
def _end_reading(on: Connection) -> None:
    """End the reading of a session by COMMIT instead; it wrote nothing.

    psycopg forgets with each ROLLBACK what it had PostgreSQL prepare, and to plan its statements
    anew takes a page longer than to run them. A connection that broke is left to the rollback.
    """
    if on.dialect.name != "postgresql" or on.invalidated:
        return
    begun = on.info.pop(READING, None)
    if begun is not None and begun is on.get_transaction():
        with suppress(SQLAlchemyError, on.dialect.loaded_dbapi.Error):
            on.connection.commit()
