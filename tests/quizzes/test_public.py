"""The public pages, walked without script, as the contract promises them."""

import re

import pytest
from sqlalchemy import func, select

from crm.contacts.models import Consent, Contact
from crm.core.db import db
from crm.leads.models import Intake, Touch
from crm.mail.models import Outbox
from crm.quizzes.models import Answer, Attempt, FunnelEvent, QuizView
from tests.quizzes.conftest import ANSWERS


def count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def test_the_first_page_has_one_button_and_no_cookie(prospect, browse):
    page = browse.get("/q/readiness")
    assert [button.text for button in page.root.all("button")] == ["Start"]
    assert page.has("Is your team ready to answer every enquiry?")
    assert page.has("About two minutes. You can go back and change any answer.")
    assert "Set-Cookie" not in page.headers
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert "X-Robots-Tag" not in page.headers
    assert "X-Frame-Options" not in page.headers


def test_each_question_is_a_fieldset_with_its_legend(prospect):
    page = prospect.begin()
    assert page.root.one("fieldset").one("legend").text == "How many people work at your company?"
    assert page.root.one("title").text.startswith("Question 1 of 5 – ")
    assert page.has("Question 1 of 5") and page.has("About two minutes")
    labels = [label.text for label in page.root.all("label")]
    assert labels == ["1 to 10", "11 to 50", "51 to 500", "More than 500"]
    assert [button.text for button in page.root.all("button")] == ["Next"]
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_the_words_and_the_bar_follow_the_way(prospect):
    page, said = prospect.begin(), []
    for name, value in ANSWERS["Dora"]:
        said.append((page.by_id("where").text, page.root.one("progress")["value"]))
        page = prospect.answer(page, name, value).follow()
    assert said == [
        ("Question 1 of 5", "0"),
        ("Question 2 of 5", "25"),
        ("Question 3 of 5", "50"),
        ("Question 4 of 4", "75"),
    ]
    assert page.has("All four answered") and page.root.one("progress")["value"] == "100"


def test_ada_becomes_a_lead_with_her_score(prospect):
    done = prospect.finish("Ada", "marketing", "result_mail", phone="+49 40 5550318")
    assert done.status == 303 and "/q/readiness/r/" in done.location
    page = done.follow()
    assert page.root.one(data_score=True)["data-score"] == "94"
    assert page.root.one(data_tier=True)["data-tier"] == "tier_hot"
    assert page.has("Ready to start") and page.has("Ada, your team can start this month.")
    assert page.has("Three answers that count most")
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.quiz_score, contact.quiz_tier, contact.quiz_level) == (94, "Hot", "hot")
    assert sorted(tag.name for tag in contact.tags) == ["quiz:readiness", "tier:hot"]
    assert contact.emails[0].canonical == "ada@nordhafen.example"
    attempt = db.session.scalars(select(Attempt)).one()
    assert (attempt.state, attempt.score, attempt.max_score, attempt.pct) == (
        "completed",
        94,
        100,
        94,
    )
    assert len(attempt.trace) == 5 and sum(row["score"] for row in attempt.trace) == 94
    assert attempt.contact_id == contact.id
    consents = {one.purpose: one for one in db.session.scalars(select(Consent))}
    assert {name: one.is_granted for name, one in consents.items()} == {
        "marketing": True,
        "result_mail": True,
        "phone_contact": False,
    }
    assert consents["marketing"].text == (
        "Send me five short mails about follow-up\nOver two weeks, written by Eva Lindqvist. "
        "One click in any of them stops them all."
    )
    assert count(Outbox, Outbox.kind == "result") == 1


def test_four_posts_of_one_form_make_one_lead(prospect):
    page = prospect.to_gate("Ada")
    form = page.form(email="ada@nordhafen.example")
    answers = [form.submit() for _ in range(4)]
    assert [one.status for one in answers] == [303] * 4
    assert len({one.location for one in answers}) == 1
    assert count(Contact) == count(Intake) == 1
    assert count(Attempt, Attempt.state == "completed") == 1
    assert count(FunnelEvent, FunnelEvent.kind == "gate_submitted") == 1


def test_starting_twice_from_one_page_is_one_attempt(prospect, browse):
    form = browse.get("/q/readiness").form()
    assert form.submit().location == form.submit().location
    assert count(Attempt) == 1


def test_an_answer_sent_again_changes_nothing(prospect):
    page = prospect.begin()
    first = prospect.answer(page, "q_size", "o_1_10")
    again = prospect.answer(page, "q_size", "o_1_10")
    assert first.location == again.location and first.location.endswith("?at=2")
    assert count(Answer) == 1


