"""The highest area and what was not answered, as an attempt keeps them: worked out by hand."""

import pytest
from sqlalchemy import select

from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.quizzes import actions
from crm.quizzes.models import Attempt, Quiz
from crm.quizzes.rules import score
from crm.quizzes.rules.shape import Given


def choice(name, category, *worths, **more):
    options = [{"id": f"o_{n}", "text": f"{n}", "points": worth} for n, worth in enumerate(worths)]
    return {"id": name, "type": "single", "category": category, "options": options} | more


def spec(**more):
    return {
        "categories": [
            {"id": "cat_a", "name": "Fit"},
            {"id": "cat_b", "name": "Need"},
            {"id": "cat_c", "name": "Asked of nobody"},
        ],
        "questions": [
            choice("q_a", "cat_a", 10, 5),
            choice("q_b", "cat_b", 20, 10),
            choice("q_m", "cat_b", 4, 6, type="multi"),
        ],
        "tiers": [{"id": "tier_a", "from": 0, "name": "A"}],
    } | more


@pytest.mark.parametrize(
    ("a", "b", "pcts", "outcomes"),
    [
        # Fit 10 of 10; Need 10 + 0 of 20 + 10 = 33.
        ("o_0", "o_1", [100, 33, 0], ["highest", "", ""]),
        # Fit 5 of 10 = 50; Need 20 of 30 = 66.67, so 67.
        ("o_1", "o_0", [50, 67, 0], ["", "highest", ""]),
    ],
)
def test_the_area_with_the_most_per_cent_is_the_outcome(a, b, pcts, outcomes):
    answers = {"q_a": Given((a,)), "q_b": Given((b,)), "q_m": Given()}
    found = score.score(spec(), answers).categories
    assert [one["pct"] for one in found] == pcts
    assert [one["outcome"] for one in found] == outcomes


def test_of_equals_the_first_declared_is_highest_and_the_tie_is_noted():
    answers = {"q_a": Given(("o_0",)), "q_b": Given(("o_0",)), "q_m": Given(("o_0", "o_1"))}
    found = score.score(spec(), answers).categories  # 10 of 10 and 20 + 10 of 30
    assert [(one["name"], one["outcome"]) for one in found] == [
        ("Fit", "highest"),
        ("Need", "tied"),
        ("Asked of nobody", ""),
    ]


def test_what_was_not_answered_leaves_the_sum_and_the_trace_says_so():
    answers = {"q_a": Given(("o_1",)), "q_b": Given(("o_0",)), "q_m": Given()}
    counted = score.score(spec(), answers)
    assert (counted.score, counted.max_score, counted.pct) == (25, 40, 63)  # 62.5 goes up
    left = score.score(spec(missing="leave"), answers)
    assert (left.score, left.max_score, left.pct) == (25, 30, 83)  # 83.33
    rows = [(row["question"], row["score"], row["max"], row["rule"]) for row in left.trace]
    assert rows == [
        ("q_a", 5, 10, "chosen"),
        ("q_b", 20, 20, "chosen"),
        ("q_m", 0, 0, "left out"),
    ]
    assert sum(row["max"] for row in left.trace) == left.max_score


def test_the_highest_area_stands_with_the_attempt_on_the_result_and_on_the_record(prospect, browse):
    result = prospect.finish("Ada").location  # areas 100, 100, 76
    attempt = db.session.query(Attempt).one()
    assert [one["outcome"] for one in attempt.categories] == ["highest", "tied", ""]
    first, second = (one["name"] for one in attempt.categories[:2])
    contact_id = db.session.query(Contact.id).filter_by(quiz_attempt_id=attempt.id).scalar()
    assert browse.get(result).has("Highest: ")
    page = browse.signed_in("Adam").get(f"/contacts/{contact_id}")
    assert page.has(f"Highest area: {first}") and page.has(f"level with {second}")


def test_l1_what_somebody_wrote_stands_with_their_answers_on_the_record(
    readiness, prospect, browse
):
    asked = {"id": "q_words", "type": "long_text", "text": "What would you change first?",
             "required": False}  # fmt: skip

    def add():
        quiz = db.session.get_one(Quiz, readiness)
        actions.save_draft(quiz, quiz.draft | {"questions": [*quiz.draft["questions"], asked]})
        actions.publish(quiz, by=None)

    run(add)
    page = prospect.to_gate("Ada")
    page = prospect.answer(page, "q_words", "The price list, it is from 2019.").follow()
    prospect.clock.forward(seconds=5)
    page.form(email="ada@nordhafen.example", name="Ada Example").submit()
    number = db.session.scalars(select(Contact.id)).one()
    page = browse.signed_in("Olga").get(f"/contacts/{number}")
    told = page.root.one("section", id="aside-answers")
    assert asked["text"] in told.text and "The price list, it is from 2019." in told.text
    assert told.text.index("51 to 500") < told.text.index("The price list")
