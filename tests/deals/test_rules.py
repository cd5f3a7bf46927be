"""Order of cards and sums, worked out by hand."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from crm.deals import rules


def test_a_rank_lies_between_its_neighbours():
    assert rules.rank_between("m", "n") == "mn"
    assert rules.rank_between("", "m") == "g"
    assert rules.rank_between("m", None) == "t"
    assert "m" < rules.rank_between("m", "mab") < "mab"


def test_a_thousand_cards_in_one_gap_keep_their_order():
    low, high = "m", "n"
    draw = random.Random(7)
    for _ in range(1000):
        middle = rules.rank_between(low, high)
        assert low < middle < high
        assert not middle.endswith("a")
        low, high = (middle, high) if draw.random() < 0.5 else (low, middle)


def test_equal_neighbours_leave_no_rank_between():
    with pytest.raises(ValueError, match="no rank"):
        rules.rank_between("m", "m")


def test_cards_put_at_either_end_keep_short_ranks():
    last, first = rules.rank_after(None), rules.rank_before(None)
    for _ in range(2000):
        behind, ahead = rules.rank_after(last), rules.rank_before(first)
        assert behind > last
        assert ahead < first
        last, first = behind, ahead
    assert len(last) <= 6
    assert len(first) <= 6


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("", None),
        ("14400", 1440000),
        ("14,400", 1440000),
        ("14.400", 1440000),
        ("14 400,50", 1440050),
        ("1.234.567,8", 123456780),
        ("1,234.56", 123456),
        ("€ 99", 9900),
    ],
)
def test_a_sum_is_read_as_people_type_it(typed, cents):
    assert rules.cents(typed) == cents


@pytest.mark.parametrize("typed", ["lots", "-5", "1e9", "12a", "99999999999999", "٣"])
def test_what_is_no_sum_is_refused(typed):
    with pytest.raises(ValueError, match="sum"):
        rules.cents(typed)


def test_a_deal_is_stalled_on_the_day_after_the_usual_time():
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert not rules.is_stalled(now - timedelta(days=14), 14, now)
    assert rules.is_stalled(now - timedelta(days=15), 14, now)
    assert not rules.is_stalled(now - timedelta(days=900), None, now)


def test_half_a_cent_is_not_promised():
    assert rules.weighted(1001, 25) == 250
    assert rules.weighted(None, 25) == 0
