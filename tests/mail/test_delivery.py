"""From the outbox over a real SMTP server to a final state."""

import threading
from datetime import timedelta

import pytest

from crm.core import clock
from crm.core.db import db, run
from crm.mail import actions, delivery, transport
from crm.mail.actions import reaping
from crm.mail.rules import Later
from tests.mail.conftest import enter


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(transport, "BEFORE_TEXT", 1.0)
    monkeypatch.setattr(transport, "AFTER_DOT", 1.5)
    monkeypatch.setattr(delivery, "SLOW_AFTER", 0.3)


def test_a_due_mail_leaves_with_all_its_headers_and_both_parts(smtp, post, row):
    number = post(context={"subject": "Grüße", "words": "Guten Tag\n.\n..dots"})
    assert delivery.drain("urgent") == 1
    mail = smtp.mails[0]
    assert mail["Subject"] == "Grüße"
    assert mail["X-Tend-Kind"] == "plain_urgent"
    assert mail["X-Tend-Id"] == str(number)
    assert mail["Message-ID"] == row().message_id
    assert mail["Date"] and mail["To"] == "ada@nordhafen.example"
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text == "Guten Tag\n.\n..dots\n"
    assert "<p" in mail.get_body(("html",)).get_content()
    assert (row().state, row().last_code) == ("sent", 250)


def test_the_same_key_is_written_and_sent_once(post, smtp):
    assert post("same")
    assert post("same") is None
    delivery.drain("urgent")
    delivery.drain("urgent")
    assert len(smtp.mails) == 1


def test_a_mail_of_a_transaction_that_failed_does_not_exist(kinds, smtp):
    def fail():
        actions.queue("plain_urgent", dedupe_key="gone", to_address="a@b.example")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        run(fail)
    assert delivery.drain("urgent") == 0


def test_one_connection_carries_all_mails_of_a_drain(smtp, post):
    for n in range(5):
        post(f"k{n}")
    assert delivery.drain("urgent") == 5
    assert smtp.connections == 1


def test_a_mail_not_yet_due_waits(smtp, post, the_clock):
    post(not_before=clock.now() + timedelta(minutes=5))
    assert delivery.drain("urgent") == 0
    the_clock.forward(minutes=5, seconds=1)
    assert delivery.drain("urgent") == 1


@pytest.mark.parametrize("phase", ["greet", "mail", "rcpt", "data"])
@pytest.mark.parametrize("manner", ["drop", "hang", "451 4.7.1 later"])
def test_trouble_before_the_text_is_tried_again(smtp, post, row, the_clock, phase, manner):
    post()
    smtp.manners[phase] = manner
    assert delivery.drain("urgent") == 0
    assert row().state == "queued"
    wait = (row().not_before - clock.now()).total_seconds()
    assert 45 < wait <= 72.1  # one minute, 20 % more or less
    smtp.manners.clear()
    the_clock.forward(seconds=80)
    assert delivery.drain("urgent") == 1
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "dot"])
def test_a_definite_no_fails_the_mail_and_lets_the_next_one_go(smtp, post, row, phase):
    post("one")
    post("two")
    smtp.manners[phase] = ["554 5.7.1 not this one"]
    delivery.drain("urgent")
    assert (row("one").state, row("one").last_code) == ("failed", 554)
    assert row("two").state == "sent"


def test_a_later_after_the_text_is_tried_again_with_the_same_message_id(smtp, post, row, the_clock):
    post()
    smtp.manners["dot"] = ["451 4.3.0 later"]
    delivery.drain("urgent")
    assert row().state == "queued"
    the_clock.forward(minutes=2)
    delivery.drain("urgent")
    assert row().state == "sent"
    assert [mail["Message-ID"] for mail in smtp.mails] == [row().message_id]


@pytest.mark.parametrize("manner", ["drop", "drop_after", "hang", "hang_after"])
def test_no_answer_after_the_text_is_uncertain_and_bulk_never_repeats(
    smtp, post, row, the_clock, manner
):
    post(lane="bulk")
    smtp.manners["dot"] = [manner]
    delivery.drain("bulk")
    assert row().state == "uncertain"
    for _ in range(30):
        the_clock.forward(hours=1)
        run(reaping.reap)
        delivery.drain("bulk")
    assert row().state == "uncertain"
    assert len(smtp.mails) == (1 if manner.endswith("after") else 0)


