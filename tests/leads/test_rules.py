"""Turns, due times and lifecycle moves, worked out by hand."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from crm.core.business_time import Calendar
from crm.core.refusal import Refused
from crm.leads import rules
from crm.leads.rules import Candidate

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Calendar(BERLIN, {day: [(540, 1020)] for day in range(5)}, frozenset({date(2026, 12, 25)}))


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def people(*skips):
    names = ("Eva L", "Finn A", "Karl W")
    return [Candidate(10 + n, names[n], n + 1, skip) for n, skip in enumerate(skips)]


def test_turns_go_round():
    first = rules.take_turn(people("", ""), 1)
    assert (first.chosen.name, first.next_position) == ("Eva L", 2)
    assert rules.turn_reason(first) == "Eva was next in turn (place 1 of 2). Finn is next."
    second = rules.take_turn(people("", ""), first.next_position)
    assert (second.chosen.name, second.next_position) == ("Finn A", 1)


def test_who_is_away_is_skipped_by_name_and_gets_no_second_turn():
    turn = rules.take_turn(people("on leave until 4 Dec", "", ""), 1)
    assert turn.chosen.name == "Finn A"
    assert turn.next_position == 3
    assert rules.turn_reason(turn) == (
        "Finn was next in turn (place 2 of 3). Eva was skipped: on leave until 4 Dec. Karl is next."
    )


def test_a_position_that_is_gone_passes_to_the_next_one():
    assert rules.take_turn(people("", ""), 9).chosen.name == "Eva L"
    assert rules.take_turn([], 1).chosen is None


def test_nobody_can_take_it_and_the_pool_stays_where_it_is():
    turn = rules.take_turn(people("away", "left"), 2)
    assert turn.chosen is None
    assert turn.next_position == 2
    assert rules.turn_reason(turn) == "Nobody can take it (Finn A: left, Eva L: away)."


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-24 14:03", "2026-11-24 17:00"),
        ("2026-11-24 08:00", "2026-11-24 17:00"),
        ("2026-11-24 16:00", "2026-11-24 17:00"),
        ("2026-11-24 16:01", "2026-11-25 17:00"),
        ("2026-11-27 18:40", "2026-11-30 17:00"),
        ("2026-11-28 11:00", "2026-11-30 17:00"),
        ("2026-12-25 10:00", "2026-12-28 17:00"),
    ],
)
def test_a_task_is_due_at_closing_unless_less_than_an_hour_is_left(at, due):
    assert rules.task_due(berlin(at), OFFICE) == berlin(due)


POLICY = {"minutes": 120, "calendar": "business", "warn_percent": 80, "grace_minutes": 15}


@pytest.mark.parametrize(
    ("start", "warn", "due", "grace"),
    [
        ("2026-11-24 14:03", "2026-11-24 15:39", "2026-11-24 16:03", "2026-11-24 16:18"),
        ("2026-11-24 16:30", "2026-11-25 10:06", "2026-11-25 10:30", "2026-11-25 10:45"),
        ("2026-11-27 16:45", "2026-11-30 10:21", "2026-11-30 10:45", "2026-11-30 11:00"),
    ],
)
def test_alerts_come_at_80_percent_when_due_and_after_the_grace(start, warn, due, grace):
    expected = tuple(berlin(one) for one in (warn, due, grace))
    assert rules.alert_times(berlin(start), POLICY, OFFICE) == expected


def test_round_the_clock_the_grace_still_counts_working_minutes():
    always = POLICY | {"calendar": "always"}
    _warn, due, grace = rules.alert_times(berlin("2026-11-24 16:45"), always, OFFICE)
    assert due == berlin("2026-11-24 18:45")
    assert grace == berlin("2026-11-25 09:15")


def test_an_alert_says_how_long_nothing_was_logged():
    assert rules.alert_words("Ben", {"counts": "calls", "minutes": 120}) == (
        "No call logged for Ben in 2 h"
    )
    assert rules.alert_words("Ben", {"counts": "any", "minutes": 90}) == (
        "No answer logged for Ben in 90 min"
    )


@pytest.mark.parametrize(
    ("before", "to", "facts"),
    [
        ("captured", "assigned", {"owner"}),
        ("captured", "nurture", {"enrolment"}),
        ("nurture", "assigned", {"owner"}),
        ("assigned", "attempted", {"evidence"}),
        ("assigned", "contacted", {"evidence"}),
        ("contacted", "qualified", set()),
        ("qualified", "opportunity", {"deal"}),
        ("opportunity", "customer", {"won deal"}),
        ("attempted", "disqualified", {"reason"}),
    ],
)
def test_a_move_needs_its_guard_and_says_which_is_missing(before, to, facts):
    rules.check_move(before, to, frozenset(facts))
    if facts:
        with pytest.raises(Refused) as refused:
            rules.check_move(before, to, frozenset())
        assert "yet:" in refused.value.message


def test_impossible_moves_name_where_it_comes_after():
    with pytest.raises(Refused, match=r"Captured cannot become Qualified.*after contacted"):
        rules.check_move("captured", "qualified", frozenset())
    with pytest.raises(Refused):
        rules.check_move("customer", "disqualified", frozenset({"reason"}))
    with pytest.raises(Refused, match="Choose one"):
        rules.check_move("captured", "king", frozenset())
    for before in ("captured", None):
        with pytest.raises(Refused, match="Only a quiz that was left half-way"):
            rules.check_move(before, "incomplete", frozenset())
