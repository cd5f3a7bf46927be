"""Scenario E: mails stop at an answer, whatever the moment, and no doubt sends one twice."""

import time
import urllib.request
from datetime import datetime

import pytest

from tests.mail.server import Gate
from tests.scenarios.test_scenario_a import give, to_gate

FIRST, SECOND = "2026-11-24T14:20:05", "2026-11-26T09:30:00"
ANSWER = "Nine hours, to my shame. Can we talk?"


@pytest.fixture
def nurtured(house):
    """Ben scored 80 on Tuesday at 14:10 and is in the sequence; nothing has left yet."""
    page = to_gate(house, "Ben", "2026-11-24T14:10:00")
    give(page, "Ben Haas", "ben@kestrel.example", "marketing")
    house.clock.set("2026-11-24T14:10:00")
    page.press("See my result")
    house.ben = house.value("SELECT id FROM contact WHERE name = 'Ben Haas'")
    return house


def save_answer(house, walker):
    page = walker.get(f"/contacts/{house.ben}?add=reply")
    saved = page.fill("What they answered", ANSWER).press("Save answer")
    assert saved.status == 200, saved.text


def steps(house):
    return house.column("SELECT state FROM enrolment_step ORDER BY position")


def enrolment(house):
    row = house.row("SELECT state, stop_reason FROM enrolment")
    return row["state"], row["stop_reason"]


def mail_of_step(house, place):
    found = house.rows(
        "SELECT o.* FROM outbox o JOIN enrolment_step s ON s.id = o.enrolment_step_id "
        "WHERE s.position = ?",
        place,
    )
    return found[0] if found else {"state": None}


def nurture_mails(house):
    return [mail for mail in house.smtp.mails if mail["X-Tend-Kind"] == "nurture"]


def tick_twice(house):
    for _ in range(2):
        assert house.tend.command("tick").returncode == 0


def test_e1_an_answer_the_day_before_stops_the_mails_that_were_still_to_come(nurtured):
    house = nurtured
    house.clock.set(FIRST)
    house.mails("nurture", 1)
    house.clock.set("2026-11-25T11:02:00")
    save_answer(house, house.as_("mona"))
    house.wait(lambda: enrolment(house) == ("stopped", "replied"))
    assert steps(house) == ["sent"] + ["cancelled"] * 4
    task = house.row("SELECT * FROM task WHERE contact_id = ?", house.ben)
    # Four working hours after 11:02 is 15:02 in Berlin.
    assert task["due_at"][:16] == "2026-11-25 14:02"
    house.clock.set("2026-11-26T09:30:30")
    house.wait(lambda: house.tend.health()["clock_last_run"] >= "2026-11-26T08:30:30")
    time.sleep(2)
    assert len(nurture_mails(house)) == 1


def test_e2_an_answer_while_a_claimed_step_stands_before_the_server_keeps_it_back(nurtured):
    house = nurtured
    house.clock.set(FIRST)
    house.mails("nurture", 1)
    house.clock.set("2026-11-26T09:29:00")
    mona, gate = house.as_("mona"), Gate("ben@kestrel.example")
    house.smtp.manners["data"] = gate  # no 354: nothing of the text has left
    house.clock.set(SECOND)
    try:
        assert gate.reached.wait(60)
        assert mail_of_step(house, 1)["state"] == "claimed"
        save_answer(house, mona)
    finally:
        gate.is_open.set()
    house.wait(lambda: mail_of_step(house, 1)["state"] == "cancelled")
    assert mail_of_step(house, 1)["reason"] == "replied"
    assert enrolment(house) == ("stopped", "replied")
    assert steps(house) == ["sent"] + ["cancelled"] * 4
    del house.smtp.manners["data"]
    house.clock.set("2026-11-26T09:45:00")
    tick_twice(house)
    assert len(nurture_mails(house)) == 1


def test_e2_an_answer_after_the_server_took_the_step_leaves_it_sent_once_and_ends_it(nurtured):
    house = nurtured
    house.clock.set(FIRST)
    house.mails("nurture", 1)
    house.clock.set("2026-11-26T09:29:00")
    mona, gate = house.as_("mona"), Gate("ben@kestrel.example")
    house.smtp.manners["dot"] = gate  # it has the mail and keeps its 250 back
    house.clock.set(SECOND)
    try:
        assert gate.reached.wait(60)
        assert mail_of_step(house, 1)["state"] == "handoff"
        save_answer(house, mona)
    finally:
        gate.is_open.set()
    house.wait(lambda: mail_of_step(house, 1)["state"] == "sent")
    assert enrolment(house) == ("stopped", "replied")
    assert steps(house) == ["sent", "sent"] + ["cancelled"] * 3
    del house.smtp.manners["dot"]
    for later in ("2026-11-26T10:30:00", "2026-11-30T09:30:05"):
        house.clock.set(later)
        tick_twice(house)
    mails = nurture_mails(house)
    assert len(mails) == len({mail["Message-ID"] for mail in mails}) == 2


def test_e4_a_step_whose_answer_was_lost_is_left_to_a_person_and_the_next_comes_in_time(nurtured):
    house = nurtured
    house.smtp.manners["dot"] = ["drop_after"]  # it has the text, and hangs up
    house.clock.set(FIRST)
    house.wait(lambda: mail_of_step(house, 0)["state"] == "uncertain")
    assert steps(house)[0] == "uncertain"
    [mail] = nurture_mails(house)
    outbox = house.as_("mona").get("/outbox?state=uncertain")
    shown = outbox.link("Ben Haas")
    assert "Uncertain" in shown.text
    assert "Send again" in [button.text for button in shown.root.all("button")]

    for later in ("2026-11-24T14:35:00", "2026-11-25T09:30:05", "2026-11-25T14:30:00"):
        house.clock.set(later)
        tick_twice(house)
        assert mail_of_step(house, 0)["state"] == "uncertain"
        assert len(nurture_mails(house)) == 1
    house.clock.set("2026-11-26T09:30:05")
    mails = house.mails("nurture", 2)
    assert len({one["Message-ID"] for one in mails}) == len(mails) == 2
    assert mails[0]["Message-ID"] == mail["Message-ID"]
    apart = handed(house, 1) - handed(house, 0)
    assert apart.total_seconds() >= 20 * 3600
    house.wait(lambda: steps(house) == ["uncertain", "sent"] + ["pending"] * 3)


def handed(house, place):
    return datetime.fromisoformat(mail_of_step(house, place)["handed_at"])


def test_e3_unsubscribing_with_one_click_stops_all_sequences(nurtured):
    house = nurtured
    house.clock.set(FIRST)
    [mail] = house.mails("nurture", 1)
    url = next(part.strip("<> ") for part in mail["List-Unsubscribe"].split(",") if "http" in part)
    with urllib.request.urlopen(url) as answer:
        assert answer.status == 200
    assert house.value("SELECT state FROM enrolment") == "active"
    request = urllib.request.Request(url, data=b"List-Unsubscribe=One-Click")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    house.wait(lambda: enrolment(house) == ("stopped", "unsubscribed"))
