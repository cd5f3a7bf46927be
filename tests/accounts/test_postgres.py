"""What is written differently for PostgreSQL works there too."""

import threading

import pytest
from sqlalchemy import BigInteger, bindparam, literal_column, select
from sqlalchemy.exc import DBAPIError

from crm import create_app
from crm.accounts import actions, queries
from crm.accounts.models import Team, User
from crm.contacts.models import Contact
from crm.core import reading
from crm.core.db import db, run
from crm.core.ready import Ready
from crm.core.refusal import Refused
from crm.demo import people
from crm.notices import actions as notices
from crm.notices import queries as bell
from tests.conftest import settings
from tests.servers import Postgres

pytestmark = pytest.mark.postgres


@pytest.fixture
def on_postgres(tmp_path):
    """The application with the cast on a PostgreSQL database."""
    (tmp_path / "clock").write_text("2026-11-24T13:00:00+01:00")
    server = Postgres()
    url = server.url().replace("postgresql://", "postgresql+psycopg://")
    app = create_app(settings(tmp_path, tmp_path / "clock", DATABASE_URL=url))
    with app.app_context():
        db.create_all()
        run(people.add)
        yield app
        db.session.remove()
        db.engine.dispose()
    server.stop()


def all_of(app, work, count):
    """Do `work` in `count` threads at once; the outcomes."""
    found, gate = [], threading.Barrier(count)

    def one():
        with app.app_context():
            gate.wait()
            try:
                found.append(run(work) or True)
            except Refused as refusal:
                found.append(refusal.message)

    threads = [threading.Thread(target=one) for _n in range(count)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return found


def test_links_notices_visibility_and_the_last_owner(on_postgres):
    eva, olga = (queries.user_by_email(f"{n}@haselbach.example") for n in ("eva", "olga"))
    eva_id, olga_id = eva.id, olga.id
    text = run(lambda: actions.issue("login", user=eva)[1])
    spent = all_of(on_postgres, lambda: actions.spend("login", text).id, 8)
    assert len([one for one in spent if isinstance(one, int)]) == 1

    def tell():
        notices.tell(eva_id, kind="x", title="Once", url="/", dedupe_key="once")

    run(tell)
    run(tell)
    assert bell.unread_count(eva) == 1
    assert list(db.session.scalars(db.select(Contact).where(queries.visible(eva, Contact)))) == []
    assert queries.calendar_of_team(db.session.get(Team, 1)).weekly[0] == [(540, 1020)]

    adam = queries.user_by_email("adam@haselbach.example")
    adam_id = adam.id
    run(lambda: actions.change_role(adam, "owner", olga))
    pairs = [(adam_id, olga_id), (olga_id, adam_id)]
    db.session.remove()

    def go():
        user_id, by_id = pairs.pop()
        user, by = queries.user_by_id(user_id), queries.user_by_id(by_id)
        actions.deactivate(user, by)

    all_of(on_postgres, go, 2)
    assert len(queries.owner_ids()) == 1, "two owners cannot switch each other off at once"


def test_a_statement_made_ready_gives_rows_and_errors_as_sqlalchemy_does(on_postgres):
    share = 100 / bindparam("of", type_=BigInteger())
    one = Ready(
        select(User.id, User.name, User.created_at, share.label("share"))
        .add_columns(literal_column("'50%'").label("%"))
        .where(User.name.like("Eva%"), User.id.in_(bindparam("ids", expanding=True)))
    )
    eva = queries.user_by_email("eva@haselbach.example").id
    values = {"ids": [eva, eva + 1, eva + 2], "of": 4}
    at_once = db.session.connection().execute(one.statement, values).all()
    first, alone = reading.rows(one, values), reading.rows(one, values)
    assert first == alone == [tuple(row) for row in at_once]
    assert [(row.name, row.share, row[4]) for row in alone] == [("Eva Lindqvist", 25, "50%")]
    with pytest.raises(DBAPIError) as told:
        reading.rows(one, values | {"of": 0})
    assert told.value.orig.sqlstate == "22012"  # a division by nothing
    db.session.rollback()
    assert reading.rows(one, values) == alone
