"""The session and `with transaction():`, the only place that commits."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from flask.globals import _cv_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    MetaData,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.exc import StaleDataError

from crm.core.instants import Instant
from crm.core.postgres import OPTIONS
from crm.core.racing import lost_a_race, stand_in_line
from crm.core.sqlite import BUSY_SECONDS, last_number, make_private, turn_to_writing

T = TypeVar("T")
R = TypeVar("R", bound="Row")
TRIES = 8
KEPT = 1000
# Compiled statements a process keeps, and half as many more: 60 KB each.
STATEMENTS = 200
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


# SQLite numbers rows by itself only where the column is called INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")
# A table whose numbers are never given twice, as PostgreSQL does anyway: they stand in links.
ONCE = {"sqlite_autoincrement": True}


class Base(DeclarativeBase):
    """Every table: a number as key, times as Instant."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: Instant}
    )


def _place() -> int:
    """What a session belongs to: the request or job, as Flask-SQLAlchemy tells them apart."""
    try:
        return id(_cv_app.get())
    except LookupError:
        raise RuntimeError("a session belongs to a request, a job or an app context") from None


db: SQLAlchemy = SQLAlchemy(
    model_class=Base, session_options={"autoflush": True, "scopefunc": _place}
)


class Row(db.Model):  # type: ignore[name-defined,misc]
    """A table whose rows are numbered."""

    __abstract__ = True
    id: Mapped[int] = mapped_column(Key, primary_key=True)


def init_app(app: Flask) -> None:
    """Bind the database named by the settings."""
    config = app.extensions["tend.config"]
    app.config["SQLALCHEMY_DATABASE_URI"] = config["DATABASE_URL"]
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if config.is_sqlite:
        make_private(Path(str(config["DATABASE_URL"]).removeprefix("sqlite:///")))
        # The queue-like pool of file databases stays; a web process needs few connections.
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
            "connect_args": {"timeout": 5, "check_same_thread": False},
            "query_cache_size": STATEMENTS,
        }
    else:
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
            "pool_size": 5,
            "max_overflow": 5,
            "pool_pre_ping": True,
            "pool_timeout": 5,
            "query_cache_size": STATEMENTS,
            "connect_args": {"options": OPTIONS},
        }
    db.init_app(app)


@event.listens_for(Session, "before_flush")
def _only_inside(session: Session, _context, _instances) -> None:
    changed = [row for row in session.dirty if session.is_modified(row)]
    if not (changed or session.new or session.deleted):
        return
    if not session.info.get("tend_open"):
        raise RuntimeError("a row was changed outside `with transaction():`")
    held = session.info.get("tend_held")
    if held:
        held.difference_update(changed, session.deleted)


@event.listens_for(Session, "loaded_as_persistent")
@event.listens_for(Session, "pending_to_persistent")
@event.listens_for(Session, "detached_to_persistent")
def keep(session: Session, row: object) -> None:
    """Hold what a write transaction reads and adds: a session forgets rows that nobody holds."""
    if session.info.get("tend_open"):
        session.info["tend_kept"].append(row)


def opened() -> Session:
    """The session of this request or job, asked for in the shortest way: hundreds of times each."""
    return db.session.registry()


def in_transaction() -> bool:
    """Whether a write transaction is open in this session."""
    return bool(opened().info.get("tend_open"))


def connection() -> Connection:
    """The connection of the session's transaction; a write transaction asks for it once."""
    session = opened()
    held = session.info.get("tend_connection")
    if held is None or session.in_nested_transaction():  # a savepoint is set when it is asked for
        return session.connection()
    return held  # type: ignore[no-any-return]


def hold(*rows: object) -> None:
    """Keep rows as read although a transaction ends, unless it changed them.

    For those a request knows its reader by, so that they are not asked for after each commit.
    """
    db.session().info.setdefault("tend_held", set()).update(rows)


