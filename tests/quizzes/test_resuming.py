"""Stopping half-way with an address given: an incomplete contact, one mail, one way back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.activities.models import Entry, Task
from crm.contacts import actions as contacts
from crm.contacts.models import Consent, Contact
from crm.core import clock, signing
from crm.core.db import db, run
from crm.demo import routing, sequence
from crm.leads.models import Intake, RoutingRule
from crm.leads.queries import rules_in_order
from crm.mail import message
from crm.mail.models import Outbox
from crm.mail.rules import Later
from crm.quizzes import actions, jobs
from crm.quizzes.letters import compose_resume, guard_resume
from crm.quizzes.models import Answer, Attempt, Quiz
from tests.quizzes.conftest import ANSWERS, MAILS


@pytest.fixture
def early(readiness):
    """The contact form stands after the second question."""

    def work():
        quiz = db.session.get(Quiz, readiness)
        actions.save_draft(quiz, quiz.draft | {"gate": "after:q_role"})
        actions.publish(quiz, by=None)

    run(work)


@pytest.fixture
def stopped(early, prospect, cast):
    """Ada answered two questions, gave her address and left."""

    def leave(*ticked, person="Ada"):
        page = prospect.begin()
        for name, value in ANSWERS[person][:2]:
            page = prospect.answer(page, name, value).follow()
        prospect.clock.forward(seconds=5)
        phone = "+49 40 5550318" if "phone_contact" in ticked else ""
        form = page.form(email=MAILS[person], name=f"{person} Example", phone=phone)
        for box in ticked:
            form.values[box] = "1"
        page = form.submit().follow()
        assert page.by_id("where").text == "Question 3 of 5"
        return page

    return leave


def go_on(prospect, page):
    for name, value in ANSWERS["Ada"][2:]:
        page = prospect.answer(page, name, value).follow()
    return page


def count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def one(model, *where):
    db.session.expire_all()
    return db.session.scalars(select(model).where(*where)).one()


def the_mail():
    return one(Outbox, Outbox.kind == "resume")


def test_half_way_there_is_an_incomplete_contact_that_nobody_is_told_of(stopped, cast):
    run(lambda: routing.add(cast, sequence.add(cast)))
    stopped("result_mail")
    ada = one(Contact)
    assert (ada.lifecycle, ada.owner_id, ada.quiz_score) == ("incomplete", None, None)
    assert ada.tags == [] and count(Task) == 0 and count(Outbox) == 0
    assert one(Intake).rule_id is None
    entry = one(Entry, Entry.kind == "quiz_start")
    assert entry.title == "Began Readiness check, not finished"
    granted = {said.purpose: said.is_granted for said in db.session.scalars(select(Consent))}
    assert granted == {"result_mail": True, "marketing": False, "phone_contact": False}


def test_finished_later_it_is_one_contact_routed_as_any_other(stopped, prospect, cast):
    run(lambda: routing.add(cast, sequence.add(cast)))
    done = go_on(prospect, stopped("result_mail"))
    assert done.root.one(data_score=True)["data-score"] == "94"
    ada = one(Contact)
    assert (ada.lifecycle, ada.quiz_score, ada.owner.first_name) == ("assigned", 94, "Eva")
    assert count(Task) == 1 and count(Consent) == 3 and count(Intake) == 2
    moves = list(db.session.scalars(select(Entry.title).where(Entry.kind == "lifecycle")))
    assert moves == ["Incomplete to Captured", "Captured to Assigned"]


def test_consent_withdrawn_on_the_way_stays_withdrawn(stopped, prospect):
    page = stopped("marketing")

    def withdraw():
        contacts.record_consent(
            one(Contact),
            purpose="marketing",
            is_granted=False,
            text="stop",
            text_version=1,
            locale="en",
            source="mail",
        )

    run(withdraw)
    go_on(prospect, page)
    last = db.session.scalars(select(Consent).order_by(Consent.id.desc())).first()
    assert last.text == "stop"


def test_a_rule_may_ask_for_incomplete_contacts(stopped, cast):
    def work():
        routing.add(cast, sequence.add(cast))
        first = rules_in_order()[0]
        db.session.add(
            RoutingRule(
                name="Left half-way",
                position=-1,
                is_on=True,
                is_catch_all=False,
                conditions=[{"field": "lifecycle", "op": "eq", "value": "incomplete"}],
                steps={"user_id": cast["Eva"].id, "task_title": "Ask {name} what was missing"},
                created_at=first.created_at,
                updated_at=first.updated_at,
            )
        )

    run(work)
    stopped()
    assert one(Task).title == "Ask Ada Example what was missing"
    assert one(Contact).lifecycle == "assigned"


def test_what_looks_like_a_machine_becomes_no_contact_and_gets_no_mail(early, prospect, the_clock):
    page = prospect.begin()
    for name, value in ANSWERS["Ada"][:2]:
        page = prospect.answer(page, name, value).follow()
    page.form(email=MAILS["Ada"], homepage="x", result_mail="1").submit()
    the_clock.forward(hours=2)
    jobs.ask_back()
    assert count(Contact) == 0 and count(Outbox) == 0


def test_after_an_hour_one_mail_leads_back_from_any_device(stopped, browse, the_clock):
    stopped("result_mail")
    the_clock.forward(minutes=59)
    jobs.ask_back()
    assert count(Outbox) == 0
    the_clock.forward(minutes=2)
    jobs.abandon_idle()
    jobs.ask_back()
    jobs.ask_back()
    row = the_mail()
    assert row.is_anonymous_cause and row.lane == "bulk" and guard_resume(row) is None
    written = message.write(row, compose_resume(row), clock.now())
    assert written.subject == "Readiness check: your answers are kept"
    assert written.headers["X-Tend-Kind"] == "resume"
    for part in (" ".join(written.text.split()), written.html):
        assert "question 3 of 5" in part and "Mail me this result" in part
    url = next(line for line in written.text.splitlines() if "/resume/" in line)
    assert url in written.html
    before = one(Attempt).last_seen_at
    page = browse.get(url[url.index("/q/") :]).follow()
    assert page.by_id("where").text == "Question 3 of 5"
    assert (one(Attempt).last_seen_at, one(Attempt).state) == (before, "abandoned")


@pytest.mark.parametrize(
    ("ticked", "mails"),
    [((), 0), (("phone_contact",), 0), (("marketing",), 1), (("result_mail",), 1)],
)
def test_only_who_ticked_a_box_for_mails_is_asked_back(stopped, the_clock, ticked, mails):
    stopped(*ticked)
    the_clock.forward(hours=2)
    jobs.ask_back()
    assert count(Outbox, Outbox.kind == "resume") == mails


def test_a_quiz_may_ask_nobody_back(stopped, the_clock, browse, readiness):
    stopped("result_mail")
    form = browse.signed_in("Max").get(f"/quizzes/{readiness}/sharing").form()
    del form.values["asks_back"]
    form.submit()
    the_clock.forward(hours=2)
    jobs.ask_back()
    assert count(Outbox) == 0


def test_whoever_is_gone_for_a_day_is_left_in_peace(stopped, the_clock):
    stopped("result_mail")
    the_clock.forward(hours=25)
    jobs.ask_back()
    assert count(Outbox) == 0


def test_finished_meanwhile_the_mail_does_not_leave(stopped, prospect, the_clock, browse):
    page = stopped("result_mail")
    the_clock.forward(minutes=61)
    jobs.ask_back()
    page = prospect.answer(page, *ANSWERS["Ada"][2]).follow()
    later = guard_resume(the_mail())
    assert isinstance(later, Later)
    assert later.until == one(Attempt).last_seen_at + timedelta(hours=1)
    for name, value in ANSWERS["Ada"][3:]:
        page = prospect.answer(page, name, value).follow()
    the_clock.forward(hours=2)
    row = the_mail()
    assert guard_resume(row) == "it was finished meanwhile"
    token = signing.sign("resume", one(Attempt).id)
    assert browse.get(f"/q/readiness/resume/{token}").location.startswith("/q/readiness/r/")


def test_from_the_mail_everything_can_be_deleted(stopped, the_clock, browse):
    stopped("result_mail")
    the_clock.forward(minutes=61)
    jobs.ask_back()
    token = signing.sign("resume", one(Attempt).id)
    page = browse.get(f"/q/readiness/resume/{token}/deletion")
    assert page.status == 200 and count(Answer) == 2
    done = page.form().submit().follow()
    assert done.has("Your data is deleted") and count(Answer) == 0
    assert one(Contact).name == "Deleted on request"
    assert guard_resume(the_mail()) == "the answers were deleted"
    assert browse.get(f"/q/readiness/resume/{token}/deletion").has("Your data is deleted")


def test_ways_back_that_were_never_given(stopped, browse):
    stopped()
    attempt_id = one(Attempt).id
    for token in ("forged", signing.sign("result", attempt_id), signing.sign("resume", "x")):
        assert browse.get(f"/q/readiness/resume/{token}").status == 404
    good = signing.sign("resume", attempt_id)
    assert browse.get(f"/q/other/resume/{good}").status == 404
    evil = {"Origin": "https://evil.example"}
    assert browse.post(f"/q/readiness/resume/{good}/deletion", headers=evil).status == 400


def test_the_way_back_survives_a_new_key(stopped, browse, app, monkeypatch):
    stopped()
    config = app.extensions["tend.config"]
    token = signing.sign("resume", one(Attempt).id)
    keys = {"SECRET_KEY": "n" * 40, "SECRET_KEY_FALLBACKS": [config["SECRET_KEY"]]}
    newer = replace(config, values={**config.values, **keys})
    monkeypatch.setitem(app.extensions, "tend.config", newer)
    back = browse.get(f"/q/readiness/resume/{token}")
    assert back.follow().by_id("where").text == "Question 3 of 5"
