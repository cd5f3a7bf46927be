"""Where the marks of a chart stand."""

import pytest

from crm.web.charts import bar_places, line_places, ticks


@pytest.mark.parametrize(
    ("top", "steps"),
    [
        (0, [0, 1]),
        (3, [0, 1, 2, 3]),
        (188, [0, 50, 100, 150, 200]),
        (1000, [0, 250, 500, 750, 1000]),
        (1.5, [0, 0.5, 1, 1.5]),
    ],
)
def test_ticks_are_round_and_reach_the_top(top, steps):
    assert ticks(top) == steps


def test_the_tallest_bar_fills_the_height_and_an_empty_one_is_flat():
    tall, flat = bar_places([{"label": "a", "value": 64}, {"label": "b", "value": 0}])
    assert (tall["y"], tall["height"]) == (30, 170)
    assert (flat["y"], flat["height"]) == (200, 0)
    assert tall["middle"] == 180  # a quarter of 720


def test_a_missing_value_is_left_out_of_the_line():
    places = line_places(["37", "38", "39"], [{"name": "m", "values": [0, None, 100]}])
    assert places["series"][0]["points"] == "46,222 640,30"
    assert places["series"][0]["last"] == 100


def test_a_chart_of_nothing_does_not_raise():
    assert bar_places([]) == []
    assert line_places([], [])["labels"] == []
