"""Runs the migrations of Tend in one transaction, on SQLite and PostgreSQL."""

from alembic import context

from crm.core.db import Instant, db
from crm.core.sqlite import BUSY_SECONDS

LOCK = 7_313_411  # any number of our own; holds back a second migration on PostgreSQL


def include_object(_object, name, kind, _reflected, _compare_to) -> bool:
    """Full-text indexes and SQLite's tables for them are in no model."""
    return not (kind in {"table", "index"} and "_fts" in (name or ""))


def render_item(kind, value, _context):
    """Migrations name plain types: they must run when our classes have changed."""
    if kind == "type" and isinstance(value, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    is_sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.connect() as connection:
        if is_sqlite:
            # Outside the transaction, or a table made anew would empty what cascades from it.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        try:
            _migrate(connection.execution_options(tend_write=BUSY_SECONDS), is_sqlite)
        finally:
            connection.rollback()
            if is_sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


def _migrate(connection, is_sqlite: bool) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        include_object=include_object,
        render_item=render_item,
        compare_server_default=False,
        # SQLite keeps changes of tables in transactions too, since our engine says BEGIN itself.
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        if not is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        context.run_migrations()
        if is_sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"rows would point nowhere: {broken[:5]}")


run()
