"""What the database knows about its own sizes, so that it takes the right index."""

from sqlalchemy.engine import Engine

from crm.core.sqlite import BUSY_SECONDS

# Below this SQLite's guesses, which are for a large table, serve a growing one better.
FEW_ROWS = 1000
# A key that many rows share must be seen to be one: with fewer rows it looks ten times as rare.
LOOKED_AT = 200_000
TABLES = (
    "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
    " AND name NOT LIKE 'sqlite_%'"
)


def gather(engine: Engine) -> list[str]:
    """Let SQLite count anew what the indexes of its large tables hold; the names of these tables.

    Without it SQLite takes whatever index it knows nothing of. Each table is a transaction of its
    own and reads at most LOOKED_AT rows an index (PRAGMA analysis_limit), so writers wait for a
    large database no longer than for a small one. PostgreSQL does all this by itself.
    """
    if engine.dialect.name != "sqlite":
        return []
    with engine.connect() as connection:
        names = connection.exec_driver_sql(TABLES).scalars().all()
    large = [name for name in names if _is_large(engine, name)]
    writing = engine.execution_options(tend_write=BUSY_SECONDS)
    for name in large:
        with writing.begin() as connection:
            connection.exec_driver_sql(f"PRAGMA analysis_limit={LOOKED_AT}")
            connection.exec_driver_sql(f'ANALYZE "{name}"')
    return large


def _is_large(engine: Engine, name: str) -> bool:
    query = f'SELECT 1 FROM "{name}" LIMIT 1 OFFSET {FEW_ROWS}'  # noqa: S608
    with engine.connect() as connection:
        return connection.exec_driver_sql(query).first() is not None