@contextmanager
def transaction(wait: float = BUSY_SECONDS) -> Iterator[Session]:
    """Open the one write transaction: commits at the end, rolls back on any error, then rings.

    Ends the reading that went before. What was read is read afresh, where somebody else may have
    written since: SQLite can tell, PostgreSQL cannot. Does not nest. `wait` is for
    how many seconds another writer may keep SQLite before this one gives up.
    """
    session = db.session()
    if session.info.get("tend_open"):
        raise RuntimeError("transaction() does not nest")
    session.info["tend_open"] = True
    session.info["tend_after"] = []
    session.info["tend_kept"] = deque(maxlen=KEPT)
    try:
        session.info["tend_connection"] = _begin_writing(session, wait)
        yield session
        session.commit()
        _give_back(session)
    except BaseException:
        session.rollback()
        session.info["tend_after"] = []
        raise
    finally:
        session.info["tend_open"], session.info["tend_connection"] = False, None
        session.info["tend_kept"].clear()
    for call in session.info.pop("tend_after", []):
        call()


def is_as_read() -> bool:
    """Whether nobody wrote between the reading before this transaction and its beginning.

    True only where the database can tell: then what was read need not be asked for again.
    """
    return bool(db.session().info.get("tend_same"))


def guarded(*, has_looked: bool) -> AbstractContextManager[Any]:
    """A savepoint around a write that a unique key may refuse (IntegrityError).

    None for who looked in this transaction on SQLite, where nobody else writes meanwhile.
    """
    if has_looked and db.engine.dialect.name == "sqlite":
        return nullcontext()
    return db.session.begin_nested()


def _begin_writing(session: Session, wait: float) -> Connection:
    session.info["tend_same"] = False
    is_clean = not (session.new or session.dirty or session.deleted)
    if is_clean and session.in_transaction() and session.get_bind().dialect.name == "sqlite":
        on = session.connection()
        session.info["tend_same"] = turn_to_writing(on, wait)
        if not session.info["tend_same"]:
            session.expire_all()
        return on
    if is_clean:
        _take_out(session)
    session.rollback()
    _give_back(session)
    return session.connection(execution_options={"tend_write": wait})


@event.listens_for(Session, "after_commit")
def _take_out(session: Session) -> None:
    """Take the held rows out of the session, which is about to forget what it read."""
    if session.in_nested_transaction():
        return  # a savepoint: nothing is forgotten
    held = [row for row in session.info.get("tend_held", ()) if row in session]
    for row in held:
        session.identity_map.safe_discard(instance_state(row))
    session.info["tend_out"] = held
    kept = session.info.get("tend_kept")
    if kept is not None:
        kept.clear()  # rows that nobody else holds need not be told to forget themselves


def _give_back(session: Session) -> None:
    for row in session.info.pop("tend_out", ()):
        session.identity_map.add(instance_state(row))


def insert_all_once(model: type[Row], rows: Sequence[dict[str, Any]], *unique: str) -> None:
    """Insert rows but for those whose `unique` columns are there; one statement for all."""
    if rows:
        insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert
        statement = insert(model.__table__).on_conflict_do_nothing(index_elements=unique or None)
        db.session.connection().execute(statement, list(rows))


def numbered(rows: Sequence[R]) -> None:
    """Give new rows of one table their numbers, so that they are inserted by one statement.

    A row whose number the database gives is inserted alone where it must be told which. Runs
    inside a transaction.
    """
    if not rows:
        return
    table = rows[0].__table__
    if db.engine.dialect.name == "postgresql":
        name = func.pg_get_serial_sequence(table.name, "id")
        drawn = select(func.nextval(name)).select_from(func.generate_series(1, len(rows)))
        numbers = list(db.session.connection().scalars(drawn))
    else:  # nobody else inserts while this transaction holds the write lock
        last = last_number(db.session.connection(), table)
        numbers = list(range(last + 1, last + 1 + len(rows)))
    for row, number in zip(rows, numbers, strict=True):
        row.id = number


def after_commit(call: Callable[[], None]) -> None:
    """Run `call` when the open transaction has committed, or at once if none is open."""
    session = db.session()
    if session.info.get("tend_open"):
        session.info["tend_after"].append(call)
    else:
        call()


def run(work: Callable[[], T]) -> T:
    """Run `work` in a transaction, again when PostgreSQL lets it lose a race (40001, 40P01)."""
    for left in range(TRIES - 1, -1, -1):
        try:
            with transaction():
                if left < TRIES - 1:
                    stand_in_line(db.session())
                return work()
        except (DBAPIError, StaleDataError) as error:
            if left == 0 or not lost_a_race(error):
                raise
    raise AssertionError("unreachable")
