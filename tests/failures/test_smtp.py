"""A mail server that refuses, hangs or drops at each phase: the pages never notice."""

import re
import time
from collections import Counter

import pytest

from tests.failures.crowd import SECRET, Browser, guests, let_time_pass, until_quiet
from tests.scenarios.conftest import House
from tests.servers import wait_until

PHASES = ("greet", "mail", "rcpt", "data", "dot")
QUICK = 2.0
SLOW = 16  # one second more than a drain waits for one text before it goes on


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    found = House(tmp_path_factory.mktemp("smtp"), SECRET_KEY=SECRET)
    until_quiet(found)
    yield found
    found.stop()


@pytest.fixture(autouse=True)
def manners(house):
    """The server's manners of this test; polite again afterwards, and everything has left."""
    yield house.smtp.manners
    house.smtp.manners.clear()
    let_time_pass(house)


def submit(house, who="Dora", ticks=("result_mail",)):
    """One form handed in; the guest and the seconds it took."""
    [guest] = guests(house, [who], ticks)
    began = time.monotonic()
    assert Browser(house.url).hand_in(guest) == 303
    return guest, time.monotonic() - began


def mail_of(house, guest):
    return house.row(
        "SELECT o.*, o.id AS id FROM outbox o JOIN attempt a ON a.contact_id = o.contact_id "
        "WHERE o.kind = 'result' AND a.id = ?",
        guest.attempt_id,
    )


def becomes(house, guest, *states, seconds=40):
    wait_until(lambda: mail_of(house, guest)["state"] in states, seconds, f"not {states}")
    return mail_of(house, guest)


def arrived(house, row):
    return Counter(str(mail["Message-ID"]) for mail in house.smtp.mails)[row["message_id"]]


@pytest.mark.parametrize("phase", PHASES)
def test_a_later_or_a_drop_before_the_text_is_tried_again(house, manners, phase):
    manners[phase] = ["451 4.3.0 later"] if phase in ("greet", "dot") else ["drop"]
    guest, seconds = submit(house)
    assert seconds < QUICK
    wait_until(lambda: mail_of(house, guest)["tries"], 30)
    row = becomes(house, guest, "queued")
    assert (row["tries"], row["resent_at"]) == (1, None) and row["reason"]
    house.clock.forward(minutes=2)
    row = becomes(house, guest, "sent")
    assert arrived(house, row) == 1


@pytest.mark.parametrize("phase", ["rcpt", "data", "dot"])
def test_a_definite_no_ends_that_mail_and_no_other(house, manners, phase):
    manners[phase] = ["554 5.7.1 we do not like this"]
    first, _ = submit(house)
    row = becomes(house, first, "failed")
    assert row["reason"] == "554 5.7.1 we do not like this"
    second, _ = submit(house)
    assert arrived(house, becomes(house, second, "sent")) == 1
    assert arrived(house, row) == 0


def test_a_drop_after_the_dot_is_uncertain_and_repeated_once_under_its_name(house, manners):
    manners["dot"] = ["drop_after"]
    guest, _ = submit(house)
    row = becomes(house, guest, "uncertain")
    assert row["reason"]
    house.clock.forward(minutes=16)
    row = becomes(house, guest, "sent")
    assert row["resent_at"] and arrived(house, row) == 2


def test_the_banner_says_since_when_mail_waits_and_goes_when_it_left(house, manners):
    manners["greet"] = "421 4.3.2 closed for now"
    olga = house.as_("olga")
    assert "has been waiting" not in olga.get("/").text
    guest, seconds = submit(house)
    assert seconds < QUICK
    wait_until(lambda: mail_of(house, guest)["tries"], 30)
    house.clock.forward(minutes=5)
    page = olga.get("/")
    assert re.search(r"The oldest mail has been waiting for [45] minutes\.", page.text)
    outbox = page.link("See the outbox")
    assert outbox.path == "/outbox" and guest.email in outbox.text
    assert house.tend.health()["outbox_oldest_seconds"] > 180
    manners.clear()
    let_time_pass(house)
    assert arrived(house, becomes(house, guest, "sent")) == 1
    assert "has been waiting" not in olga.get("/").text


def test_two_texts_without_answer_leave_a_worker_for_every_lane(house, manners):
    """Each slow answer once kept a worker of its own waiting; there are two of them."""
    house.clock.set("2026-11-26T10:00:00")  # in the hours in which nurture mails may leave
    manners["dot"] = ["hang"]
    stuck = [submit(house)[0]]
    wait_until(lambda: mail_of(house, stuck[0])["state"] == "handoff", 40)
    time.sleep(SLOW)
    manners["dot"] = ["hang"]
    stuck.append(submit(house)[0])
    wait_until(lambda: mail_of(house, stuck[1])["state"] == "handoff", 40)
    time.sleep(SLOW)
    guest, _ = submit(house, "Ben", ("result_mail", "marketing"))
    house.clock.forward(minutes=11)
    becomes(house, guest, "sent")
    nurture = (
        "SELECT 1 FROM outbox o JOIN attempt a ON a.contact_id = o.contact_id "
        "WHERE o.kind = 'nurture' AND o.state = 'sent' AND a.id = ?"
    )
    wait_until(lambda: house.rows(nurture, guest.attempt_id), 40, "the bulk lane stands still")


@pytest.mark.parametrize("phase", ["rcpt", "dot"])
def test_while_the_server_hangs_submits_take_no_longer_and_other_mails_leave(house, manners, phase):
    manners[phase] = ["hang"]
    stuck, seconds = submit(house)
    assert seconds < QUICK
    wait_until(lambda: mail_of(house, stuck)["state"] in ("claimed", "handoff"), 20)
    others = [submit(house) for _ in range(3)]
    assert max(seconds for _, seconds in others) < QUICK
    for path in ("/q/readiness", "/login"):
        began = time.monotonic()
        assert Browser(house.url).send("GET", path)[0] == 200
        assert time.monotonic() - began < QUICK
    for guest, _ in others:
        assert arrived(house, becomes(house, guest, "sent")) == 1
