"""Where the contact form stands, walked without script: forwards, back, and sent twice."""

import pytest
from sqlalchemy import func, select

from crm.contacts.models import Consent, Contact
from crm.core.db import db, run
from crm.quizzes import actions
from crm.quizzes.models import Attempt, FunnelEvent, Quiz
from tests.quizzes.conftest import ANSWERS

# Dora jumps from the third question to the last, so her way has four.
PLACES = {"before": 0, "after:q_role": 2, "before_result": 4, "teaser": 4, "none": None}
GATED = [place for place in PLACES if place != "none"]


@pytest.fixture
def placed(readiness):
    """Publish the readiness check with the form at a place."""

    def put(place, may_skip=False):
        def work():
            quiz = db.session.get(Quiz, readiness)
            actions.save_draft(quiz, quiz.draft | {"gate": place, "may_skip": may_skip})
            actions.publish(quiz, by=None)

        run(work)

    return put


def count(model, *where):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def is_gate(page):
    return any(form.get("id") == "gate" for form in page.root.all("form"))


def to_gate(prospect, person="Dora"):
    """Up to the form, or to the result where there is none: the page, and answers given."""
    page, given = prospect.begin(), 0
    while not is_gate(page) and given < len(ANSWERS[person]):
        page = prospect.answer(page, *ANSWERS[person][given]).follow()
        given += 1
    return page, given


def go_on(prospect, page, given, person="Dora"):
    for name, value in ANSWERS[person][given:]:
        page = prospect.answer(page, name, value).follow()
    return page


@pytest.mark.parametrize("place", PLACES)
def test_the_form_stands_where_it_was_put_and_nowhere_else(prospect, placed, place):
    placed(place)
    page, given = to_gate(prospect)
    if place == "none":
        assert page.root.one(data_score=True)["data-score"] == "15"
        assert count(Contact) == 0
        return
    assert given == PLACES[place]
    prospect.clock.forward(seconds=5)
    form = page.form(email="dora@kiosk.example")
    answers = [form.submit() for _ in range(3)]
    assert len({one.location for one in answers}) == 1 and answers[0].status == 303
    done = go_on(prospect, answers[0].follow(), given)
    assert done.root.one(data_score=True)["data-score"] == "15"
    assert count(Contact) == count(Attempt) == 1
    assert count(FunnelEvent, FunnelEvent.kind == "gate_submitted") == 1


@pytest.mark.parametrize("place", GATED)
def test_back_from_the_form_and_forth_again_loses_nothing(prospect, placed, place):
    placed(place)
    page, given = to_gate(prospect)
    back = page.browse.get(page.root.one("a", class_="btn quiet")["href"])
    if place == "before":
        assert [button.text for button in back.root.all("button")] == ["Start"]
    else:
        assert back.by_id("where").text.startswith(f"Question {given} of")
        again = prospect.answer(back, *ANSWERS["Dora"][given - 1]).follow()
        assert is_gate(again)
        page = again
    prospect.clock.forward(seconds=5)
    done = go_on(prospect, page.form(email="dora@kiosk.example").submit().follow(), given)
    assert done.root.one(data_score=True)["data-score"] == "15"


@pytest.mark.parametrize("place", GATED)
def test_passed_over_it_leads_on_and_nobody_becomes_a_contact(prospect, placed, place):
    placed(place, may_skip=True)
    page, given = to_gate(prospect)
    form = page.form(action=page.by_id("skip")["action"])
    data = {"step": form.values["step"], "skip": "1"}
    first, again = [page.browse.post(form.node["action"], data=data) for _ in range(2)]
    assert first.location == again.location
    done = go_on(prospect, first.follow(), given)
    assert done.root.one(data_score=True)["data-score"] == "15"
    assert count(Contact) == 0
    assert count(FunnelEvent, FunnelEvent.kind == "gate_submitted") == 0


def test_skipping_is_refused_where_the_quiz_does_not_allow_it(prospect, placed):
    placed("before_result")
    page, _given = to_gate(prospect)
    data = {"step": page.form().values["step"], "skip": "1"}
    refused = page.browse.post(page.by_id("gate")["action"], data=data)
    assert refused.status == 422 and refused.has("Write your email address")


def test_a_teaser_shows_the_score_and_keeps_what_it_is_made_of(prospect, placed):
    placed("teaser")
    page, _given = to_gate(prospect)
    assert page.has("You scored 15 of 100: Early days.")
    assert not page.has("Timing and tools") and not page.root.all("table")
    prospect.clock.forward(seconds=5)
    assert page.form(email="dora@kiosk.example").submit().follow().has("Timing and tools")


def test_an_answer_changed_after_an_early_form_counts_and_asks_no_second_time(prospect, placed):
    placed("after:q_role")
    page, given = to_gate(prospect, "Ada")
    prospect.clock.forward(seconds=5)
    page = page.form(email="ada@nordhafen.example").submit().follow()
    url = page.root.one("form")["action"].replace("/answer", "")
    back = page.browse.get(f"{url}?at=1")
    page = prospect.answer(back, "q_size", "o_1_10").follow()
    assert not is_gate(page) or page.browse.get(url)
    page = page.browse.get(f"{url}?at=3")
    done = go_on(prospect, page, given, "Ada")
    # Ada's 94 with 4 points for her size instead of 20.
    assert done.root.one(data_score=True)["data-score"] == "78"
    assert count(Contact) == 1


def test_a_call_ticked_without_a_number_is_no_reason_to_lose_the_lead(prospect):
    page = prospect.to_gate("Ada")
    done = page.form(email="ada@nordhafen.example", phone_contact="1", marketing="1").submit()
    assert done.status == 303 and db.session.query(Contact).count() == 1
    kept = {one.purpose: one for one in db.session.query(Consent)}
    assert kept["marketing"].is_granted and kept["marketing"].details == {}
    assert not kept["phone_contact"].is_granted
    assert kept["phone_contact"].details == {"why": "ticked without a number"}
