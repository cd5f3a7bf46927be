"""The same turns on PostgreSQL, where writers really run side by side."""

import itertools

import pytest
from sqlalchemy import select

from crm import create_app
from crm.core import clock
from crm.core import db as core_db
from crm.core.db import db, run
from crm.demo import people
from crm.demo import routing as demo_routing
from crm.leads import actions
from crm.leads.models import Assignment, ClockAlert
from tests.conftest import Clock, settings
from tests.leads.conftest import ADA, BEN
from tests.leads.test_turns import EACH, THREADS, owners, take, together
from tests.servers import Postgres

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server():
    postgres = Postgres()
    yield postgres
    postgres.stop()


@pytest.fixture
def on_postgres(tmp_path, server):
    """The application with the cast and scenario B's rules on PostgreSQL, Tuesday 14:03."""
    moment = Clock(tmp_path / "clock")
    moment.set("2026-11-24T14:03")
    url = server.url("leads").replace("postgresql://", "postgresql+psycopg://", 1)
    app = create_app(settings(tmp_path, moment.path, DATABASE_URL=url))
    with app.app_context():
        db.create_all()
        with core_db.transaction():
            demo_routing.scenario_b(demo_routing.add(people.add()))
        yield app, moment
        db.session.remove()
        db.engine.dispose()
    clock.use_file("")


def test_turns_stay_fair_and_never_go_twice_in_a_row(on_postgres):
    app, _moment = on_postgres
    together(app, take, THREADS * EACH)
    given = owners()
    assert len(given) == THREADS * EACH
    assert {given.count(user) for user in set(given)} == {THREADS * EACH // 2}
    assert all(a != b for a, b in itertools.pairwise(given))


def test_the_same_arrival_is_one_and_a_reminder_comes_once(on_postgres):
    app, moment = on_postgres
    assert len(set(together(app, lambda n: actions.capture(ADA).intake.id, 24))) == 1
    run(lambda: actions.capture(BEN))
    # The clock runs on while the arrivals are taken: two minutes more than the promise.
    moment.set("2026-11-24T16:05")
    together(app, lambda n: actions.sweep(), 8)
    alerts = db.session.scalars(select(ClockAlert.step)).all()
    assert sorted(alerts) == ["due", "due"]
    assert len(db.session.scalars(select(Assignment.id)).all()) == 2
