"""Due times, merge fields and texts."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from crm.sequences import rules
from crm.sequences.ready import read
from crm.sequences.rules.shape import check_step

BERLIN = ZoneInfo("Europe/Berlin")


def local(text, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(spec, anchor, zone=BERLIN, holidays=frozenset()):
    found = rules.due_times(spec, anchor, rules.window_calendar(spec, zone, holidays))
    return [f"{at.astimezone(zone):%a %Y-%m-%d %H:%M}" for at in found]


def spec(*steps, window=("09:00", "17:00"), weekdays=(0, 1, 2, 3, 4)):
    return {
        "steps": [
            {"key": f"s{n}", "delay": {"amount": amount, "unit": unit}, "at": at}
            for n, (amount, unit, at) in enumerate(steps)
        ],
        "window": {"weekdays": list(weekdays), "from": window[0], "to": window[1]},
    }


def test_the_five_mails_of_the_shipped_sequence_fall_on_the_promised_days():
    assert due(read("readiness-nurture"), local("2026-11-24T14:10")) == [
        "Tue 2026-11-24 14:20",
        "Thu 2026-11-26 09:30",
        "Mon 2026-11-30 09:30",
        "Thu 2026-12-03 09:30",
        "Tue 2026-12-08 09:30",
    ]


def test_a_result_at_night_waits_for_the_morning():
    assert due(read("readiness-nurture"), local("2026-11-27T23:10"))[0] == "Mon 2026-11-30 09:00"


def test_a_holiday_is_no_day_for_mail():
    days = due(
        spec((1, "days", "09:30")), local("2026-12-24T10:00"),
        holidays=frozenset({date(2026, 12, 25)}),
    )  # fmt: skip
    assert days == ["Mon 2026-12-28 09:30"]


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [("2027-03-27T10:00", "Sun 2027-03-28 03:30"), ("2026-10-24T10:00", "Sun 2026-10-25 02:30")],
)
def test_a_clock_change_neither_drops_nor_doubles_a_mail(anchor, expected):
    night = spec((1, "days", "02:30"), window=("00:00", "23:59"), weekdays=range(7))
    assert due(night, local(anchor)) == [expected]


def test_the_wall_clock_time_stays_over_a_clock_change():
    week = spec((7, "days", "09:30"))
    assert due(week, local("2026-10-20T10:00")) == ["Tue 2026-10-27 09:30"]


def test_two_steps_are_never_closer_than_twenty_hours():
    close = spec((0, "minutes", None), (10, "minutes", None), (1, "days", "09:00"))
    assert due(close, local("2026-11-24T16:00")) == [
        "Tue 2026-11-24 16:00",
        "Wed 2026-11-25 12:00",
        "Thu 2026-11-26 09:00",
    ]


def test_a_field_takes_its_value_or_its_fallback():
    text = 'Hello {{ first_name | default: "there" }}, {{name}}'
    assert rules.fill(text, {"first_name": "Ben", "name": "Ben A"}) == "Hello Ben, Ben A"
    assert rules.fill(text, {"name": "x"}) == "Hello there, x"


def test_a_value_with_braces_is_not_read_again():
    assert rules.fill("{{ name }}", {"name": "{{ sender_email }}"}) == "{{ sender_email }}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ frist_name }}", "Did you mean first_name?"),
        ("{{ config.items() }}", "cannot be read"),
        ("{{ first_name | upper }}", "cannot be read"),
        ("{{ first_name", "A brace is open"),
        ("{% for x in y %}", "A brace is open"),
    ],
)
def test_what_the_grammar_does_not_know_is_named(text, words):
    assert words in " ".join(rules.problems(text))


def test_markup_in_a_text_or_a_value_stays_text():
    html = rules.as_html("<b>x</b> {{ name }}", {"name": "<img src=x onerror=alert(1)> *a* [b](c)"})
    assert "<img" not in html
    assert "<b>" not in html
    assert "*a* [b](c)" in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc"])
def test_only_four_kinds_of_link_become_links(url):
    assert "<a" not in rules.as_html(f"[x]({url})", {})


def test_a_result_link_is_a_link_in_html_and_stands_alone_in_text():
    values = {"result_link": "https://t.example/q/r/abc_def-*x"}
    assert 'href="https://t.example/q/r/abc_def-*x"' in rules.as_html("{{ result_link }}", values)
    assert rules.as_text("Here: {{ result_link }}", values).endswith("abc_def-*x")


def test_the_text_part_is_76_columns_wide_and_keeps_lists_and_quotes():
    text = rules.as_text(
        "- one **two** [three](https://x.example)\n- " + "word " * 30 + "\n\n> " + "quote " * 30, {}
    )
    assert max(map(len, text.splitlines())) <= 76
    assert text.startswith("- one two three: https://x.example\n- word")
    assert "\n  word" in text and "\n> quote" in text


def test_a_field_that_may_be_empty_needs_a_fallback():
    step = {**read("readiness-nurture")["steps"][0], "body": "Hello {{ first_name }},"}
    assert ("body", 'first_name may be empty: add a fallback, | default: "…"') in check_step(step)


def test_the_shipped_sequence_can_be_published():
    assert rules.check(read("readiness-nurture")) == []


def test_steps_out_of_order_cannot_be_published():
    wrong = read("readiness-nurture")
    wrong["steps"].reverse()
    assert "order them by their waits" in " ".join(rules.check(wrong))
