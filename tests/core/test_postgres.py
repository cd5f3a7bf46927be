"""How PostgreSQL is read: what was prepared stays, what was not committed does not."""

from pathlib import Path

import pytest
from sqlalchemy import text

from crm.core import config, schema
from crm.core.db import db, transaction
from tests.servers import Postgres

pytestmark = pytest.mark.postgres

PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%AS asked%'"
WORDS = "SELECT string_agg(word, ' ' ORDER BY word) AS asked FROM said"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """An application on a database with one table, without pages."""
    server = Postgres()
    url = server.url("reading").replace("postgresql://", "postgresql+psycopg://", 1)
    folder = Path(tmp_path_factory.mktemp("house"))
    app = schema.bare(config.load({"DATABASE_URL": url}, DATA_DIR=folder, SECRET_KEY="-" * 48))
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text("CREATE TABLE said (word text)"))
        yield app
        db.session.remove()
        db.engine.dispose()
    server.stop()


def read() -> str | None:
    """What a page does: it reads and ends."""
    found = db.session.scalar(text(WORDS))
    db.session.remove()
    return found


def test_what_pages_ask_again_and_again_stays_prepared(house):
    for _ in range(8):  # psycopg prepares what was asked five times
        read()
    assert db.session.scalar(text(PREPARED)) == 1
    db.session.remove()
    read()
    assert db.session.scalar(text(PREPARED)) == 1
    db.session.remove()


def test_a_failed_write_after_a_reading_is_undone(house):
    read()
    with pytest.raises(ZeroDivisionError), transaction() as session:
        session.execute(text("INSERT INTO said VALUES ('lost')"))
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), db.engine.begin() as connection:
        connection.execute(text("INSERT INTO said VALUES ('gone')"))
        raise ZeroDivisionError
    with transaction() as session:
        session.execute(text("INSERT INTO said VALUES ('kept')"))
    assert read() == "kept"


def test_a_reading_that_failed_ends_and_the_next_one_works(house):
    with pytest.raises(Exception, match="division by zero"):
        db.session.scalar(text("SELECT 1 / 0"))
    db.session.remove()
    assert db.session.scalar(text("SELECT 1")) == 1
    db.session.remove()


def test_a_connection_that_broke_is_taken_up_anew(house):
    number = db.session.scalar(text("SELECT pg_backend_pid()"))
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:n)"), {"n": number})
        other.rollback()
    with pytest.raises(Exception, match=r"terminat|closed|lost"):
        db.session.scalar(text("SELECT 1"))
    db.session.remove()
    assert db.session.scalar(text("SELECT 1")) == 1
    db.session.remove()
