"""M4, M5: the mails, the no and the score of two contacts who are made one, and two again."""

from datetime import timedelta

import pytest

from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.contacts.queries import has_consent
from crm.core import clock
from crm.core.db import db
from crm.demo import sequence as demo
from crm.history import queries
from crm.history.models import ChangeSet
from crm.history.planning import plan as plan_of
from crm.leads import actions as leads
from crm.quizzes.models import Attempt, Quiz, QuizVersion
from crm.sequences import actions as sequences
from crm.sequences.models import Enrolment
from crm.sequences.words import STAYS
from tests.duplicates.conftest import rows


def agree(contact, is_granted=True, source="quiz"):
    contacts.record_consent(
        contact, purpose="marketing", is_granted=is_granted, text="Send me mails",
        text_version=1, locale="en", source=source,
    )  # fmt: skip


@pytest.fixture
def enrolled(cast, act, pair, the_clock):
    """The younger Ada is in a sequence since Tuesday 14:10."""
    the_clock.set("2026-11-24T14:10:00")
    links = {"result_link": "https://x.example/r", "quiz_link": "https://x.example/q"}

    def add(_eva):
        contact = db.session.get_one(Contact, pair[1])
        agree(contact)
        nurture = demo.add(cast)
        return sequences.enrol(contact, nurture, source="quiz", context=links).id

    return act("Eva", add)


def stands(number):
    """State and reason, and of each mail its state and due time."""
    db.session.remove()
    found = db.session.get_one(Enrolment, number)
    mails = [(step.state, step.due_at) for step in found.steps]
    return found.state, found.stop_reason, found.stopped_at, mails


def test_m5_mails_that_a_merge_stopped_leave_again_after_its_undo(
    pair, enrolled, plan, go, undo, the_clock
):
    before = stands(enrolled)
    set_id = go(plan(list(pair)))
    state, why, _at, mails = stands(enrolled)
    assert (state, why, {one for one, _due in mails}) == ("stopped", "merged", {"cancelled"})
    undone = undo(set_id)
    assert stands(enrolled) == before
    again = undo(undone)
    assert stands(enrolled)[:2] == ("stopped", "merged")
    assert {one for one, _due in stands(enrolled)[3]} == {"cancelled"}
    undo(again)
    assert stands(enrolled) == before


def test_m5_mails_whose_time_passed_meanwhile_leave_one_by_one(
    pair, enrolled, plan, go, undo, the_clock
):
    due = [at for _state, at in stands(enrolled)[3]]
    set_id = go(plan(list(pair)))
    the_clock.set("2026-12-01T15:00:00")
    undo(set_id)
    moved = [at for _state, at in stands(enrolled)[3]]
    assert moved[0].isoformat()[:10] >= "2026-12-01"
    assert all(later - was >= timedelta(days=6) for was, later in zip(due, moved, strict=True))
    assert len({at.date() for at in moved}) == len(moved)


def answer(number):
    leads.take_reply(contact_id=number, at=clock.now(), text="Please call")


def refuse(number):
    agree(db.session.get_one(Contact, number), is_granted=False, source="preferences")


@pytest.mark.parametrize(
    ("what", "why"),
    [(answer, "replied"), (refuse, "consent_withdrawn")],
)
def test_m5_what_came_since_the_merge_keeps_the_mails_ended(
    pair, enrolled, plan, go, undo, act, the_clock, what, why
):
    set_id = go(plan(list(pair)))
    the_clock.forward(minutes=5)
    act("Eva", lambda _eva: what(pair[0]))
    the_clock.forward(minutes=5)
    steps = plan_of(queries.values_in(db.session.get_one(ChangeSet, set_id)))
    assert [step.why for step in steps if step.value.table == "enrolment"] == [why]
    number = undo(set_id)
    assert stands(enrolled)[:2] == ("stopped", "merged")
    assert db.session.get_one(Contact, pair[1]).deleted_at is None
    kept = db.session.get_one(ChangeSet, number).details["kept"]
    assert [said for _value, said, *_fields in kept] == [why] and why in STAYS
    if what is refuse:
        assert not has_consent(pair[1], "marketing")


def test_m4_the_no_of_one_stands_over_a_later_yes_of_the_other(pair, plan, go, undo, act):
    one, two = pair

    def say(_eva):
        agree(db.session.get_one(Contact, one), is_granted=False, source="preferences")
        agree(db.session.get_one(Contact, two))

    act("Eva", say)
    set_id = go(plan([one, two]))
    assert not has_consent(one, "marketing")
    undo(set_id)
    assert (has_consent(one, "marketing"), has_consent(two, "marketing")) == (False, True)


def test_m4_a_box_left_unticked_is_no_no(pair, plan, go, act):
    one, two = pair

    def say(_eva):
        agree(db.session.get_one(Contact, one), is_granted=False)
        agree(db.session.get_one(Contact, two))

    act("Eva", say)
    go(plan([one, two]))
    assert has_consent(one, "marketing")


@pytest.fixture
def scored(act, pair, the_clock):
    """Two results of one quiz: 80 of the older Ada's, a day later 40 of the younger one's."""

    def do(rule):
        def add(_eva):
            now = clock.now()
            quiz = Quiz(name="Q", slug="q", draft={}, created_at=now, updated_at=now)
            db.session.add(quiz)
            db.session.flush()
            version = QuizVersion(
                quiz_id=quiz.id, n=1, spec={"effective": rule}, spec_sha256=rule,
                published_at=now)  # fmt: skip
            db.session.add(version)
            db.session.flush()
            for number, pct, days in ((pair[0], 80, 0), (pair[1], 40, 1)):
                at = now + timedelta(days=days)
                attempt = Attempt(
                    token_hash=f"t{number}", version_id=version.id, contact_id=number, pct=pct,
                    state="completed", started_at=at, last_seen_at=at, completed_at=at,
                )  # fmt: skip
                db.session.add(attempt)
                db.session.flush()
                contact = db.session.get_one(Contact, number)
                contact.quiz_score, contact.quiz_tier = pct, f"T{pct}"
                contact.quiz_attempt_id = attempt.id

        act("Eva", add)

    return do


@pytest.mark.parametrize(("rule", "score"), [("latest", 40), ("best", 80), ("first", 80)])
def test_m3_the_score_that_the_quiz_counts_wins(pair, scored, plan, go, undo, rule, score):
    scored(rule)
    set_id = go(plan(list(pair)))
    kept = db.session.get_one(Contact, pair[0])
    assert (kept.quiz_score, kept.quiz_tier) == (score, f"T{score}")
    undo(set_id)
    assert [db.session.get_one(Contact, n).quiz_score for n in pair] == [80, 40]


def test_m3_a_chosen_score_wins_over_the_latest(pair, scored, plan, go):
    scored("latest")
    take = {"quiz": pair[0]}
    number = plan(list(pair), key="contacts.merge", keep=pair[0], take=take)
    assert "40" in rows(number)[0][2]
    go(number)
    assert db.session.get_one(Contact, pair[0]).quiz_score == 80