def test_an_uncertain_reminder_goes_once_more_after_a_quarter_of_an_hour(
    smtp, post, row, the_clock
):
    post()
    smtp.manners["dot"] = ["drop_after", "drop_after"]
    delivery.drain("urgent")
    the_clock.forward(minutes=14)
    run(reaping.reap)
    assert row().state == "uncertain"
    for _ in range(5):
        the_clock.forward(minutes=16)
        run(reaping.reap)
        delivery.drain("urgent")
    assert row().state == "uncertain"
    assert len(smtp.mails) == 2
    assert len({mail["Message-ID"] for mail in smtp.mails}) == 1


def test_an_uncertain_sign_in_link_goes_again_at_once(smtp, post, row):
    post(lane="security")
    smtp.manners["dot"] = ["drop"]
    delivery.drain("security")
    run(reaping.reap)
    delivery.drain("security")
    assert row().state == "sent"


def test_a_server_slow_after_one_text_does_not_hold_up_the_others(smtp, post, row):
    post("slow")
    post("quick")
    smtp.manners["dot"] = ["hang"]
    delivery.drain("urgent")
    assert row("quick").state == "sent"
    assert row("slow").state == "uncertain"


def test_while_one_answer_is_slow_further_mail_goes_to_the_server_entered_meanwhile(
    app, smtp, server, post, row, kinds, monkeypatch
):
    monkeypatch.setattr(delivery, "LOOK_SECONDS", 0.1)
    smtp.manners["dot"] = ["hang"]
    post("slow")
    post("further", lane="bulk")
    kinds["plain_urgent"] = delivery_kind(kinds["plain_urgent"], lambda _: enter(app, server))
    delivery.drain("urgent")
    assert (row("slow").state, row("further").state) == ("uncertain", "sent")
    assert (len(smtp.mails), len(server.mails)) == (0, 1)


def test_a_claim_of_a_killed_drain_comes_back_after_its_lease(smtp, post, row, the_clock):
    post()
    assert run(lambda: delivery.delivery.claim("urgent", "killed"))
    assert delivery.drain("urgent") == 0
    the_clock.forward(seconds=61)
    run(reaping.reap)
    assert delivery.drain("urgent") == 1


def test_a_drain_killed_after_the_handoff_leaves_uncertainty_not_a_second_mail(
    smtp, post, row, the_clock
):
    post(lane="bulk")
    claim = run(lambda: delivery.delivery.claim("bulk", "killed"))
    work = delivery.Drain(None)
    written = work._write(claim)
    assert run(lambda: delivery.delivery.hand_over(claim, written))
    the_clock.forward(seconds=659)
    run(reaping.reap)
    assert row().state == "handoff"
    the_clock.forward(seconds=2)
    run(reaping.reap)
    assert row().state == "uncertain"
    assert delivery.drain("bulk") == 0


def test_a_stale_worker_cannot_pass_the_handoff(smtp, post, the_clock):
    post()
    stale = run(lambda: delivery.delivery.claim("urgent", "stale"))
    written = delivery.Drain(None)._write(stale)
    the_clock.forward(seconds=61)
    run(reaping.reap)
    assert run(lambda: delivery.delivery.claim("urgent", "fresh"))
    assert run(lambda: delivery.delivery.hand_over(stale, written)) is None


def test_two_drains_at_once_send_each_mail_once(app, smtp, post):
    for n in range(20):
        post(f"k{n}")

    def work():
        with app.app_context():
            delivery.drain("urgent")
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(smtp.mails) == 20
    assert len({mail["Message-ID"] for mail in smtp.mails}) == 20


def test_a_guard_is_asked_inside_the_handoff(smtp, post, row, kinds):
    answers = iter([None, "a reply came"])
    kinds["plain_urgent"] = delivery_kind(kinds["plain_urgent"], lambda mail: next(answers))
    post()
    delivery.drain("urgent")
    assert (row().state, row().reason) == ("cancelled", "a reply came")
    assert smtp.mails == []


def test_a_guard_may_put_off_without_counting_a_try(smtp, post, row, kinds):
    later = clock.now() + timedelta(hours=3)
    kinds["plain_urgent"] = delivery_kind(
        kinds["plain_urgent"], lambda mail: Later(later, "outside the window")
    )
    post()
    delivery.drain("urgent")
    assert (row().state, row().tries) == ("queued", 0)
    assert abs(row().not_before - later) < timedelta(seconds=1)


def delivery_kind(kind, guard):
    return type(kind)(kind.kind, kind.lane, kind.compose, guard=guard)
