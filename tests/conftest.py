"""What every test stands on: a real database file, a settable clock, the cast, a browser."""

import os
import shutil
from datetime import datetime, timedelta

import pytest
from jinja2 import BytecodeCache
from werkzeug.routing import Rule

from crm import create_app
from crm.accounts import actions as account_actions
from crm.core import clock, config, schema
from crm.core import db as core_db
from crm.core.db import db
from crm.demo import people
from tests.page import Browse

SHARED_DATA = "the shared test data is not here"
START = "2026-11-24T13:00:00+01:00"  # Tuesday, the day of the scenarios


class Compiled(BytecodeCache):
    """Keeps what a template compiles to, so that not every test compiles it anew."""

    def __init__(self):
        self.by_key = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.by_key:
            bucket.bytecode_from_string(self.by_key[bucket.key])

    def dump_bytecode(self, bucket):
        self.by_key[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


def _compiled_once(compile_builder):
    """What a URL rule compiles to hangs on its text alone; each test builds an app of 380 rules."""
    kept = {}

    def compiled(rule, append_unknown=True):
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    return compiled


Rule._compile_builder = _compiled_once(Rule._compile_builder)


class Clock:
    """Moves the product's time through CLOCK_FILE, the only way there is."""

    def __init__(self, path):
        self.path = path
        self.set(START)

    def set(self, text: str) -> None:
        """Set an ISO instant; one without offset is Berlin winter time."""
        if "+" not in text and not text.endswith("Z"):
            text += "+01:00"
        spare = self.path.with_suffix(".new")
        spare.write_text(datetime.fromisoformat(text).isoformat())
        os.replace(spare, self.path)

    def forward(self, **delta) -> None:
        """Move on by a timedelta given in words: minutes=5."""
        self.set((clock.now() + timedelta(**delta)).isoformat())


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A database with tables and the cast, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    clock_file = folder / "clock"
    Clock(clock_file)
    app = create_app(settings(folder, clock_file))
    with app.app_context():
        schema.bring_up_to_date()
        with core_db.transaction():
            people.add()
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    clock.use_file("")
    return folder / "tend.sqlite3"


def settings(folder, clock_file, **more):
    return config.load(
        {},
        **{
            "DATA_DIR": folder,
            "SECRET_KEY": "k" * 48,
            "CLOCK_FILE": str(clock_file),
            "BASE_URL": "http://localhost",
            "PUBLIC_LIMITS": False,
            "REDIS_URL": f"unix://{folder}/no-valkey.sock",
            **more,
        },
    )


@pytest.fixture
def the_clock(tmp_path):
    return Clock(tmp_path / "clock")


@pytest.fixture
def app(tmp_path, empty_database, the_clock):
    """The application on its own database file, inside an app context, at Tuesday 13:00."""
    shutil.copy(empty_database, tmp_path / "tend.sqlite3")
    app = create_app(settings(tmp_path, the_clock.path))
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.jinja_env.bytecode_cache = COMPILED
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    clock.use_file("")


@pytest.fixture
def cast(app):
    """The people by first name: cast["Eva"], and cast.sales, cast.partners."""
    from sqlalchemy import select

    from crm.accounts.models import Team, User

    users = {u.first_name: u for u in db.session.scalars(select(User))}
    teams = {t.name: t for t in db.session.scalars(select(Team))}
    return people.People(users, teams["Sales"], teams["Partners"])


@pytest.fixture
def browse(app):
    """The test client: browse.get("/contacts"), browse.signed_in("Eva").post(...)."""
    return Browse(app)


@pytest.fixture
def write(app):
    """Run a function in a transaction: write(lambda: actions.close(deal, by=eva))."""
    return core_db.run


@pytest.fixture
def sign_in(app):
    """The session cookie of a person by first name."""

    def start(user):
        return core_db.run(lambda: account_actions.start_session(user)[1])

    return start


def pytest_configure(config):
    """Two processes take the files as they come: the longest files have the fewest tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where no program may be missing (.ci/run), a skipped test is a failed one.

    Data of others that lies beside the project, never in it, may be missing.
    """
    report = yield
    is_data = SHARED_DATA in str(report.longrepr)
    if (
        report.skipped
        and os.environ.get("TEND_CI")
        and not is_data
        and not hasattr(report, "wasxfail")
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
    return report
