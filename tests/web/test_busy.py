"""Somebody holds SQLite's write lock: an answer that says so, after one wait and not two."""

import itertools
import sqlite3
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from crm.core.db import db, transaction


@pytest.fixture
def said(app):
    """What every new connection of the product said to SQLite, from here on."""
    words = []

    def listen(raw, _record):
        raw.set_trace_callback(words.append)

    engine = db.engine
    event.listen(engine, "connect", listen)
    db.session.remove()
    engine.dispose()
    yield words
    event.remove(engine, "connect", listen)


@contextmanager
def held_lock(app):
    """Another program that writes and does not end."""
    path = app.extensions["tend.config"].data_dir / "tend.sqlite3"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_form_sent_while_the_lock_is_held_is_told_to_come_again(app, browse, said):
    form = browse.signed_in("Eva").get("/contacts/new").form("/contacts", name="Ada Adler")
    said.clear()
    with held_lock(app):
        answer = form.submit()
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "3"
    assert answer.has("Try again in a few seconds")
    assert _waits(said) == 1


def test_a_page_does_not_wait_to_note_that_its_reader_was_here(app, browse, the_clock, said):
    eva = browse.signed_in("Eva")
    eva.get("/contacts")
    the_clock.forward(minutes=5)
    said.clear()
    with held_lock(app):
        assert eva.get("/contacts").status == 200
    assert 0 < said.count("BEGIN IMMEDIATE") < 800  # 0.2 s: 400 looks at the very most
    seen = "SELECT seen_at FROM login_session ORDER BY id DESC"
    assert " 12:00" in db.session.connection().exec_driver_sql(seen).scalar()


def test_a_writer_does_not_wait_again_after_its_time_is_over(app, said):
    with held_lock(app), pytest.raises(OperationalError, match="locked"), transaction(wait=0.3):
        pass
    assert said.count("BEGIN IMMEDIATE") > 3  # it looked again and again
    assert _waits(said) == 1
    assert db.session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar() == 5000


def _waits(said):
    """How often the writer began to look, and that it never left the waiting to SQLite."""
    steps = [text for text in said if text.startswith(("BEGIN IMM", "PRAGMA busy"))]
    runs = [key for key, _ in itertools.groupby(steps)]
    assert runs == ["PRAGMA busy_timeout=0", "BEGIN IMMEDIATE", "PRAGMA busy_timeout=5000"] * (
        len(runs) // 3
    )
    return len(runs) // 3
