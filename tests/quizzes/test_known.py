"""A link from a mail of ours asks less, and shows no more of a person than it must."""

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.contacts.queries import known_link
from crm.core import clock
from crm.core.db import db, run
from crm.demo import sequence
from crm.mail import delivery
from crm.mail.models import Outbox
from crm.quizzes import actions
from crm.quizzes.models import Attempt, Quiz
from crm.sequences import actions as sequences
from tests.mail.conftest import smtp  # noqa: F401

SECRET = ("ada@nordhafen.example", "Lorenz", "Nordhafen", "5550318", "Head of sales")


@pytest.fixture
def ada(app, cast):
    """Ada, of whom everything is known but her company."""

    def work():
        contact = contacts.create(
            name="Ada Lorenz",
            emails=["ada@nordhafen.example"],
            phones=["+49 40 5550318"],
            team_id=cast.sales.id,
            source="quiz",
        )
        contacts.fill_empty(contact, job_title="Head of sales")
        return contact.id

    return run(work)


@pytest.fixture
def link(ada):
    url = known_link("/q/readiness", ada, "ada@nordhafen.example", clock.now())
    return url.removeprefix("/q/readiness")


def _eva():
    return db.session.scalars(select(User).where(User.name.like("Eva %"))).one()


def the_fields(page):
    return [n["name"] for n in page.root.all("input") if n.get("type") in ("email", "text", "tel")]


def test_the_form_asks_only_what_is_not_known(app, prospect, link, ada):
    config = app.extensions["tend.config"]
    app.extensions["tend.config"] = type(config)(
        dict(config.values) | {"SMTP_URL": "smtp://127.0.0.1:1"}
    )
    page = prospect.to_gate("Ada", link)
    assert the_fields(page) == ["company", "homepage"]
    assert page.has("You come from our mail to Ada, a…a@nordhafen.example.")
    assert len(page.root.all("input", type="checkbox")) == 3
    for secret in SECRET:
        assert secret.lower() not in page.html.replace("a…a@nordhafen.example", "").lower(), secret
    prospect.clock.forward(seconds=5)
    form = page.form(company="Nordhafen Logistik", result_mail="1", phone_contact="1")
    done = form.submit().follow()
    assert done.root.one(data_score=True)["data-score"] == "94"
    assert done.has("Ada, your team can start this month.") and done.has("a…a@nordhafen.example")
    for secret in SECRET[:2]:
        assert secret not in done.html
    db.session.rollback()
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.id, contact.name, contact.quiz_score) == (ada, "Ada Lorenz", 94)
    assert contact.company.name == "Nordhafen Logistik"
    assert [one.address for one in contact.emails] == ["ada@nordhafen.example"]


def test_whoever_is_somebody_else_says_so_and_is_asked_everything(prospect, link, ada):
    page = prospect.to_gate("Ben", link)
    (other,) = [one for one in page.root.all("form") if one.get("id") == "stranger"]
    step = other.one("input", name="step")["value"]
    again = page.browse.post(other["action"], data={"step": step, "stranger": "1"})
    page = again.follow()
    assert the_fields(page) == ["email", "name", "company", "phone", "homepage"]
    assert not page.has("You come from our mail")
    prospect.clock.forward(seconds=5)
    page.form(email="ben@velovoss.example", name="Ben Achterberg").submit()
    db.session.rollback()
    names = db.session.scalars(select(Contact.name).order_by(Contact.id)).all()
    assert names == ["Ada Lorenz", "Ben Achterberg"]


@pytest.mark.parametrize("broken", ["", "x", "k=forged", "k=" + "a" * 400])
def test_a_forged_link_asks_everything(prospect, ada, broken):
    page = prospect.to_gate("Ada", f"?{broken}")
    assert "email" in the_fields(page)


def test_an_old_link_and_one_of_somebody_deleted_ask_everything(prospect, link, ada):
    page = prospect.to_gate("Ada", link)
    run(lambda: contacts.delete(db.session.get(Contact, ada), by=_eva()))
    assert "email" in the_fields(page.browse.get(page.by_id("gate")["action"][: -len("/gate")]))
    run(lambda: contacts.restore(db.session.get(Contact, ada), by=_eva()))
    prospect.clock.forward(days=181)
    assert "email" in the_fields(prospect.to_gate("Ada", link))


def test_a_cookie_or_a_second_visit_names_nobody(prospect, link):
    prospect.to_gate("Ada", link)
    assert "email" in the_fields(prospect.to_gate("Ada"))


def test_the_quiz_link_of_a_nurture_mail_says_who_comes(cast, ada, smtp, the_clock, readiness):  # noqa: F811
    spec = {"subject": "Again?", "preview": "", "body": "Take it again: {{ quiz_link }}"}

    def work():
        nurture = sequence.add(cast)
        nurture.draft = nurture.draft | {
            "steps": [nurture.draft["steps"][0] | spec],
            "needs_consent": False,
        }
        sequences.publish(nurture, cast["Max"])
        contact = db.session.get(Contact, ada)
        sequences.enrol(
            contact, nurture, source="user", context={"quiz_link": "http://localhost/q/readiness"}
        )

    run(work)
    the_clock.forward(minutes=11)
    run(sequences.queue_due_steps)
    delivery.drain("bulk")
    text = smtp.mails[0].get_body(("plain",)).get_content()
    assert "http://localhost/q/readiness?k=" in text


def test_the_result_mail_leads_to_the_quiz_again(prospect, link, smtp, browse):  # noqa: F811
    prospect.to_gate("Ada", link).form(result_mail="1").submit()
    delivery.drain("urgent")
    (mail,) = [one for one in smtp.mails if one["X-Tend-Kind"] == "result"]
    text = mail.get_body(("plain",)).get_content()
    again = next(line for line in text.splitlines() if "?k=" in line).rpartition(": ")[2]
    page = browse.get(again.removeprefix("http://localhost")).form().submit().follow()
    db.session.rollback()
    assert page.has("Question 1 of 5")
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 2
    assert db.session.scalar(select(Outbox.kind).where(Outbox.kind == "result")) == "result"


def test_enter_in_a_field_never_passes_the_form_over(prospect, readiness):
    def work():
        quiz = db.session.get(Quiz, readiness)
        actions.save_draft(quiz, quiz.draft | {"may_skip": True})
        actions.publish(quiz, by=None)

    run(work)
    page = prospect.to_gate("Ada")
    own = [b for b in page.root.all("button") if not b.get("form")]
    assert [button.text for button in own] == ["See my result"]
    (other,) = [one for one in page.root.all("form") if one.get("id") == "skip"]
    data = {"step": other.one("input", name="step")["value"], "skip": "1"}
    done = page.browse.post(other["action"], data=data).follow()
    assert done.root.one(data_score=True)["data-score"] == "94"
