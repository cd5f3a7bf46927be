"""Empty values of JSON columns are the same to SQLite as SQLAlchemy would write and read them."""

import pytest
from sqlalchemy import JSON, Text
from sqlalchemy.dialects import postgresql, sqlite

from crm.core import empties

LITE = sqlite.dialect()


@pytest.mark.parametrize("value", [{}, [], None, 0, "", False, {"a": []}, [{}], "{}"])
@pytest.mark.parametrize("kind", [JSON(), JSON(none_as_null=True)])
def test_a_value_is_written_as_before(kind, value):
    usual = kind.bind_processor(LITE)
    assert empties.binding(kind, LITE)(value) == usual(value)


@pytest.mark.parametrize("text", ["{}", "[]", None, "null", '{"a": []}', " {}", '"{}"'])
def test_a_value_is_read_as_before_and_is_nobody_elses(text):
    usual = JSON().result_processor(LITE, None)
    read = empties.reading(JSON(), LITE, None)
    assert read(text) == usual(text)
    if text in ("{}", "[]"):
        assert read(text) is not read(text)


def test_other_columns_and_postgresql_go_their_own_way():
    assert empties.binding(Text(), LITE) is None
    there = postgresql.psycopg.dialect()
    written = empties.binding(JSON(), there)({})
    assert type(written) is type(JSON().dialect_impl(there).bind_processor(there)({}))
