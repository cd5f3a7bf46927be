"""Undo of any random sequence of acts restores every value (property)."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
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
from tests.history.walk import ACTS, differences, sets_since, state
from tests.servers import Postgres

WALKS = int(os.environ.get("TEND_WALKS", "40"))
NUMBER = st.integers(0, 30)
WALK = st.lists(st.tuples(st.integers(0, len(ACTS)), NUMBER, NUMBER), min_size=1, max_size=14)


@pytest.fixture(scope="module")
def server():
    postgres = Postgres()
    yield postgres
    postgres.stop()


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def house(request, tmp_path_factory):
    """The application with the cast and a pipeline; what walks leave lies in the trash."""
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
        yield app
        db.session.remove()
        db.engine.dispose()
    clock.use_file("")


@settings(
    max_examples=WALKS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(WALK)
def test_undo_of_any_sequence_restores_every_value(house, walk):
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

    if kind == len(ACTS):  # undo in between, which is itself undone later
        latest = db.session.scalar(select(func.max(ChangeSet.id))) or 0
        return _undo(latest - n % 3) if latest > 3 else None
    try:
        with writing.acting("user", "walk"):
            run(work)
    except (Refused, ValueError):
        db.session.rollback()
    return None


def _undo(number: int) -> None:
    def work():
        who = db.session.scalars(select(User).where(User.role == "owner")).one()
        actions.undo(db.session.get_one(ChangeSet, number), who)

    try:
        with writing.acting("user", "undo"):
            run(work)
    except Refused:
        db.session.rollback()
