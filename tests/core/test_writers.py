"""The line before SQLite's write lock: first come, first served, whoever is killed meanwhile."""

import os
import signal
import sqlite3
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError

from crm.accounts.models import Team
from crm.core import clock
from crm.core.db import db, transaction
from crm.core.sqlite import InLine, take_write_lock
from crm.core.writers import PATIENCE_SECONDS, Place

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no line without Linux's locks")
LONG = 20


class Queuer:
    """A process in the line of `path`; says its letter into `said` when it is first."""

    def __init__(self, path, letter, said, leaves=True):
        came, comes = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            try:
                place = Place(path)
                place.join()
                os.write(comes, b"!")
                if place.wait(time.monotonic() + LONG):
                    os.write(said, letter)
                if leaves:
                    place.leave()
                else:
                    time.sleep(LONG)
            finally:
                os._exit(0)
        assert os.read(came, 1) == b"!"
        os.close(came)
        os.close(comes)

    def end(self, how=None):
        if how:
            os.kill(self.pid, how)
        if how != signal.SIGSTOP:
            os.waitpid(self.pid, 0)


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "some.sqlite3")


@pytest.fixture
def said():
    """A pipe: what came out, in its order."""
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


def patient(place):
    """Wait as a writer does, who is let go early now and then to try his luck."""
    end = time.monotonic() + LONG
    while not place.wait(end):
        assert time.monotonic() < end
    return True


def test_processes_write_in_the_order_in_which_they_came(path, said, monkeypatch):
    monkeypatch.setattr("crm.core.writers.PATIENCE_SECONDS", LONG)
    first = Place(path)
    first.join()
    assert first.wait(0)
    line = [Queuer(path, letter, said[1]) for letter in (b"a", b"b", b"c", b"d", b"e")]
    first.leave()
    for queuer in line:
        queuer.end()
    assert os.read(said[0], 9) == b"abcde"


def test_a_killed_writer_and_a_killed_waiter_keep_nobody_back(path, said):
    writer = Queuer(path, b"a", said[1], leaves=False)
    waiter = Queuer(path, b"b", said[1], leaves=False)
    place = Place(path)
    place.join()
    assert not place.wait(0)
    waiter.end(signal.SIGKILL)
    assert not place.wait(0)
    began = time.monotonic()
    threading.Timer(0.05, writer.end, [signal.SIGKILL]).start()
    assert patient(place)
    assert time.monotonic() - began < 5
    assert os.read(said[0], 9) == b"a"


def test_threads_of_one_process_stand_in_the_same_line(path):
    first, order = Place(path), []
    first.join()

    def write(n, place):
        assert patient(place)
        order.append(n)
        place.leave()

    threads = []
    for n in range(4):
        place = Place(path)
        place.join()
        threads.append(threading.Thread(target=write, args=(n, place)))
    for thread in threads:
        thread.start()
    first.leave()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3]


@pytest.fixture
def other(app):
    """A place of somebody else in the line of the product's database."""
    return Place(str(app.extensions["tend.config"].data_dir / "tend.sqlite3"))


@contextmanager
def a_first(place):
    place.join()
    assert place.wait(0)
    yield
    place.leave()


def test_a_place_is_left_with_the_transaction_however_it_ends(app, other):
    with transaction():
        other.join()
        assert not other.wait(0)
        other.leave()
    with a_first(other):
        pass
    with pytest.raises(ValueError, match="so"), transaction():
        raise ValueError("so")
    with a_first(other):
        pass
    with db.engine.connect() as connection:
        take_write_lock(connection, 1)
        with pytest.raises(OperationalError, match="locked"), transaction(wait=0.1):
            pass
        connection.rollback()
    with a_first(other):
        pass


def test_the_first_that_stands_still_is_passed(app, other):
    """A stopped process may hold up others for a moment, not until they give up."""
    with a_first(other):
        began = time.monotonic()
        with transaction():
            db.session.add(Team(name="North", created_at=clock.now()))
        assert PATIENCE_SECONDS < time.monotonic() - began < 4


def test_what_is_written_stays_written_where_the_line_breaks(app):
    for name in ("North", "South"):
        with transaction():
            db.session.add(Team(name=name, created_at=clock.now()))
            db.session.flush()
            place = db.session.connection().connection.driver_connection.place
            os.close(place._file)  # as a program may that closes whatever is open
    assert db.session.scalars(select(Team.name).order_by(Team.id)).all()[-2:] == ["North", "South"]


def test_a_database_in_memory_has_no_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with create_engine("sqlite://").connect() as connection:
        take_write_lock(connection, 1)
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        assert not isinstance(raw, InLine)
        connection.rollback()
    assert list(tmp_path.iterdir()) == []
