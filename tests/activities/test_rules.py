"""Due times in calendar months, days and zones, worked out by hand."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm.activities import rules
from crm.core.business_time import Calendar
from crm.core.days import FAR

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = {day: [(9 * 60, 17 * 60)] for day in range(5)}
CALENDAR = Calendar(BERLIN, WEEK, frozenset({date(2026, 12, 25)}))


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 11, 21), "2027-05-21T09:00+02:00"),
        (date(2026, 8, 31), "2027-03-01T09:00+01:00"),  # 28 February is a Sunday
        (date(2026, 11, 30), "2027-05-31T09:00+02:00"),  # 30 May is a Sunday
        (date(2027, 8, 30), "2028-02-29T09:00+01:00"),  # a leap year's last day of February
    ],
)
def test_in_six_months_counts_calendar_months_and_leaves_weekends_out(today, due):
    assert rules.follow_up("six_months", today, CALENDAR) == rules.Due(at=at(due))


@pytest.mark.parametrize(
    ("choice", "today", "day"),
    [
        ("tomorrow", date(2026, 11, 24), date(2026, 11, 25)),
        ("tomorrow", date(2026, 11, 27), date(2026, 11, 30)),
        ("tomorrow", date(2026, 12, 24), date(2026, 12, 28)),
        ("next_working_day", date(2026, 11, 27), date(2026, 11, 30)),
        ("next_week", date(2026, 11, 24), date(2026, 12, 1)),
        ("next_week", date(2026, 12, 18), date(2026, 12, 28)),
    ],
)
def test_next_steps_fall_on_working_days(choice, today, day):
    assert rules.follow_up(choice, today, CALENDAR) == rules.Due(on=day)


def test_a_day_that_was_chosen_stays_even_on_a_sunday():
    chosen = rules.follow_up("day", date(2026, 11, 24), CALENDAR, date(2026, 11, 29))
    assert chosen == rules.Due(on=date(2026, 11, 29))
    assert rules.follow_up("", date(2026, 11, 24), CALENDAR) is None
    assert rules.follow_up("day", date(2026, 11, 24), CALENDAR) is None


@pytest.mark.parametrize(
    ("zone", "late"),
    [
        ("Europe/Berlin", "2026-11-24T23:00+00:00"),
        ("Pacific/Auckland", "2026-11-24T11:00+00:00"),
        ("Pacific/Honolulu", "2026-11-25T10:00+00:00"),
    ],
)
def test_a_day_is_late_when_it_has_ended_where_its_owner_lives(zone, late):
    assert rules.late_from(rules.Due(on=date(2026, 11, 24)), ZoneInfo(zone)) == at(late)


def test_days_of_23_and_25_hours_end_at_midnight_all_the_same():
    assert rules.end_of(date(2026, 3, 29), BERLIN) == at("2026-03-29T22:00+00:00")
    assert rules.end_of(date(2026, 10, 25), BERLIN) == at("2026-10-25T23:00+00:00")


def test_an_instant_is_late_at_once_and_no_due_time_never():
    noon = at("2026-11-24T12:00+00:00")
    assert rules.late_from(rules.Due(at=noon), BERLIN) == noon
    assert rules.late_from(rules.Due(), BERLIN) == FAR


@pytest.mark.parametrize(
    ("day", "reminder"),
    [
        (date(2026, 11, 24), "2026-11-25T09:00+01:00"),
        (date(2026, 11, 27), "2026-11-30T09:00+01:00"),
        (date(2026, 12, 24), "2026-12-28T09:00+01:00"),
    ],
)
def test_the_reminder_of_a_day_comes_when_work_begins_after_it(day, reminder):
    assert rules.reminder_at(rules.Due(on=day), CALENDAR) == at(reminder)


def test_a_typed_time_makes_an_instant_in_the_zone_of_who_typed():
    due = rules.typed_due(date(2026, 7, 1), time(9, 30), BERLIN)
    assert due == rules.Due(at=at("2026-07-01T07:30+00:00"))
    assert rules.typed_due(date(2026, 7, 1), None, BERLIN) == rules.Due(on=date(2026, 7, 1))


def test_what_was_said_lies_in_the_past():
    now = at("2026-11-24T15:20+00:00")
    typed = datetime(2026, 11, 24, 15, 50)
    assert rules.spoken_at(typed, BERLIN, now) == at("2026-11-24T14:50+00:00")
    assert rules.spoken_at(None, BERLIN, now) == now
    with pytest.raises(ValueError, match="still to come"):
        rules.spoken_at(typed, ZoneInfo("America/New_York"), now)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("**Budget** resets", "<p><strong>Budget</strong> resets</p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>\n"),
        ("![x](https://e.example/p.png)", None),
    ],
)
def test_a_note_is_markdown_without_html_scripts_or_pictures(typed, shown):
    html = rules.note_html(typed)
    assert "<img" not in html
    if shown:
        assert html == shown


ALPHABET = "aZ9ß漢١ ,.;:?/'\"()%@-&<>*_`#[]!+~=|\\\n\t\u00a0"


@settings(max_examples=150, deadline=None)
@given(st.text(ALPHABET, max_size=12))
@example("1. one")
@example("  b, (c): https://e.example/?d")
def test_a_plain_line_is_shown_as_markdown_shows_it(line):
    for typed in (line, f"a{line}", f"a{line}b"):
        assert rules.note_html(typed) == rules.markdown_html(typed)


def test_links_in_notes_tell_nothing_about_us():
    html = rules.note_html("[offer](https://e.example)")
    assert 'rel="nofollow noopener noreferrer"' in html
    assert rules.morning(date(2026, 11, 24), BERLIN) == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_another_day_keeps_the_time_of_the_clock_over_a_change_of_summer_time():
    before = at("2027-03-26T09:00+01:00")  # the clocks go forward on 28 March
    moved = rules.Due(on=date(2027, 3, 29)).timed_as(before, BERLIN)
    assert moved == rules.Due(at=at("2027-03-29T09:00+02:00"))
    assert moved.day(ZoneInfo("Pacific/Kiritimati")) == date(2027, 3, 29)
    assert rules.Due(on=date(2027, 3, 29)).timed_as(None, BERLIN).at is None
