"""Scenario C in its quiz form and E 2, 4: told within minutes, silent after an answer."""

import os
import signal
import sqlite3
import time
import urllib.request
from pathlib import Path

from tests.scenarios.test_scenario_a import give, to_gate
from tests.servers import descendants


def test_c_a_lead_is_taken_in_while_the_worker_is_away_and_told_once_it_is_back(house):
    page = to_gate(house, "Ada", "2026-11-24T09:12:00")
    give(page, "Ada Lorenz", "ada@nordhafen.example", phone="+49 40 555 318")
    worker = worker_pid(house)
    freeze(house, worker)
    try:
        result = page.press("See my result", follow=False)
        assert result.status == 303
        assert house.count("notice WHERE kind = 'lead'") == 1
        house.clock.set("2026-11-24T09:20:00")
        banner = house.as_("mona").get("/contacts")
        assert "mail" in banner.root.one(id="banner").text.lower()
        assert house.smtp.mails == []
    finally:
        for pid in [*children(worker), worker]:
            os.kill(pid, signal.SIGCONT)
    house.clock.set("2026-11-24T09:25:00")
    assert len(house.mails("notice", 1, 60)) == 1
    time.sleep(2)
    assert len(house.mails("notice", 1)) == 1


def test_c_the_same_person_again_is_the_same_contact_and_one_more_notice(house):
    for minute, who in (("12", "Ada"), ("14", "Cleo")):
        page = to_gate(house, who, f"2026-11-24T09:{minute}:00")
        give(page, "Ada Lorenz", "ada@nordhafen.example", phone="+49 40 555 318")
        page.press("See my result")
    assert house.count("contact WHERE name = 'Ada Lorenz'") == 1
    assert house.count("intake") == 2
    assert house.count("task WHERE title LIKE 'Call Ada%'") == 1


def test_e_an_answer_just_before_the_step_is_handed_over_keeps_it_back(house):
    page = to_gate(house, "Ben", "2026-11-24T14:10:00")
    give(page, "Ben Haas", "ben@kestrel.example", "marketing")
    house.clock.set("2026-11-24T14:10:00")
    page.press("See my result")
    house.clock.set("2026-11-24T14:20:05")
    house.mails("nurture", 1)
    house.clock.set("2026-11-25T11:02:00")
    ben = house.value("SELECT id FROM contact WHERE name = 'Ben Haas'")
    page = house.as_("mona").get(f"/contacts/{ben}?add=reply")
    page.fill("What they answered", "Nine hours, to my shame. Can we talk?").press("Save answer")
    house.wait(lambda: house.value("SELECT state FROM enrolment") == "stopped")
    assert house.value("SELECT stop_reason FROM enrolment") == "replied"
    assert house.column("SELECT state FROM enrolment_step ORDER BY position") == [
        "sent",
        "cancelled",
        "cancelled",
        "cancelled",
        "cancelled",
    ]
    task = house.row("SELECT * FROM task WHERE contact_id = ?", ben)
    # Four working hours after 11:02 is 15:02 in Berlin.
    assert task["due_at"][:16] == "2026-11-25 14:02"
    house.clock.set("2026-11-26T09:30:30")
    house.wait(lambda: house.tend.health()["clock_last_run"] >= "2026-11-26T08:30:30")
    time.sleep(2)
    assert len(house.mails("nurture", 1)) == 1


def test_e_unsubscribing_with_one_click_stops_all_sequences(house):
    page = to_gate(house, "Ben", "2026-11-24T14:10:00")
    give(page, "Ben Haas", "ben@kestrel.example", "marketing")
    house.clock.set("2026-11-24T14:10:00")
    page.press("See my result")
    house.clock.set("2026-11-24T14:20:05")
    [mail] = house.mails("nurture", 1)
    url = next(part.strip("<> ") for part in mail["List-Unsubscribe"].split(",") if "http" in part)
    with urllib.request.urlopen(url) as answer:
        assert answer.status == 200
    assert house.value("SELECT state FROM enrolment") == "active"
    request = urllib.request.Request(url, data=b"List-Unsubscribe=One-Click")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    house.wait(lambda: house.value("SELECT state FROM enrolment") == "stopped")
    assert house.value("SELECT stop_reason FROM enrolment") == "unsubscribed"


def freeze(house, worker):
    """Stop the worker and its children, but not in the middle of a write of theirs."""
    while True:
        for pid in [worker, *children(worker)]:
            os.kill(pid, signal.SIGSTOP)
        if is_free(house):
            return
        for pid in [*children(worker), worker]:
            os.kill(pid, signal.SIGCONT)
        time.sleep(0.2)


def is_free(house):
    connection = sqlite3.connect(house.tend.data / "tend.sqlite3", timeout=0.1)
    try:
        connection.execute("BEGIN IMMEDIATE")
        return True
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def worker_pid(house):
    """The worker's process: it holds the clock and is the parent of the RQ workers."""
    for pid in descendants(house.tend.process.pid):
        if Path(f"/proc/{pid}/comm").read_text().strip() == "tend-worker":
            return pid
    raise AssertionError("no worker runs")


def children(pid):
    return descendants(pid)
