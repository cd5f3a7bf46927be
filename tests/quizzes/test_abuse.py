"""Junk, forgeries and many at once: a readable 4xx or the same 303, never a 500, never a row."""

import threading

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Entry
from crm.contacts.models import Contact
from crm.core import signing
from crm.core.db import db, run
from crm.leads.models import Intake
from crm.mail.models import Outbox
from crm.quizzes import actions
from crm.quizzes.models import Answer, Attempt, Quiz, ResultLink
from crm.quizzes.queries import open as reading
from tests.quizzes.conftest import ANSWERS


def rows():
    return {
        model.__tablename__: db.session.scalar(select(func.count()).select_from(model))
        for model in (Attempt, Answer, Contact, Intake, Outbox, ResultLink)
    }


JUNK = [
    {},
    {"step": "forged"},
    {"step": "x" * 5000},
    {"step": ["a", "b"]},
    {"touch": "forged.token"},
    {"touch": ""},
    {"q_size": "o_1_10"},
    {"email": "a" * 300_000},
    {"email": ["a@b.example", "c@d.example"]},
    {"step": "\ud7ff", "email": "\u202e"},
]


@pytest.mark.parametrize("data", JUNK, ids=range(len(JUNK)))
def test_junk_to_every_public_address_is_refused_in_words(prospect, browse, data):
    page = prospect.begin()
    action = page.root.one("form")["action"]
    before = rows()
    for url in (
        "/q/readiness/start",
        action,
        action.replace("/answer", "/gate"),
        "/q/readiness/r/forged/deletion",
        "/q/nothing/start",
    ):
        answer = browse.post(url, data=data)
        assert 400 <= answer.status < 500, (url, answer.status)
        assert answer.root.one("h1").text
    assert rows() == before


def test_nul_is_refused(prospect, browse):
    action = prospect.begin().root.one("form")["action"]
    assert browse.post(action, data={"step": "a\0b"}).status == 400
    assert browse.get("/q/readiness?at=%00").status == 400


@pytest.mark.parametrize(
    "url",
    [
        "/q/nothing",
        "/q/readiness/a/forged",
        "/q/readiness/r/forged",
        "/q/readiness/r/MQ.x",
        "/q/readiness/theme-0123456789.css",
        "/q/readiness/r/forged/offer",
        "/q/readiness/r/forged/deletion",
        "/q/" + "x" * 3000,
    ],
)
def test_addresses_that_lead_nowhere(readiness, browse, url):
    assert browse.get(url).status == 404


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_posts_from_other_sites_are_refused(prospect, browse, headers):
    page = prospect.begin()
    form, before = page.root.one("form"), rows()
    data = {"step": form.one("input", name="step")["value"], "q_size": "o_1_10"}
    assert browse.post(form["action"], data=data, headers=headers).status == 400
    start = browse.get("/q/readiness").root.one("input", name="touch")["value"]
    assert browse.post("/q/readiness/start", data={"touch": start}, headers=headers).status == 400
    assert rows() == before


def test_tokens_of_other_purposes_open_nothing(prospect, browse):
    prospect.finish("Ada")
    link = db.session.scalars(select(ResultLink)).one()
    for purpose in sorted(signing.PURPOSES - {"result"}):
        token = signing.sign(purpose, link.id)
        assert browse.get(f"/q/readiness/r/{token}").status == 404, purpose


def test_a_stamp_of_another_attempt_is_refused(prospect, browse):
    first, second = prospect.begin(), prospect.begin()
    stamp = first.root.one("input", name="step")["value"]
    answer = browse.post(
        second.root.one("form")["action"], data={"step": stamp, "q_size": "o_1_10"}
    )
    assert answer.status == 400


def test_a_page_left_open_over_night_comes_back_with_its_answer(prospect, the_clock):
    page = prospect.begin()
    the_clock.forward(hours=25)
    again = page.form(q_size="o_500").submit()
    assert again.status == 422
    assert "checked" in again.root.one("input", value="o_500").attrs
    assert again.form().submit().status == 303


def test_a_filled_trap_is_kept_aside_and_can_be_released(prospect, cast):
    page = prospect.to_gate("Ada")
    done = page.form(email="ada@nordhafen.example", homepage="https://spam.example").submit()
    assert done.status == 303 and done.follow().has("94")
    assert rows()["contact"] == rows()["intake"] == 0
    attempt = db.session.scalars(select(Attempt)).one()
    assert (attempt.spam_verdict, attempt.spam_signs) == ("quarantined", ["fast", "trap"])
    attempt_id = attempt.id
    run(lambda: actions.release(attempt_id))
    assert rows()["contact"] == rows()["intake"] == 1
    assert db.session.scalars(select(Contact)).one().quiz_score == 94


def test_being_fast_alone_keeps_nobody_out(prospect):
    page = prospect.begin()
    for name, value in ANSWERS["Ada"]:
        page = page.form(**{name: value}).submit().follow()
    page.form(email="ada@nordhafen.example").submit()
    attempt = db.session.scalars(select(Attempt)).one()
    assert (attempt.spam_signs, attempt.spam_verdict) == (["fast"], "")
    assert rows()["contact"] == 1


def test_fast_and_a_throw_away_address_together_are_kept_aside(prospect):
    page = prospect.begin()
    for name, value in ANSWERS["Ada"]:
        page = page.form(**{name: value}).submit().follow()
    page.form(email="x@mailinator.com").submit()
    assert rows()["contact"] == 0


