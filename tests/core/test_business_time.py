"""Working time against the table of due times the product promises."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core import business_time
from crm.core.business_time import Calendar

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Calendar(
    BERLIN,
    {day: [(9 * 60, 17 * 60)] for day in range(5)},
    frozenset({date(2026, 12, 25), date(2027, 1, 1)}),
)
SPLIT = Calendar(BERLIN, {0: [(13 * 60, 15 * 60), (9 * 60, 12 * 60)]})
NEVER = Calendar(BERLIN, {})


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-24 14:03", 120, "2026-11-24 16:03"),
        ("2026-11-24 16:30", 120, "2026-11-25 10:30"),
        ("2026-11-24 16:55", 5, "2026-11-24 17:00"),
        ("2026-11-24 17:00", 5, "2026-11-25 09:05"),
        ("2026-11-27 16:45", 60, "2026-11-30 09:45"),
        ("2026-11-27 16:45", 120, "2026-11-30 10:45"),
        ("2026-11-28 11:00", 15, "2026-11-30 09:15"),
        ("2026-12-24 16:50", 30, "2026-12-28 09:20"),
        ("2026-12-31 16:50", 30, "2027-01-04 09:20"),
        ("2026-03-27 16:30", 60, "2026-03-30 09:30"),
        ("2026-10-23 16:00", 120, "2026-10-26 10:00"),
    ],
)
def test_minutes_count_only_while_the_office_is_open(start, minutes, due):
    assert business_time.add_minutes(berlin(start), minutes, OFFICE) == berlin(due)


def test_the_due_time_of_a_weekend_with_the_clocks_set_has_the_new_offset():
    due = business_time.add_minutes(berlin("2026-03-27 16:30"), 60, OFFICE)
    assert due.astimezone(BERLIN).utcoffset() == timedelta(hours=2)
    assert due.tzinfo is UTC


def test_minutes_between_is_the_other_way_round():
    a, b = berlin("2026-11-24 16:30"), berlin("2026-11-25 10:30")
    assert business_time.minutes_between(a, b, OFFICE) == 120
    assert business_time.minutes_between(b, a, OFFICE) == -120
    assert business_time.minutes_between(berlin("2026-11-28 09:00"), a, OFFICE) == -1470


def test_the_first_call_at_15_40_took_97_minutes():
    a, b = berlin("2026-11-24 14:03"), berlin("2026-11-24 15:40")
    assert business_time.minutes_between(a, b, OFFICE) == 97


def test_the_next_opening_is_now_inside_hours_and_else_the_next_morning():
    inside = berlin("2026-11-24 12:00")
    assert business_time.next_opening(inside, OFFICE) == inside
    assert business_time.next_opening(berlin("2026-11-24 17:00"), OFFICE) == berlin(
        "2026-11-25 09:00"
    )
    assert business_time.next_opening(berlin("2026-12-24 18:00"), OFFICE) == berlin(
        "2026-12-28 09:00"
    )


def test_a_day_with_a_break_closes_at_its_last_window():
    assert business_time.closing(date(2026, 11, 23), SPLIT) == berlin("2026-11-23 15:00")
    assert business_time.add_minutes(berlin("2026-11-23 11:30"), 60, SPLIT) == berlin(
        "2026-11-23 13:30"
    )


def test_weekends_and_holidays_are_no_working_days():
    assert business_time.is_working_day(date(2026, 11, 24), OFFICE)
    assert not business_time.is_working_day(date(2026, 11, 28), OFFICE)
    assert not business_time.is_working_day(date(2026, 12, 25), OFFICE)
    assert business_time.closing(date(2026, 12, 25), OFFICE) is None
    assert business_time.next_working_day(date(2026, 12, 24), OFFICE) == date(2026, 12, 28)
    assert not business_time.is_open(berlin("2026-11-24 17:00"), OFFICE)
    assert business_time.is_open(berlin("2026-11-24 09:00"), OFFICE)


def test_without_any_hours_plain_time_counts_instead_of_searching_for_ever():
    start = berlin("2026-11-24 14:03")
    assert business_time.add_minutes(start, 60, NEVER) == start + timedelta(hours=1)
    assert business_time.minutes_between(start, start + timedelta(hours=1), NEVER) == 60
    assert business_time.next_opening(start, NEVER) == start
    assert business_time.next_working_day(date(2026, 11, 24), NEVER) == date(2026, 11, 25)


def test_a_calendar_of_round_the_clock_shifts_reaches_midnight():
    nights = Calendar(BERLIN, {day: [(0, 1440)] for day in range(7)})
    start = berlin("2026-11-24 23:30")
    assert business_time.add_minutes(start, 60, nights) == start + timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-29T01:30+01:00", "2026-03-29T04:30+02:00"),
        ("2026-10-25T01:30+02:00", "2026-10-25T02:30+01:00"),
        ("2026-11-24T16:45+01:00", "2026-11-24T18:45+01:00"),
    ],
)
def test_round_the_clock_is_plain_time_across_the_clock_change(start, due):
    begin = datetime.fromisoformat(start).astimezone(UTC)
    assert begin + timedelta(minutes=120) == datetime.fromisoformat(due)


@settings(deadline=None)  # a busy machine is no wrong sum
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)), st.integers(1, 5000))
def test_adding_and_measuring_agree(local, minutes):
    start = local.replace(tzinfo=UTC, microsecond=0, second=0)
    due = business_time.add_minutes(start, minutes, OFFICE)
    assert business_time.minutes_between(start, due, OFFICE) == minutes
