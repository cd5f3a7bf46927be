"""The score of the four people of the scenarios, worked out by hand, and the way they walk."""

import pytest

from crm.core.refusal import Refused
from crm.quizzes.rules import diff, path, result, score, shape
from crm.quizzes.rules.shape import Given


def picks(size, role, start, tools=None, pain=None):
    given = {"q_size": Given((size,)), "q_role": Given((role,)), "q_start": Given((start,))}
    if tools is not None:
        given["q_tools"] = Given(tuple(tools))
    given["q_pain"] = Given((pain,))
    return given


ADA = picks("o_51_500", "o_owner", "o_now", ["o_crm", "o_auto"], "2")
CLEO = picks("o_11_50", "o_owner", "o_now", ["o_crm"], "2")
BEN = picks("o_51_500", "o_owner", "o_quarter", ["o_crm", "o_auto"], "3")
DORA = picks("o_1_10", "o_individual", "o_looking", None, "4")


@pytest.fixture(scope="module")
def spec():
    return shape.ready("readiness")


@pytest.mark.parametrize(
    ("answers", "raw", "most", "pct", "areas", "tier", "rows"),
    [
        (ADA, 94, 100, 94, [100, 100, 76], "tier_hot", 5),
        (CLEO, 81, 100, 81, [77, 88, 76], "tier_hot", 5),
        (BEN, 80, 100, 80, [100, 83, 48], "tier_warm", 5),
        (DORA, 13, 85, 15, [20, 0, 24], "tier_cold", 4),
    ],
)
def test_the_four_people_of_the_scenarios(spec, answers, raw, most, pct, areas, tier, rows):
    found = score.score(spec, answers)
    assert (found.score, found.max_score, found.pct) == (raw, most, pct)
    assert [category["pct"] for category in found.categories] == areas
    assert found.tier["id"] == tier
    assert len(found.trace) == rows
    assert sum(row["score"] for row in found.trace) == raw


def test_halves_go_up_and_never_over_the_ends():
    assert score.percent(161, 200) == 81  # 80.5
    assert score.percent(159, 200) == 80  # 79.5
    assert score.percent(-3, 10) == 0
    assert score.percent(12, 10) == 100
    assert score.percent(5, 0) == 0


def test_half_weights_keep_the_trace_whole(spec):
    quiz = {
        "questions": [
            {
                "id": "q_a",
                "type": "single",
                "weight": 150,
                "options": [{"id": "o_x", "text": "x", "points": 5}, {"id": "o_y", "text": "y"}],
            },
            {
                "id": "q_b",
                "type": "single",
                "options": [{"id": "o_z", "text": "z", "points": 10}, {"id": "o_n", "text": "n"}],
            },
        ],
        "tiers": [{"id": "tier_a", "from": 0, "name": "A"}],
    }
    found = score.score(quiz, {"q_a": Given(("o_x",)), "q_b": Given(("o_n",))})
    # 7.5 of 17.5 points: in halves 15 of 35, 42.86 per cent.
    assert (found.unit, found.score, found.max_score, found.pct) == (2, 15, 35, 43)


def test_a_question_not_asked_counts_only_where_all_count(spec):
    # 13 of 100 instead of 13 of 85.
    assert score.score(spec | {"basis": "all"}, DORA).pct == 13


def test_numbers_fall_into_bands_by_their_lower_bound():
    question = {
        "id": "q_n",
        "type": "number",
        "low": 0,
        "bands": [{"from": 0, "points": 1}, {"from": 10, "points": 7}],
    }
    assert [score.points(question, Given(value=v)) for v in ("0", "9.99", "10", "500")] == [
        1,
        1,
        7,
        7,
    ]
    assert shape.read(question, ["1,50"]).value == "1.5"
    for junk in ("ten", "-1", "NaN", "1e999999", "9" * 30):
        with pytest.raises(Refused):
            shape.read(question, [junk])


def test_a_floor_holds_up_a_sum_and_a_cap_holds_it_down():
    question = {
        "id": "q",
        "type": "multi",
        "cap": 6,
        "floor": -1,
        "options": [
            {"id": "o_a", "text": "a", "points": 5},
            {"id": "o_b", "text": "b", "points": 4},
            {"id": "o_c", "text": "c", "points": -3},
        ],
    }
    assert score.points(question, Given(("o_a", "o_b"))) == 6
    assert score.points(question, Given(("o_c",))) == -1
    assert score.most(question) == 6


