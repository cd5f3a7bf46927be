"""Tables and models agree on both databases; a migration happens whole or not at all."""

import os
import signal
import sqlite3
import subprocess
import sys

import pytest
from alembic import command

from crm import create_app
from crm.core import config, schema
from crm.core.db import db
from crm.history import writing
from tests.servers import ROOT, Postgres, wait_until


@pytest.fixture(scope="module")
def postgres():
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_app(request, tmp_path):
    """An application on a database without tables."""
    url = ""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").url()
    app = create_app(config.load({}, DATA_DIR=tmp_path, DATABASE_URL=url, SECRET_KEY="k" * 48))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_migrations_make_the_tables_that_the_models_name(empty_app):
    assert schema.current() == ""
    assert schema.bring_up_to_date()
    assert schema.current() == schema.head()
    assert schema.tools().differences(empty_app) == []
    assert not schema.bring_up_to_date()
    if db.engine.dialect.name == "sqlite":
        linked = {"attachment", "batch", "export", "import"}  # in mails, addresses, the history
        kept = {name for name, tracked in writing.TABLES.items() if tracked.is_once}
        assert tables_with_numbers_given_once() == kept | linked


def tables_with_numbers_given_once():
    wanted = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
    with db.engine.connect() as connection:
        return set(connection.exec_driver_sql(wanted).scalars())


def test_a_new_sqlite_file_begins_as_the_migrations_would_leave_it(tmp_path, monkeypatch):
    app = create_app(config.load({}, DATA_DIR=tmp_path / "data", SECRET_KEY="k" * 48))
    shipped = schema.WHOLE.read_text()
    version = shipped[3:7]
    monkeypatch.setattr(schema, "WHOLE", tmp_path / "whole.sql")
    schema.tools().write_whole(version)
    made = sorted(parts(schema.WHOLE.read_text()))
    assert made == sorted(parts(shipped)), "write it anew by `tend migrate --whole`"

    schema.tools().write_whole(f"{int(version) - 1:04d}")  # as after a further migration
    with app.app_context():
        assert schema.bring_up_to_date()
        assert schema.current() == schema.head()
        assert schema.tools().differences(app) == []
        db.engine.dispose()


def parts(text):
    """Each statement's lines: Alembic makes a table anew with its constraints in any order."""
    for statement in text.split(schema.END):
        lines = [line.strip().rstrip(",") for line in statement.splitlines()]
        columns = [line for line in lines if not line.startswith(("CONSTRAINT ", "FOREIGN KEY"))]
        yield columns, sorted(set(lines) - set(columns))


def test_what_an_older_version_wrote_is_kept_true(tmp_path):
    """Numbers of the history are not given again; old addresses are found as they read."""
    app = create_app(config.load({}, DATA_DIR=tmp_path, SECRET_KEY="k" * 48))
    with app.app_context():
        command.upgrade(schema.tools().configuration(app), "0002")
        with db.engine.begin() as connection:
            for line in (
                "INSERT INTO tag (id, name, folded, colour, created_at)"
                " VALUES (9, 'vip', 'vip', 0, '2026-01-01')",
                "INSERT INTO company (id, name, sort_name, created_at, updated_at, version)"
                " VALUES (5, 'Jean-Luc & Co', 'jean-luc & co', '2026-01-01', '2026-01-01', 1)",
                "INSERT INTO change_set (id, at, actor, kind, details, request_id, record)"
                " VALUES (1, '2026-01-01', 'user', 'test', '{\"batch\": 31}', '', '')",
                *(
                    "INSERT INTO search_word (kind, record_id, word)"
                    f" VALUES ('contact', 41, '{word}')"
                    for word in ("xn", "kva", "xn--mller-kva.example", "a@xn--mller-kva.example")
                ),
                *(
                    "INSERT INTO change_value (change_set_id, table_name, row_id, op, old)"
                    f" VALUES (1, '{table}', {number}, 'delete', '{{}}')"
                    for table, number in (("contact", 41), ("tag", 12), ("tag", 7), ("gone", 3))
                ),
            ):
                connection.exec_driver_sql(line)
        assert schema.bring_up_to_date()
        with db.engine.connect() as connection:
            wanted = "SELECT name, seq FROM sqlite_sequence WHERE seq ORDER BY name"
            kept = [("batch", 31), ("company", 5), ("contact", 41), ("tag", 12)]
            assert connection.exec_driver_sql(wanted).all() == kept
            one = "SELECT kind, record_id FROM search_word WHERE word = 'jeanluc'"
            assert connection.exec_driver_sql(one).all() == [("company", 5)]
            words = "SELECT word FROM search_word WHERE record_id = 41 AND word LIKE '%muller%'"
            found = connection.exec_driver_sql(words).scalars()
            assert set(found) == {"a@muller.example", "muller", "muller.example"}
        db.engine.dispose()


def test_a_database_of_a_newer_tend_is_refused(empty_app):
    schema.bring_up_to_date()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(schema.NewerSchema, match="9999"):
        schema.bring_up_to_date()


def test_the_database_file_is_for_its_owner_only(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "crm.cli", "migrate", "--data", str(tmp_path / "data")],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert schema.head() in done.stdout
    assert (tmp_path / "data" / "tend.sqlite3").stat().st_mode & 0o077 == 0


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3])
def test_a_killed_migration_leaves_either_version(tmp_path, after):
    data = tmp_path / "data"
    process = subprocess.Popen(
        [sys.executable, "-m", "crm.cli", "migrate", "--data", str(data)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    file = data / "tend.sqlite3"
    wait_until(lambda: file.exists() or process.poll() is not None)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with sqlite3.connect(file) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert not names or {"alembic_version", "contact", "outbox"} <= names


def test_the_numbers_of_migrations_have_no_gaps():
    names = (schema.NAME.fullmatch(file.name) for file in schema.VERSIONS.glob("*.py"))
    numbers = sorted(int(found[1]) for found in names if found)
    assert numbers == list(range(1, len(numbers) + 1))
