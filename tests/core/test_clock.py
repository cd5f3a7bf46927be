"""The one clock, moved by a file."""

from datetime import UTC, datetime, timedelta

from crm.core import clock


def test_the_clock_starts_at_the_instant_of_the_file_and_runs_on(app, the_clock):
    the_clock.set("2026-11-24T14:03:00+01:00")
    first = clock.now()
    assert timedelta(0) <= first - datetime(2026, 11, 24, 13, 3, tzinfo=UTC) < timedelta(seconds=5)
    assert clock.now() > first


def test_the_clock_jumps_when_the_file_changes(app, the_clock):
    the_clock.set("2026-11-24T14:03:00+01:00")
    clock.now()
    the_clock.set("2027-05-21T09:00:00+02:00")
    assert clock.now().date().isoformat() == "2027-05-21"
    the_clock.set("2026-11-22T09:00:00+01:00")
    assert clock.now().date().isoformat() == "2026-11-22"


def test_a_file_that_is_being_written_keeps_the_last_good_reading(app, the_clock):
    the_clock.set("2026-11-24T14:03:00+01:00")
    clock.now()
    the_clock.path.write_text("2026-11-")
    assert clock.now().date().isoformat() == "2026-11-24"


def test_today_is_the_day_of_the_zone(app, the_clock):
    from zoneinfo import ZoneInfo

    the_clock.set("2026-11-24T23:30:00+00:00")
    assert clock.today(ZoneInfo("UTC")).isoformat() == "2026-11-24"
    assert clock.today(ZoneInfo("Europe/Berlin")).isoformat() == "2026-11-25"


def test_without_a_file_it_is_real_time():
    clock.use_file("")
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
