"""What the result offers: the button of its tier, in the words and with the aim of its version."""

import pytest

from crm.core import clock
from crm.core.db import db, run
from crm.mail import message
from crm.mail.models import Outbox
from crm.quizzes import actions
from crm.quizzes.letters import compose
from crm.quizzes.models import FunnelEvent, Quiz
from crm.quizzes.rules import checks, result
from crm.quizzes.rules.shape import ready

BOOK = {"kind": "book", "to": "https://book.haselbach.example/eva"}
CALL = {"kind": "call", "to": "+49 (30) 1234-567"}
FILE = {"kind": "download", "to": "https://haselbach.example/first-hour.pdf"}


@pytest.fixture
def hot(readiness):
    """Publish the quiz with another button on its hot tier: hot(cta, button)."""

    def change(cta, button="Choose a time"):
        def work():
            quiz = db.session.get(Quiz, readiness)
            tiers = [
                one | {"cta": cta, "button": button} if one["id"] == "tier_hot" else one
                for one in quiz.draft["tiers"]
            ]
            actions.save_draft(quiz, quiz.draft | {"tiers": tiers})
            actions.publish(quiz, by=None)

        run(work)

    return change


def button(page):
    return next(one for one in page.root.all("a") if one.has_class("primary"))


@pytest.mark.parametrize("cta", [BOOK, FILE])
def test_a_tier_may_lead_to_a_page_to_book_or_to_a_file(hot, prospect, browse, cta):
    hot(cta)
    done = prospect.finish("Ada").location
    found = button(browse.get(done))
    assert (found.text, found["href"]) == ("Choose a time", f"{done}/act")
    answer = browse.get(found["href"])
    assert (answer.status, answer.location) == (303, cta["to"])
    kinds = [one.kind for one in db.session.query(FunnelEvent)]
    assert kinds.count("cta_clicked") == 1


def test_a_tier_may_offer_a_call(hot, prospect, browse):
    hot(CALL, "Call us now")
    done = prospect.finish("Ada").location
    page = browse.get(done)
    assert button(page)["href"] == "tel:+49301234567" and page.has("+49 (30) 1234-567")
    assert browse.get(f"{done}/act").status == 410


def test_the_button_stays_that_of_the_version(hot, prospect, browse):
    hot(BOOK)
    done = prospect.finish("Ada").location
    hot(FILE, "Fetch it")
    assert button(browse.get(done)).text == "Choose a time"
    assert browse.get(f"{done}/act").location == BOOK["to"]


def test_the_mail_has_it_too(hot, prospect):
    hot(BOOK)
    prospect.finish("Ada", "result_mail")
    row = db.session.query(Outbox).filter_by(kind="result").one()
    written = message.write(row, compose(row), clock.now())
    for part in (written.text, written.html):
        assert "Choose a time" in part and "/act" in part


@pytest.mark.parametrize(
    ("cta", "label", "problem"),
    [
        (BOOK, "", "The tier Hot has a button without words."),
        ({"kind": "book", "to": "javascript:alert(1)"}, "x", "so write an address"),
        ({"kind": "download", "to": ""}, "x", "so write an address"),
        ({"kind": "call", "to": "soon"}, "x", "so write a number"),
        (CALL, "x", None),
        ({}, "x", None),
    ],
)
def test_a_button_that_leads_nowhere_is_not_published(cta, label, problem):
    spec = ready("readiness")
    spec["tiers"][2] |= {"cta": cta, "button": label}
    found = [one.text for one in checks.problems(spec)]
    assert any(problem in text for text in found) if problem else found == []


def test_a_tier_with_a_comma_in_its_name_is_not_published():
    spec = ready("readiness")
    spec["tiers"][2]["name"] = "Ready, set"
    [problem] = checks.problems(spec)
    assert problem.text.startswith("The tier Ready, set has a comma in its name")


def test_without_a_kind_the_button_writes_to_the_owner(prospect):
    assert result.cta(ready("readiness")["tiers"][2]) is None
    page = prospect.finish("Ada").follow()
    assert not page.root.all("a", href="/act")
