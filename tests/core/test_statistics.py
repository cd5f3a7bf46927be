"""SQLite knows what its indexes hold, where there is something to hold."""

import pytest
from sqlalchemy import create_engine

from crm.core import statistics

MAKE = (
    "CREATE TABLE person (id INTEGER PRIMARY KEY, town TEXT, team TEXT, gone_at TEXT)",
    "CREATE TABLE pet (id INTEGER PRIMARY KEY, name TEXT)",
    "CREATE INDEX ix_person_town ON person (town) WHERE gone_at IS NULL",
    "CREATE INDEX ix_person_team ON person (team)",
    "CREATE INDEX ix_pet ON pet (name)",
    "INSERT INTO pet (name) VALUES ('Rex')",
    "CREATE TABLE word (word TEXT, id INTEGER, PRIMARY KEY (word, id)) WITHOUT ROWID",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
    " INSERT INTO person (town, team) SELECT 'Town ' || (i % 20), 'Sales' FROM n",
    "INSERT INTO word SELECT town, id FROM person",
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
    assert sorted(statistics.gather(engine)) == ["person", "word"]
    # 2,000 people in 20 towns and one team; a word and its towns.
    assert known(engine) == {"ix_person_town": 100, "ix_person_team": 2000, "word": 100}


def test_an_index_made_later_is_known_the_next_time(engine):
    statistics.gather(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE INDEX ix_person_gone ON person (gone_at, town)")
    assert "ix_person_gone" not in known(engine)
    statistics.gather(engine)
    assert known(engine)["ix_person_gone"] == 2000