def test_twenty_at_once_make_one_lead(app, prospect):
    page = prospect.to_gate("Ada")
    form = page.root.one("form")
    data = {
        "step": form.one("input", name="step")["value"],
        "email": "ada@nordhafen.example",
        "marketing": "1",
        "result_mail": "1",
    }
    answers = []

    def send():
        response = app.test_client().post(form["action"], data=data)
        answers.append((response.status_code, response.headers.get("Location")))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for status, _ in answers} == {303}
    assert len({where for _, where in answers}) == 1
    assert rows() | {"outbox": 1} == {
        "attempt": 1,
        "answer": 5,
        "contact": 1,
        "intake": 1,
        "outbox": 1,
        "result_link": 1,
    }


def test_twenty_starts_of_one_page_at_once_are_one_attempt(app, readiness, browse):
    token = browse.get("/q/readiness").root.one("input", name="touch")["value"]
    where = []

    def send():
        response = app.test_client().post("/q/readiness/start", data={"touch": token})
        where.append(response.headers.get("Location"))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(where)) == 1 and rows()["attempt"] == 1


def test_a_new_version_leaves_whoever_is_answering_on_theirs(prospect, readiness):
    page = prospect.begin()
    for name, value in ANSWERS["Ada"][:3]:
        page = prospect.answer(page, name, value).follow()

    def publish():
        quiz = db.session.get(Quiz, readiness)
        spec = dict(quiz.draft)
        spec["questions"] = [
            q | {"weight": 300} if q["id"] == "q_pain" else q for q in spec["questions"]
        ]
        actions.save_draft(quiz, spec)
        actions.publish(quiz, by=None)

    run(publish)
    assert reading.live("readiness").n == 2
    for name, value in ANSWERS["Ada"][3:]:
        page = prospect.answer(page, name, value).follow()
    assert page.form(email="ada@nordhafen.example").submit().follow().has("94")
    attempt = db.session.scalars(select(Attempt)).one()
    assert (attempt.quiz_version.n, attempt.pct) == (1, 94)


def test_a_paused_quiz_says_so_and_goes_on_later(prospect, readiness, browse):
    page = prospect.begin()
    url = page.root.one("form")["action"].replace("/answer", "")
    run(lambda: actions.pause(db.session.get(Quiz, readiness)))
    assert browse.get("/q/readiness").has("This check is closed for now")
    assert browse.get(url).has("This check is closed for now")
    page.form(q_size="o_500").submit()
    assert rows()["answer"] == 0
    run(lambda: actions.reopen(db.session.get(Quiz, readiness)))
    assert browse.get(url).has("Question 1 of 5")


def test_only_the_sites_of_the_quiz_may_frame_it(readiness, browse):
    def allow():
        quiz = db.session.get(Quiz, readiness)
        quiz.embed_origins = ["https://kontor.example", "https://evil.example; script-src *"]

    run(allow)
    page = browse.get("/q/readiness?embed=1&embed_id=tend-1&parent=https://kontor.example")
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://kontor.example" in policy
    assert "evil" not in policy
    assert page.root.one("body")["data-parent"] == "https://kontor.example"
    assert "embed=1" in page.root.one("form")["action"]
    other = browse.get("/q/readiness?embed=1&parent=https://evil.example")
    assert "data-parent" not in other.root.one("body").attrs


def test_somebody_can_have_their_data_deleted(prospect, browse):
    done = prospect.finish("Ada", "marketing", "result_mail")
    page = done.follow()
    ask = browse.get(done.location + "/deletion")
    assert rows()["answer"] == 5
    gone = ask.form().submit()
    assert gone.follow().has("Your data is deleted")
    assert ask.form().submit().location == gone.location
    assert browse.get(done.location).status == 410
    attempt = db.session.scalars(select(Attempt)).one()
    assert (rows()["answer"], attempt.contact_id, attempt.consents) == (0, None, {})
    assert "ada" not in str(attempt.lead).lower() and attempt.pct == 94
    contact = db.session.scalars(select(Contact)).one()
    assert contact.quiz_score is None and contact.tags == []
    assert (contact.name, contact.emails, contact.phones) == ("Deleted on request", [], [])
    mail = db.session.scalars(select(Outbox).where(Outbox.kind == "result")).one()
    assert mail.state == "cancelled"
    assert (mail.to_address, mail.to_name, mail.context) == ("deleted@invalid", "", {})
    said = " ".join(f"{one.title} {one.body}" for one in db.session.scalars(select(Entry)))
    assert "Ada" not in said and "94" not in said
    assert page.has("94")


def test_a_record_with_words_of_ours_keeps_its_name_when_answers_are_deleted(
    prospect, browse, cast
):
    eva = cast["Eva"].id
    done = prospect.finish("Ada", "result_mail")

    def note():
        contact = db.session.scalars(select(Contact)).one()
        activities.write_note(by=db.session.get(User, eva), body="Met her", contact_id=contact.id)

    run(note)
    browse.get(done.location + "/deletion").form().submit()
    db.session.expire_all()
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.name, contact.quiz_score) == ("Ada Example", None)
    assert len(contact.emails) == 1


def test_an_old_result_is_no_longer_there(prospect, browse, the_clock):
    done = prospect.finish("Ada")
    assert done.follow().has("This page stays at its address until 23 May 2027.")
    the_clock.set("2027-05-24T12:00:00+02:00")
    assert browse.get(done.location).status == 410


def test_a_retake_keeps_the_first_result(prospect, cast):
    prospect.finish("Ada")
    page = prospect.to_gate("Ben")
    page.form(email="ada+again@nordhafen.example".replace("+again", "")).submit()
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.quiz_score, contact.quiz_tier) == (80, "Warm")
    assert sorted(tag.name for tag in contact.tags) == ["quiz:readiness", "tier:warm"]
    assert [one.pct for one in db.session.scalars(select(Attempt).order_by(Attempt.id))] == [94, 80]
