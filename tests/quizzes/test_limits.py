"""How often strangers may ask; and what somebody reads who comes back."""

import shutil

import pytest
from sqlalchemy import select

from crm import create_app
from crm.accounts.models import Team, User
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.demo import people
from crm.demo import quiz as demo
from crm.quizzes import actions
from crm.quizzes.models import Quiz
from tests.conftest import settings
from tests.page import Browse


@pytest.fixture
def strict(tmp_path, empty_database, the_clock):
    """The application with its limits on, counting in the process."""
    shutil.copy(empty_database, tmp_path / "tend.sqlite3")
    app = create_app(settings(tmp_path, the_clock.path, PUBLIC_LIMITS=True))
    app.testing = True
    with app.app_context():
        users = {one.first_name: one for one in db.session.scalars(select(User))}
        teams = {one.name: one for one in db.session.scalars(select(Team))}
        cast = people.People(users, teams["Sales"], teams["Partners"])
        run(lambda: demo.add(cast))
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_twenty_first_start_waits_but_repeats_are_answered(strict):
    browse = Browse(strict)
    forms = [browse.get("/q/readiness").form() for _ in range(21)]
    assert [form.submit().status for form in forms[:20]] == [303] * 20
    refused = forms[20].submit()
    assert refused.status == 429 and int(refused.headers["Retry-After"]) > 0
    assert refused.has("Too many tries")
    assert forms[3].submit().status == 303


def test_whoever_comes_back_reads_where_they_stopped(prospect, the_clock):
    page = prospect.begin()
    page = prospect.answer(page, "q_size", "o_500").follow()
    page = prospect.answer(page, "q_role", "o_owner").follow()
    url = page.root.one("form")["action"].replace("/answer", "")
    the_clock.forward(days=1)
    back = page.browse.get(url)
    assert back.has("Welcome back. You stopped here on Tuesday; your first two answers are kept.")
    the_clock.forward(days=31)
    assert page.browse.get(url).has("This page was open for more than 30 days.")


def test_the_contact_form_can_stand_first_or_nowhere(prospect, readiness):
    def put(gate):
        quiz = db.session.get(Quiz, readiness)
        actions.save_draft(quiz, quiz.draft | {"gate": gate})
        actions.publish(quiz, by=None)

    run(lambda: put("none"))
    page = prospect.begin()
    for name, value in (("q_size", "o_500"), ("q_role", "o_owner"), ("q_start", "o_looking")):
        page = prospect.answer(page, name, value).follow()
    done = prospect.answer(page, "q_pain", "1")
    assert "/r/" in done.location
    assert done.follow().has("You decide, or own the budget.")
    run(lambda: put("before"))
    page = prospect.begin()
    page = page.form(email="ada@nordhafen.example").submit().follow()
    assert page.has("Question 1 of 5")
    for name, value in (("q_size", "o_500"), ("q_role", "o_owner"), ("q_start", "o_looking")):
        page = prospect.answer(page, name, value).follow()
    done = prospect.answer(page, "q_pain", "1")
    assert "/r/" in done.location and done.follow().status == 200


def test_the_form_may_ask_for_the_job_title_or_be_passed_over(prospect, readiness):
    def ask():
        quiz = db.session.get(Quiz, readiness)
        gate = quiz.draft["gate_page"] | {"fields": ["email", "job_title"]}
        actions.save_draft(quiz, quiz.draft | {"gate_page": gate, "may_skip": True})
        actions.publish(quiz, by=None)

    run(ask)
    page = prospect.to_gate("Ada")
    assert page.by_id("job_title")["autocomplete"] == "organization-title"
    page.form(email="ada@nordhafen.example", job_title="Head of sales").submit()
    assert db.session.scalars(select(Contact.job_title)).all() == ["Head of sales"]
    form = prospect.to_gate("Ben").form()
    form.values["skip"] = "1"
    assert form.submit().follow().root.one(data_score=True)["data-score"] == "80"
    assert len(db.session.scalars(select(Contact)).all()) == 1