def test_the_bar_goes_as_the_page_of_texts_says(spec):
    order = ["q_size", "q_role", "q_start", "q_tools", "q_pain"]
    bars = [path.progress(spec, {q: ADA[q] for q in order[:n]}) for n in range(6)]
    assert bars == [0, 25, 50, 60, 80, 100]
    jumped = ["q_size", "q_role", "q_start", "q_pain"]
    bars = [path.progress(spec, {q: DORA[q] for q in jumped[:n]}) for n in range(5)]
    assert bars == [0, 25, 50, 75, 100]


def test_just_looking_jumps_to_the_last_question(spec):
    given = {q: DORA[q] for q in ("q_size", "q_role", "q_start")}
    assert path.walk(spec, given) == ["q_size", "q_role", "q_start", "q_pain"]
    assert len(path.walk(spec, given, to_the_end=True)) == 4
    assert path.steps(spec, DORA, has_lead=False)[-1] == "gate"


def test_the_contact_form_stands_where_the_quiz_says(spec):
    first = {"q_size": ADA["q_size"]}
    assert path.steps(spec | {"gate": "before"}, {}, False) == ["gate"]
    assert path.steps(spec | {"gate": "before"}, {}, True) == ["gate", "q_size"]
    assert path.steps(spec | {"gate": "after:q_size"}, first, False) == ["q_size", "gate"]
    assert path.steps(spec | {"gate": "after:q_size"}, first, True) == ["q_size", "gate", "q_role"]
    assert "gate" not in path.steps(spec | {"gate": "none"}, ADA, False)


def test_the_three_answers_that_count_most(spec):
    said = result.why(spec, ADA, score.score(spec, ADA))
    assert [(one["question"], one["points"], one["of"]) for one in said] == [
        ("q_start", 25, 25),
        ("q_size", 20, 20),
        ("q_pain", 19, 25),
    ]
    said = result.why(spec, BEN, score.score(spec, BEN))
    assert [one["question"] for one in said] == ["q_size", "q_start", "q_role"]


def test_advice_goes_pain_tools_start(spec):
    said = result.advice(spec, BEN)
    assert said[0].startswith("Put a name on each weekday.")
    assert said[1].startswith("You have both a CRM and automation.")
    assert said[2].startswith("Choose the week you would start")
    none = result.advice(spec, picks("o_1_10", "o_owner", "o_now", [], "5"))
    assert none[1].startswith("Begin with a sheet of paper")


def test_only_ben_is_told_of_the_one_change_worth_making(spec):
    found = result.lift(spec, BEN, score.score(spec, BEN))
    assert found.lifted == 87
    assert found.text == (
        "You said this quarter. A start within four weeks would bring you from 80 to 87."
    )
    assert found.tier["shown_as"] == "Ready to start"
    assert result.lift(spec, ADA, score.score(spec, ADA)) is None
    assert result.lift(spec, DORA, score.score(spec, DORA)) is None


def test_a_name_nobody_gave_is_left_out_of_the_sentence():
    text = "{first_name}, you are one decision away."
    assert result.fill(text, first_name="Ben") == "Ben, you are one decision away."
    assert result.fill(text) == "You are one decision away."


def test_area_texts_change_at_the_levels(spec):
    area = spec["categories"][2]
    assert result.area_text(spec, area, 76) == area["middle"]
    assert result.area_text(spec, area, 81) == area["high"]
    assert result.area_text(spec, area, 39) == area["low"]


def test_one_choice_is_one_choice(spec):
    question = shape.by_id(spec)["q_size"]
    for junk in ([], ["o_nope"], ["o_1_10", "o_500"], [""]):
        with pytest.raises(Refused):
            shape.read(question, junk)
    assert shape.read(shape.by_id(spec)["q_tools"], []) == Given()
    assert shape.read(shape.by_id(spec)["q_pain"], ["3"]) == Given(("3",))


def test_a_weight_that_nobody_wrote_is_the_one_the_form_fills_in(spec):
    question, *others = spec["questions"]
    told = diff.diff(spec, spec | {"questions": [question | {"weight": 100}, *others]})
    assert not any(told.values())
    told = diff.diff(spec, spec | {"questions": [question | {"weight": 150}, *others]})
    assert told["points"] == ["“How many people work at your company?”: weight changed."]
