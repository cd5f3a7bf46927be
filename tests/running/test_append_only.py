"""O6: what the databases themselves refuse to do to the history and to the list of sign-ins."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from crm import create_app
from crm.core import config, schema
from crm.core.db import db
from tests.servers import Postgres

ROWS = (
    "INSERT INTO change_set (id, at, actor, kind, details, request_id, record) "
    "VALUES (7, '2026-11-24 12:00:00', 'user', 'x', '{}', '', '')",
    "INSERT INTO change_set (id, at, actor, kind, details, request_id, record, undo_of_id) "
    "VALUES (8, '2026-11-24 12:00:00', 'user', 'x', '{}', '', '', 7)",
    "INSERT INTO change_value (id, change_set_id, table_name, row_id, op) "
    "VALUES (7, 7, 'contact', 1, 'insert')",
    "INSERT INTO security_event (id, at, kind, address, details) "
    """VALUES (7, '2025-11-23 12:00:00', 'old', '', '{}')""",
    "INSERT INTO security_event (id, at, kind, address, details) "
    """VALUES (8, '2026-11-24 12:00:00', 'signed_in', '', '{"what": "Ada"}')""",
)
REFUSED = (
    "UPDATE security_event SET kind = 'x'",
    "UPDATE security_event SET user_id = NULL, at = '2020-01-01 12:00:00'",
    """UPDATE security_event SET details = '{"what": "Ben"}'""",
    "DELETE FROM security_event",
    "DELETE FROM security_event WHERE id = 8",
    "UPDATE change_set SET actor = 'x'",
    "DELETE FROM change_value",
)
REPLACED = (
    "INSERT OR REPLACE INTO change_set (id, at, actor, kind, details, request_id, record) "
    "SELECT id, at, 'rule', kind, details, request_id, record FROM change_set",
    "REPLACE INTO change_set (at, actor, kind, details, request_id, record, undo_of_id) "
    "SELECT at, 'rule', kind, details, request_id, record, 7 FROM change_set WHERE id = 8",
    "INSERT OR REPLACE INTO change_value (id, change_set_id, table_name, row_id, op) "
    "VALUES (7, 7, 'contact', 2, 'insert')",
    "INSERT OR REPLACE INTO security_event (id, at, kind, address, details) "
    "SELECT id, at, 'x', address, details FROM security_event",
)
EMPTIED = ("TRUNCATE change_value", "TRUNCATE security_event", "TRUNCATE change_set CASCADE")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def dialect(request, tmp_path):
    """A database with a few rows, as the migrations make it; which one."""
    server = Postgres() if request.param == "postgresql" else None
    url = server.url() if server else ""
    app = create_app(config.load({}, DATA_DIR=tmp_path, DATABASE_URL=url, SECRET_KEY="k" * 48))
    with app.app_context():
        schema.bring_up_to_date()
        with db.engine.begin() as connection:
            for statement in ROWS:
                connection.execute(text(statement.replace(":", "\\:")))
        yield request.param
        db.session.remove()
        db.engine.dispose()
    if server:
        server.stop()


def done(statement):
    with db.engine.begin() as connection:
        return connection.exec_driver_sql(statement).rowcount


def test_o6_nothing_of_the_history_is_changed_replaced_or_taken_away(dialect):
    for statement in (*REFUSED, *(REPLACED if dialect == "sqlite" else EMPTIED)):
        with pytest.raises(DatabaseError, match="append-only"):
            done(statement)
    # What erasing a person asks for, and what is older than a year.
    assert done("UPDATE security_event SET details = '{}' WHERE id = 8") == 1
    assert done("DELETE FROM security_event WHERE id = 7") == 1
    assert done("UPDATE change_value SET new = NULL") == 1
