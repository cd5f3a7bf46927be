"""Coming back after more than 30 days, when the quiz has changed."""

import pytest
from sqlalchemy import select

from crm.core.db import db, run
from crm.quizzes import actions
from crm.quizzes.actions.renewal import still_fitting
from crm.quizzes.models import Answer, Attempt, Quiz
from crm.quizzes.rules.shape import Given
from tests.quizzes.conftest import ANSWERS


@pytest.fixture
def change(readiness):
    """Publish a version in which one question weighs more."""

    def publish(question_id):
        def work():
            quiz = db.session.get(Quiz, readiness)
            spec = dict(quiz.draft)
            spec["questions"] = [
                one | {"weight": 300} if one["id"] == question_id else one
                for one in spec["questions"]
            ]
            actions.save_draft(quiz, spec)
            actions.publish(quiz, by=None)

        run(work)

    return publish


def test_whoever_was_away_for_long_may_begin_again_with_what_still_fits(
    prospect, change, the_clock
):
    page = prospect.begin()
    for name, value in ANSWERS["Ada"][:3]:
        page = prospect.answer(page, name, value).follow()
    url = page.root.one("form")["action"].replace("/answer", "")
    change("q_start")
    the_clock.forward(days=29)
    assert not prospect.browse.get(url).has("The questions have changed")
    the_clock.forward(days=2)
    page = prospect.browse.get(url)
    assert page.has("The questions have changed since you were here.")
    again = page.root.one("button", formaction=url + "/renewal")
    assert again.text == "Begin again with the questions of today"
    stamp = {"step": page.root.one("input", name="step")["value"]}
    first = prospect.browse.post(url + "/renewal", stamp)
    assert first.status == 303 and first.location != url
    assert prospect.browse.post(url + "/renewal", stamp).location == first.location
    page = first.follow()
    assert page.by_id("where").text == "Question 3 of 5"
    old, new = db.session.scalars(select(Attempt).order_by(Attempt.id)).all()
    assert (old.quiz_version.n, new.quiz_version.n) == (1, 2)
    kept = db.session.scalars(select(Answer.question_id).where(Answer.attempt_id == new.id)).all()
    assert kept == ["q_size", "q_role"]
    for name, value in ANSWERS["Ada"][2:]:
        page = prospect.answer(page, name, value).follow()
    done = page.form(email="ada@nordhafen.example").submit().follow()
    assert done.root.one(data_score=True)["data-score"] == "96"  # 94 + 50 of 150


def test_without_a_new_version_nothing_is_offered_or_done(prospect, readiness, the_clock):
    page = prospect.answer(prospect.begin(), "q_size", "o_500").follow()
    url = page.root.one("form")["action"].replace("/answer", "")
    the_clock.forward(days=40)
    page = prospect.browse.get(url)
    assert not page.has("The questions have changed")
    stamp = {"step": page.root.one("input", name="step")["value"]}
    assert prospect.browse.post(url + "/renewal", stamp).location == url
    assert prospect.browse.post(url + "/renewal", {"step": "forged"}).status == 400
    assert len(db.session.scalars(select(Attempt)).all()) == 1


def test_answers_behind_a_gap_stay_behind(readiness):
    spec = db.session.get(Quiz, readiness).draft
    new = spec | {"questions": [spec["questions"][0] | {"help": "new"}, *spec["questions"][1:]]}
    answers = {"q_size": Given(("o_500",)), "q_role": Given(("o_owner",))}
    assert still_fitting(spec, spec, answers) == answers
    assert still_fitting(spec, new, answers) == {}
