"""Undo of any random sequence of acts restores every value (property)."""

import os
import sqlite3

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm import create_app
from crm.accounts.models import User
from crm.core import clock
from crm.core import db as core_db
from crm.core.db import db, run
from crm.core.refusal import Refused
from crm.deals import actions as deals
from crm.demo import people
from crm.history import actions, writing
from crm.history.models import ChangeSet
from tests.conftest import Clock
from tests.conftest import settings as app_settings
from tests.history.walk import ACTS, begin, differences, sets_since, state
from tests.servers import Postgres

WALKS = int(os.environ.get("TEND_WALKS", "30"))
UNDO = len(ACTS)
NUMBER = st.integers(0, 30)
WALK = st.lists(st.tuples(st.integers(0, UNDO), NUMBER, NUMBER), min_size=1, max_size=14)


@pytest.fixture(scope="module")
def server():
    postgres = Postgres()
    yield postgres
    postgres.stop()


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def house(request, tmp_path_factory):
    """Makes all as it was before the walks: the cast and a few records.

    On PostgreSQL nothing is made anew: there walks find what those before left in the trash.
    """
    folder = tmp_path_factory.mktemp("walk")
    moment = Clock(folder / "clock")
    more = {}
    if request.param == "postgresql":
        url = request.getfixturevalue("server").url("walk")
        more["DATABASE_URL"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    app = create_app(app_settings(folder, moment.path, **more))
    app.extensions["tend.by_hand"] = lambda path, args: None  # what people do, not what follows
    with app.app_context():
        db.create_all()
        with core_db.transaction():
            people.add()
            deals.create_default_pipeline()
            begin()
        db.session.remove()
        first = sqlite3.connect(":memory:")
        if request.param == "sqlite":
            _copy(first, is_back=False)
        yield lambda: request.param == "sqlite" and _copy(first, is_back=True)
        db.session.remove()
        db.engine.dispose()
    clock.use_file("")


OLGA = 1  # whose acts they are


def _copy(first: sqlite3.Connection, is_back: bool) -> None:
    db.session.remove()
    connection = db.engine.raw_connection()
    there: sqlite3.Connection = connection.driver_connection  # type: ignore[assignment]
    first.backup(there) if is_back else there.backup(first)
    connection.close()


# A tag that somebody wears outlives the undo of what made it; done again and undone it goes.
@example([(1, 0, 6), (7, 1, 1), (UNDO, 1, 0)])
# A tagging takes the number of one that went before the tag it names is there.
@example([(7, 0, 2), (1, 0, 6)])
# A tagging that comes back finds its number taken.
@example([(7, 0, 1), (1, 0, 7), (7, 0, 2), (UNDO, 1, 0)])
# A domain is left out of one undo, since another company has it, and is free before the next.
@example([(16, 0, 0), (14, 0, 14), (UNDO, 1, 0)])
# Mails are stopped of somebody who has no address at that time, by hand or by a merge.
@example([(1, 1, 4), (44, 0, 1)])
@example([(44, 0, 0), (22, 0, 0), (9, 1, 0), (10, 17, 0), (1, 15, 24), (0, 0, 0), (0, 0, 0),
          (43, 0, 13)])  # fmt: skip
@settings(
    max_examples=WALKS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(WALK)
def test_undo_of_any_sequence_restores_every_value(house, walk):
    house()
    first = db.session.scalar(select(func.max(ChangeSet.id))) or 0
    before = state()
    for kind, n, m in walk:
        _do(kind, n, m)
    for number in sets_since(first):
        _undo(number)
    assert differences(before, state()) == []


def _do(kind: int, n: int, m: int) -> None:
    def work():
        who = db.session.scalars(select(User).where(User.role == "owner")).one()
        ACTS[kind](who, n, m)

    if kind == UNDO:  # undo in between, which is itself undone later
        latest = db.session.scalar(select(func.max(ChangeSet.id))) or 0
        return _undo(latest - n % 3) if latest - n % 3 > 1 else None
    try:
        with writing.acting("user", "walk", user_id=OLGA):
            run(work)
    except (Refused, ValueError):
        db.session.rollback()
    return None


def _undo(number: int) -> None:
    def work():
        who = db.session.scalars(select(User).where(User.role == "owner")).one()
        actions.undo(db.session.get_one(ChangeSet, number), who)

    try:
        with writing.acting("user", "undo", user_id=OLGA):
            run(work)
    except Refused:
        db.session.rollback()
