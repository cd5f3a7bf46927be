"""Double opt-in: a tick counts once the reader of the mailbox has pressed the button."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.activities.models import Entry, Task
from crm.contacts import actions as contacts
from crm.contacts.models import Consent, Contact, ContactEmail
from crm.contacts.queries import has_consent, unconfirmed
from crm.core import clock
from crm.core.db import db, run
from crm.demo import routing, sequence
from crm.mail import actions as mail_actions
from crm.mail import delivery
from crm.mail.models import Outbox
from crm.quizzes import actions
from crm.quizzes.models import Attempt, Quiz
from crm.sequences import actions as sequences
from crm.sequences.models import Enrolment
from tests.mail.conftest import smtp  # noqa: F401


@pytest.fixture
def asking(readiness, cast):
    """The readiness check asks for confirmation, with the rules and mails of the demo."""

    def work():
        routing.add(cast, sequence.add(cast))
        quiz = db.session.get(Quiz, readiness)
        actions.save_draft(quiz, quiz.draft | {"double_opt_in": True})
        actions.publish(quiz, by=None)

    run(work)


@pytest.fixture
def post(asking, prospect, smtp, the_clock):  # noqa: F811
    """Somebody finishes; the mails of a kind that have left by then."""

    class Post:
        def finish(self, person, *ticked, **fields):
            done = prospect.finish(person, *ticked, **fields)
            self.send()
            return done

        def send(self):
            for lane in ("urgent", "bulk"):
                delivery.drain(lane)
            db.session.rollback()

        def of(self, kind):
            return [one for one in smtp.mails if one["X-Tend-Kind"] == kind]

        def link(self):
            text = self.of("confirm")[-1].get_body(("plain",)).get_content()
            return next(line for line in text.splitlines() if "/m/" in line)

    return Post()


def one(model, *where):
    db.session.rollback()
    return db.session.scalars(select(model).where(*where)).one()


def count(model, *where):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def test_a_tick_is_no_consent_until_the_button_behind_the_link_is_pressed(post, browse, the_clock):
    done = post.finish("Ben", "marketing").follow()
    assert done.has("One click is missing") and done.has("b…n@velovoss.example")
    (mail,) = post.of("confirm")
    assert mail["To"] == "Ben Example <ben@velovoss.example>"
    assert mail["Subject"] == "Please confirm: mails from Haselbach"
    assert "Send me five short mails about follow-up" in mail.get_body(("html",)).get_content()
    ben = one(Contact)
    assert not has_consent(ben.id, "marketing") and unconfirmed(ben.id, "marketing")
    assert (one(Enrolment).state, ben.lifecycle) == ("waiting", "captured")
    asked = browse.get(post.link())
    assert asked.has("May we write to you?") and asked.has("b…n@velovoss.example")
    assert [button.text for button in asked.root.all("button")] == ["Yes, send them to me"]
    assert not has_consent(one(Contact).id, "marketing"), "opening it confirmed something"
    the_clock.set("2026-11-25T11:00:00")
    first = asked.form().submit()
    again = asked.form().submit()
    assert first.status == again.status == 303 and first.location == again.location
    done = first.follow()
    assert done.has("Confirmed. Thank you.") and done.has("today at 11:10")
    assert has_consent(one(Contact).id, "marketing")
    assert count(Consent, Consent.state == "confirmed") == 1


def test_the_mails_count_from_the_confirmation(post, browse, the_clock):
    done = post.finish("Ben", "marketing")
    the_clock.set("2026-11-26T10:00:00")
    post.send()
    assert post.of("nurture") == []
    browse.get(post.link()).form().submit()
    enrolment, ben = one(Enrolment), one(Contact)
    assert (enrolment.state, ben.lifecycle) == ("active", "nurture")
    zone = ZoneInfo("Europe/Berlin")
    due = [f"{step.due_at.astimezone(zone):%d.%m. %H:%M}" for step in enrolment.steps]
    # Thursday 26th + 10 minutes, day 2 is a Saturday, day 5 Tuesday, day 9 Saturday, day 14.
    assert due == ["26.11. 10:10", "30.11. 09:30", "01.12. 09:30", "07.12. 09:30", "10.12. 09:30"]
    the_clock.set("2026-11-26T10:11:00")
    run(sequences.queue_due_steps)
    post.send()
    (mail,) = post.of("nurture")
    assert mail["To"] == "Ben Example <ben@velovoss.example>"
    assert browse.get(done.location).has("Eva Lindqvist writes to you, nobody calls")


def test_both_rows_stay_with_their_text_and_time(post, browse, the_clock):
    post.finish("Ben", "marketing")
    the_clock.forward(hours=20)
    browse.get(post.link()).form().submit()
    rows = db.session.scalars(
        select(Consent).where(Consent.purpose == "marketing").order_by(Consent.id)
    ).all()
    assert [(row.state, row.is_granted, row.source) for row in rows] == [
        ("pending", True, "quiz"),
        ("confirmed", True, "confirmation"),
    ]
    assert rows[0].text == rows[1].text and rows[0].text.startswith("Send me five short mails")
    assert (rows[1].at - rows[0].at).total_seconds() // 3600 == 20
    assert one(ContactEmail).confirmed_at == rows[1].at


def test_nobody_waits_but_the_mails_that_follow(post):
    post.finish("Ada", "marketing", "result_mail", phone="+49 40 5550318")
    eva = one(User, User.name.like("Eva %")).id
    assert one(Contact).owner_id == one(Task).owner_id == eva
    (result,) = post.of("result")
    assert len(post.of("notice")) == 1
    # One mail an address in ten minutes: the result holds the link, the request follows.
    assert "/confirm" in result.get_body(("plain",)).get_content() and post.of("confirm") == []


def test_the_request_of_its_own_comes_ten_minutes_after_the_result(post, browse, the_clock):
    post.finish("Ben", "marketing", "result_mail")
    the_clock.forward(minutes=11)
    post.send()
    assert len(post.of("result")) == len(post.of("confirm")) == 1
    assert browse.get(post.link()).form().submit().follow().has("Confirmed.")


def test_whoever_confirmed_by_the_result_mail_is_not_asked_again(post, browse, the_clock):
    post.finish("Ben", "marketing", "result_mail")
    text = post.of("result")[0].get_body(("plain",)).get_content()
    browse.get(next(line for line in text.splitlines() if "/m/" in line)).form().submit()
    the_clock.forward(minutes=11)
    post.send()
    row = one(Outbox, Outbox.kind == "confirm")
    assert (row.state, row.reason) == ("cancelled", "it is confirmed already")


def test_an_address_that_was_confirmed_is_not_asked_again(post, browse, the_clock):
    post.finish("Ben", "marketing")
    browse.get(post.link()).form().submit()
    the_clock.forward(days=1)
    post.finish("Ben", "marketing")
    assert len(post.of("confirm")) == 1
    assert [row.state for row in db.session.scalars(select(Consent).order_by(Consent.id)).all()
            if row.purpose == "marketing"] == ["pending", "confirmed", ""]  # fmt: skip


def test_whoever_unsubscribed_is_asked_again_and_may_come_back(post, browse, the_clock):
    post.finish("Ben", "marketing")
    browse.get(post.link()).form().submit()

    def leave():
        mail_actions.suppress("ben@velovoss.example", scope="marketing", reason="unsubscribed")
        contact = db.session.scalars(select(Contact)).one()
        contacts.record_consent(
            contact, purpose="marketing", is_granted=False, text="", text_version=1,
            locale="en", source="preferences",
        )  # fmt: skip
        sequences.stop_for_contact(contact.id, reason="unsubscribed")

    run(leave)
    the_clock.forward(days=1)
    post.finish("Ben", "marketing")
    assert len(post.of("confirm")) == 2 and not has_consent(one(Contact).id, "marketing")
    browse.get(post.link()).form().submit()
    assert has_consent(one(Contact).id, "marketing")


def test_a_link_of_eight_days_asks_for_a_new_one(post, browse, the_clock):
    post.finish("Ben", "marketing")
    old = post.link()
    the_clock.forward(days=7, minutes=2)
    page = browse.get(old)
    assert page.has("This link has run out")
    token = old.rsplit("/", 1)[0]
    assert browse.post(token + "/confirmation").status == 303
    assert not has_consent(one(Contact).id, "marketing")
    renewed = [page.form().submit() for _ in range(3)]
    assert renewed[0].follow().has("A new mail is on its way")
    post.send()
    assert len(post.of("confirm")) == 2
    browse.get(post.link()).form().submit()
    assert has_consent(one(Contact).id, "marketing")
    assert browse.get(old).has("Confirmed. Thank you.")


def test_new_links_come_five_times_a_day_at_most(post, browse, the_clock):
    post.finish("Ben", "marketing")
    old = post.link()
    the_clock.forward(days=8)
    for _ in range(7):
        browse.get(old).form().submit()
        post.send()
        the_clock.forward(minutes=11)
    assert len(post.of("confirm")) == 6  # one of a week ago and five of today
    assert count(Outbox, Outbox.state == "cancelled", Outbox.kind == "confirm") == 2


def test_forged_and_foreign_links_open_nothing(post, browse):
    post.finish("Ben", "marketing")
    link = post.link()
    assert browse.get(link[:-12] + "x/confirm").status == 404
    assert browse.post("/m/nonsense/confirmation").status == 404
    assert browse.get("/m/nonsense/confirm").has("This link is cut or not from us.")
    assert not has_consent(one(Contact).id, "marketing")


def test_what_was_deleted_cannot_be_confirmed(post, browse):
    done = post.finish("Ben", "marketing")
    browse.get(done.location + "/deletion").form().submit()
    page = browse.get(post.link())
    assert page.status == 410 and page.has("There is nothing to confirm")
    browse.post(post.link() + "ation")
    assert count(Consent, Consent.state == "confirmed") == 0
    assert one(Enrolment).state == "stopped"


def test_what_happened_before_the_confirmation_is_asked_then(post, browse, cast):
    post.finish("Ben", "marketing")
    run(lambda: db.session.add(Entry(
        kind="mail_in", contact_id=one(Contact).id, actor="prospect", title="Re", details={},
        at=clock.now(), created_at=clock.now(),
    )))  # fmt: skip
    browse.get(post.link()).form().submit()
    assert (one(Enrolment).state, one(Enrolment).stop_reason) == ("stopped", "replied")
    assert has_consent(one(Contact).id, "marketing")


def test_without_the_setting_a_tick_counts_at_once(prospect, cast):
    run(lambda: routing.add(cast, sequence.add(cast)))
    prospect.finish("Ben", "marketing")
    assert has_consent(one(Contact).id, "marketing") and one(Enrolment).state == "active"
    assert count(Outbox, Outbox.kind == "confirm") == 0


def test_the_record_says_what_it_waits_for_and_since_when(post, browse, the_clock):
    post.finish("Ben", "marketing")
    eva, url = browse.signed_in("Eva"), f"/contacts/{one(Contact).id}"
    page = eva.get(url)
    assert page.has("Not confirmed") and page.has("asked by mail to confirm")
    assert page.has("Waits for confirmation") and page.has("Sequence waits for confirmation")
    browse.get(post.link()).form().submit()
    page = eva.get(url)
    assert page.has("confirmed on") and page.has("Confirmed: mails may come")
    assert not page.has("Waits for confirmation")


def test_putting_somebody_in_by_hand_names_what_is_missing(post, browse):
    post.finish("Ben", "marketing")
    enrolment = one(Enrolment)
    url = f"/sequences/{enrolment.sequence_id}/enrolments"
    data = {"contact_id": enrolment.contact_id, "back": "/sequences"}
    run(lambda: sequences.stop(db.session.scalars(select(Enrolment)).one(), reason="manual"))
    refused = browse.signed_in("Mona").post(url, data=data)
    assert refused.follow().has("Waiting for confirmation: Ben Example has not confirmed yet.")


def test_the_setting_stands_with_the_boxes_and_is_named_when_publishing(readiness, browse):
    max_ = browse.signed_in("Max")
    page = max_.get(f"/quizzes/{readiness}/parts/consents")
    page.form(action=f"/quizzes/{readiness}/parts/consents", double_opt_in="y").submit()
    assert one(Quiz).draft["double_opt_in"] is True
    page = max_.get(f"/quizzes/{readiness}/publication")
    assert page.has("Mails that follow: asked to be confirmed by mail.")


def test_an_address_that_a_machine_named_gets_one_mail_a_day(post, prospect, the_clock):
    page = prospect.to_gate("Ben")
    page.form(email="ben@velovoss.example", homepage="x", result_mail="1").submit()
    post.send()
    assert post.of("result") == []
    for _ in range(2):
        post.finish("Ben", "result_mail")
        the_clock.forward(minutes=11)
    assert len(post.of("result")) == 1
    assert count(Outbox, Outbox.state == "cancelled", Outbox.kind == "result") == 1
    the_clock.forward(days=2)
    post.finish("Ben", "result_mail")
    the_clock.forward(minutes=11)
    post.finish("Ben", "result_mail")
    assert len(post.of("result")) == 3


def test_an_attempt_let_through_is_written_to_like_any_other(post, prospect):
    page = prospect.to_gate("Ben")
    page.form(email="ben@velovoss.example", homepage="x", marketing="1").submit()
    attempt = one(Attempt)
    run(lambda: actions.release(attempt.id))
    post.send()
    assert len(post.of("confirm")) == 1 and one(Enrolment).state == "waiting"
