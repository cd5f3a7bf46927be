"""Taking a quiz again: how often it counts, whose score it becomes, what a stranger learns."""

import pytest
from sqlalchemy import func, select

from crm.activities.models import Entry, Task
from crm.contacts.models import Consent, Contact
from crm.core.db import db, run
from crm.leads.models import Intake
from crm.mail.models import Outbox
from crm.notices.models import Notice
from crm.quizzes import actions
from crm.quizzes.models import Attempt, Quiz
from crm.quizzes.queries import record
from tests.quizzes.conftest import MAILS


@pytest.fixture
def allow(readiness):
    """Say how often the quiz counts: allow("days", 30)."""

    def change(retake, days=30, effective="latest"):
        def work():
            quiz = db.session.get(Quiz, readiness)
            quiz.retake, quiz.retake_days = retake, days
            actions.save_draft(quiz, quiz.draft | {"effective": effective})
            actions.publish(quiz, by=None)

        run(work)

    return change


def again(prospect, person, *ticked):
    """Ada takes it again, answering as `person` would."""
    page = prospect.to_gate(person)
    prospect.clock.forward(seconds=5)
    form = page.form(email=MAILS["Ada"])
    for box in ticked:
        form.values[box] = "1"
    return form.submit()


def ada():
    return db.session.scalars(select(Contact)).one()


def count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def test_taken_again_too_early_it_is_listed_and_changes_nothing(prospect, allow, cast):
    allow("days", 30)
    eva = cast["Eva"].id
    prospect.finish("Ada", phone="+49 40 5550318")

    def adopt():
        ada().owner_id = eva

    run(adopt)
    kept = (count(Consent), count(Task), count(Intake))
    page = again(prospect, "Dora", "marketing", "result_mail").follow()
    assert page.status == 200 and page.root.one(data_score=True)["data-score"] == "15"
    db.session.expire_all()
    assert (ada().quiz_score, ada().quiz_tier) == (94, "Hot")
    assert sorted(tag.name for tag in ada().tags) == ["quiz:readiness", "tier:hot"]
    assert (count(Consent), count(Task), count(Intake)) == kept
    repeat = db.session.scalars(select(Attempt).order_by(Attempt.id.desc())).first()
    assert (repeat.is_repeat, repeat.contact_id, repeat.pct) == (True, ada().id, 15)
    assert count(Entry, Entry.title == "Readiness check again: 15, not counted") == 1
    notice = db.session.scalars(select(Notice).where(Notice.user_id == eva)).all()[-1]
    assert notice.title == "Ada Example: Readiness check again: 15, not counted"
    assert notice.body == "94 → 15"
    assert count(Outbox, Outbox.kind == "result") == 1


def test_after_the_days_it_counts_again(prospect, allow, the_clock):
    allow("days", 30)
    prospect.finish("Ada")
    the_clock.forward(days=31)
    again(prospect, "Dora")
    assert ada().quiz_score == 15 and count(Attempt, Attempt.is_repeat) == 0


def test_once_is_once(prospect, allow, the_clock):
    allow("once")
    prospect.finish("Ada")
    the_clock.forward(days=400)
    again(prospect, "Dora")
    assert ada().quiz_score == 94 and count(Attempt, Attempt.is_repeat) == 1


def test_the_page_says_nothing_of_an_address_that_is_known(prospect, allow, cast):
    """Beside it, the page of somebody new whom nobody has taken on yet."""
    allow("once")
    prospect.finish("Ada")
    known = again(prospect, "Ben").follow()
    fresh = prospect.to_gate("Ben").form(email="new@velovoss.example").submit().follow()
    assert known.by_id("result").text == fresh.by_id("result").text


@pytest.mark.parametrize(
    ("rule", "scores"), [("latest", [80, 94, 15]), ("best", [80, 94, 94]), ("first", [80, 80, 80])]
)
def test_which_score_counts(prospect, allow, rule, scores):
    allow("unlimited", effective=rule)
    seen = []
    for person in ("Ben", "Ada", "Dora"):
        again(prospect, person)
        db.session.expire_all()
        seen.append(ada().quiz_score)
    assert seen == scores


def test_the_record_lists_every_attempt_with_its_steps(prospect, allow):
    allow("unlimited", effective="first")
    prospect.finish("Ada")
    again(prospect, "Ben")
    newest, first = record.attempts_of(ada().id)
    assert (newest.delta, newest.is_effective) == (-14, False)
    assert newest.areas == [("Fit", 0), ("Intent", -17), ("Pain", -28)]
    assert (first.delta, first.areas, first.is_effective) == (None, [], True)


def test_how_often_is_set_beside_the_address(readiness, browse, cast):
    page = browse.signed_in("Max").get(f"/quizzes/{readiness}/sharing")
    page.form(retake="days", retake_days="90").submit()
    db.session.expire_all()
    quiz = db.session.get(Quiz, readiness)
    assert (quiz.retake, quiz.retake_days) == ("days", 90)
