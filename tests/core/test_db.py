"""One transaction for every change."""

import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm.exc import StaleDataError

from crm.accounts.models import Team
from crm.contacts.models import Tag
from crm.core import clock
from crm.core.db import after_commit, db, in_transaction, numbered, run, transaction


def test_a_change_outside_a_transaction_is_refused(app):
    db.session.add(Team(name="North", created_at=clock.now()))
    with pytest.raises(RuntimeError, match="outside"):
        db.session.flush()
    db.session.rollback()


def test_a_transaction_does_not_nest(app):
    with transaction(), pytest.raises(RuntimeError, match="nest"), transaction():
        pass


def test_an_error_undoes_everything_and_rings_no_bell(app):
    rung = []
    with pytest.raises(ZeroDivisionError), transaction():
        db.session.add(Team(name="North", created_at=clock.now()))
        after_commit(lambda: rung.append("bell"))
        db.session.flush()
        raise ZeroDivisionError
    assert not in_transaction()
    assert rung == []
    assert db.session.scalars(select(Team.name).order_by(Team.id)).all() == ["Sales", "Partners"]


def test_bells_ring_after_the_commit(app):
    seen = []
    with transaction():
        db.session.add(Team(name="North", created_at=clock.now()))
        after_commit(lambda: seen.append(in_transaction()))
        assert seen == []
    assert seen == [False]


def test_a_transaction_reads_afresh(app, cast):
    eva = cast["Eva"]
    assert eva.name == "Eva Lindqvist"
    with db.engine.connect() as other:
        other.execute(text("UPDATE user SET name = 'Eva Berg' WHERE id = :id"), {"id": eva.id})
        other.commit()
    with transaction():
        assert eva.name == "Eva Berg"


def test_two_writers_wait_for_each_other(app):
    """4 threads x 25 read-then-write increments: a lock taken late would fail or lose some."""
    with transaction():
        db.session.add(Team(name="0", created_at=clock.now()))
    team_id = db.session.scalar(select(Team.id).where(Team.name == "0"))

    def count():
        with app.app_context():
            for _ in range(25):
                run(lambda: _raise(team_id))
            db.session.remove()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.get_one(Team, team_id).name == "100"


def _raise(team_id):
    team = db.session.get_one(Team, team_id)
    team.name = str(int(team.name) + 1)


def test_sqlite_is_set_to_lose_nothing(app):
    pragmas = {
        name: db.session.execute(text(f"PRAGMA {name}")).scalar()
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


def test_an_instant_without_offset_is_refused(app):
    from datetime import datetime

    with pytest.raises(Exception, match="offset"), transaction():
        db.session.add(Team(name="North", created_at=datetime(2026, 1, 1)))
        db.session.flush()


def test_a_lost_race_is_run_again_until_it_is_won(app):
    turns = []

    def work():
        turns.append(len(turns))
        if len(turns) < 6:
            raise StaleDataError("somebody else was first")
        return "won"

    assert run(work) == "won"
    assert turns == [0, 1, 2, 3, 4, 5]


def test_a_number_is_given_once_although_its_row_is_gone(app):
    with transaction():
        tag = Tag(name="vip", folded="vip", created_at=clock.now())
        db.session.add(tag)
        db.session.flush()
        given = tag.id
        db.session.delete(tag)
        db.session.flush()
        two = [Tag(), Tag()]
        numbered(two)
        assert [one.id for one in two] == [given + 1, given + 2]
