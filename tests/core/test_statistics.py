"""SQLite knows what its indexes hold, where there is something to hold."""

import pytest
from sqlalchemy import create_engine

from crm.core import statistics

MAKE = (
    "CREATE TABLE person (id INTEGER PRIMARY KEY, town TEXT, gone_at TEXT)",
    "CREATE TABLE pet (id INTEGER PRIMARY KEY, name TEXT)",
    "CREATE INDEX ix_person_town ON person (town) WHERE gone_at IS NULL",
    "CREATE INDEX ix_pet ON pet (name)",
    "INSERT INTO pet (name) VALUES ('Rex')",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
    " INSERT INTO person (town) SELECT 'Town ' || (i % 20) FROM n",
)


@pytest.fixture
def engine(tmp_path):
    found = create_engine(f"sqlite:///{tmp_path}/some.sqlite3")
    with found.begin() as connection:
        for statement in MAKE:
            connection.exec_driver_sql(statement)
    yield found
    found.dispose()


def known(engine) -> dict[str, int]:
    """Index: how many rows of a town SQLite expects."""
    with engine.connect() as connection:
        query = "SELECT idx, stat FROM sqlite_stat1 WHERE idx <> ''"
        rows = connection.exec_driver_sql(query).all()
    return {index: int(stat.split()[1]) for index, stat in rows}


def test_large_tables_are_known_small_ones_are_guessed(engine):
    assert statistics.gather(engine) == ["person"]
    expected = known(engine)
    assert set(expected) == {"ix_person_town"}
    assert 50 <= expected["ix_person_town"] <= 150  # 2,000 rows in 20 towns, by 1,000 of them


def test_an_index_made_later_is_known_the_next_time(engine):
    statistics.gather(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE INDEX ix_person_gone ON person (gone_at, town)")
    assert "ix_person_gone" not in known(engine)
    statistics.gather(engine)
    assert set(known(engine)) == {"ix_person_town", "ix_person_gone"}
