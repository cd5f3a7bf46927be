"""Times on their way to the database and back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import sqlite

from crm.core.instants import Instant

ON = sqlite.dialect()
KEEP = Instant().dialect_impl(ON).bind_processor(ON)
READ = Instant().dialect_impl(ON).result_processor(ON, None)


def test_sqlite_keeps_times_in_utc_to_the_microsecond():
    berlin = timezone(timedelta(hours=2))
    late = datetime(2026, 8, 1, 1, 30, tzinfo=berlin)
    assert KEEP(late) == "2026-07-31 23:30:00.000000"
    assert KEEP(datetime(2026, 8, 1, 0, 0, 0, 7, tzinfo=UTC)) == "2026-08-01 00:00:00.000007"
    assert READ(KEEP(late)) == late
    assert READ(KEEP(late)).tzinfo is UTC
    assert (KEEP(None), READ(None)) == (None, None)


def test_a_time_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        KEEP(datetime(2026, 8, 1))