def test_back_shows_the_answer_and_changing_it_supersedes_what_leaves_the_way(prospect):
    page = prospect.to_gate("Ada")
    back = page.browse.get(page.root.one("a", class_="btn quiet")["href"])
    assert back.by_id("where").text == "Question 5 of 5"
    assert back.root.one("input", value="2").get("checked") is not None or "checked" in (
        back.root.one("input", value="2").attrs
    )
    third = page.browse.get(
        re.sub(
            r"\?at=.*", "?at=3", back.root.one("form")["action"].replace("/answer", "") + "?at=3"
        )
    )
    prospect.answer(third, "q_start", "o_looking")
    kept = {
        row.question_id: row.is_superseded
        for row in db.session.scalars(select(Answer).order_by(Answer.id))
    }
    assert kept["q_tools"] is True and kept["q_start"] is False and kept["q_pain"] is False
    assert third.root.one("progress")["value"] == "100"  # the bar never goes down


def test_no_answer_is_asked_again_in_the_words_of_the_quiz(prospect):
    page = prospect.begin()
    wrong = page.form().submit()
    assert wrong.status == 422
    assert wrong.root.one("title").text.startswith("Error:")
    assert wrong.has("Choose one answer to go on.")
    assert count(Answer) == 0


def test_the_form_says_what_to_mend_and_keeps_what_was_typed(prospect):
    page = prospect.to_gate("Ada")
    wrong = page.form(email="ada@nordhafen", name="Ada Lorenz", phone_contact="1").submit()
    assert wrong.status == 422 and wrong.has("Two things to mend before the result")
    assert wrong.has(
        "“ada@nordhafen” has no ending such as .com or .de. Add what comes after nordhafen."
    )
    assert wrong.has("You ticked “Call me about my result”.")
    assert wrong.by_id("name")["value"] == "Ada Lorenz"
    assert count(Contact) == 0


def test_a_phone_without_a_digit_is_sent_back_as_it_was_typed(prospect):
    page = prospect.to_gate("Ada")
    wrong = page.form(email="ada@nordhafen.example", phone="abc").submit()
    assert wrong.status == 422 and wrong.by_id("phone")["value"] == "abc"
    assert wrong.by_id("phone-error").text == "This is not a phone number. Write it in digits."
    assert count(Contact) == 0


def test_a_visit_is_counted_once_a_day_with_its_source(prospect, browse):
    query = (
        "?embed=1&parent=https://kontor.example&path=/pricing"
        "&utm_source=google&utm_medium=cpc&utm_campaign=q4"
    )
    for _ in range(3):
        browse.get("/q/readiness" + query)
    touch = db.session.scalars(select(Touch)).one()
    assert (touch.utm_source, touch.utm_medium, touch.utm_campaign) == ("google", "cpc", "q4")
    assert (touch.landing_path, touch.embed_host) == ("/pricing", "kontor.example")
    assert count(QuizView) == 1
    prospect.to_gate("Ada", query)
    assert count(Touch) == 1
    assert db.session.scalars(select(Attempt)).one().last_touch_id == touch.id


def test_machines_are_not_counted(prospect, browse):
    for headers in ({"User-Agent": "Googlebot/2.1"}, {"Sec-Purpose": "prefetch"}):
        assert browse.get("/q/readiness", headers=headers).status == 200
    browse.client.head("/q/readiness")
    assert count(QuizView) == count(Touch) == 0


def test_the_funnel_adds_up(prospect):
    prospect.finish("Dora")
    kinds = [
        (row.kind, row.question_id)
        for row in db.session.scalars(select(FunnelEvent).order_by(FunnelEvent.id))
    ]
    assert kinds.count(("start", "")) == 1
    assert [q for kind, q in kinds if kind == "q_seen"] == ["q_size", "q_role", "q_start", "q_pain"]
    assert kinds[-2:] == [("gate_submitted", ""), ("completed", "")]


def test_first_question_is_small(prospect, browse):
    page = browse.get("/q/readiness")
    assert len(page.response.get_data()) < 8000


@pytest.mark.parametrize("junk", ["x" * 5000, "a%00b", "line%0Abreak"])
def test_a_view_with_what_no_campaign_says_leaves_no_row(browse, readiness, junk):
    assert browse.get(f"/q/readiness?utm_source={junk}").status in {200, 400}  # a NUL is refused
    assert db.session.scalars(select(Touch)).all() == []
    browse.get("/q/readiness?utm_source=Ünal%20%26%20Co")
    assert [touch.utm_source for touch in db.session.scalars(select(Touch))] == ["Ünal & Co"]
