"""Scenario B: above 70 to the seniors, reminded once when nobody called within two hours."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.scenarios.conftest import worker_pid
from tests.scenarios.test_scenario_a import give, to_gate

TOP_ANSWERS = [
    "- How many people work at your company? 51 to 500",
    "- When would you like better follow-up to be in place? This quarter",
    "- What is your part in how you sell? I decide, or own the budget",
]


@pytest.fixture
def seniors(house):
    """R0 in front: score above 70 goes to the seniors, entered by the manager in the pages."""
    mona = house.as_("mona")
    page = mona.get("/settings/routing/new")
    page.fill("Name", "Score above 70")
    for label, value in (
        ("Field", "pct"),
        ("Comparison", "gt"),
        ("Value", "70"),
        ("Give the lead to", "pool:2"),
        ("Answer time", "1"),
        ("Task", "Call {name} – readiness {pct}"),
    ):
        page.fill(label, value)
    page = page.press("Save rule")
    assert page.status == 200, page.text
    for _ in range(3):
        first = house.column(
            "SELECT name FROM routing_rule WHERE archived_at IS NULL ORDER BY position"
        )[0]
        if first == "Score above 70":
            break
        mona.get("/settings/routing").press("Up: Score above 70")
    assert first == "Score above 70"
    return house


def arrive(house, who, at, email):
    page = to_gate(house, who, at)
    give(page, f"{who} Haas", email, "marketing", phone="+49 30 5550 100")
    house.clock.set(at)
    page.press("See my result")
    return house.row(
        "SELECT c.id, u.name AS owner FROM contact c LEFT JOIN user u "
        "ON u.id = c.owner_id WHERE c.name = ?",
        f"{who} Haas",
    )


def log_call(house, who, contact, outcome, at=None):
    page = house.as_(who).get(f"/contacts/{contact}?add=call")
    page.choose(outcome)
    if at:
        page.fill("When", at)
    saved = page.press("Save call")
    assert saved.status == 200, saved.text


def clock_of(house, contact):
    return house.rows("SELECT * FROM answer_clock WHERE contact_id = ? ORDER BY id", contact)[0]


def reminders(house):
    return [
        mail
        for mail in house.smtp.mails
        if mail["X-Tend-Kind"] == "reminder" and mail["Subject"].startswith("No call logged")
    ]


def test_a_call_in_time_meets_the_clock_and_nothing_is_sent_at_its_due_time(seniors):
    house = seniors
    ben = arrive(house, "Ben", "2026-11-24T14:03:00", "ben@kestrel.example")
    assert ben["owner"] == "Sam Okafor"
    assert clock_of(house, ben["id"])["due_at"][:16] == "2026-11-24 15:03"  # 16:03 in Berlin

    house.clock.set("2026-11-24T14:30:00")
    page = house.as_("sam").get(f"/contacts/{ben['id']}?add=mail")
    page.fill("Text", "Shall we speak today?").press("Log mail")
    house.wait(lambda: clock_of(house, ben["id"])["met_at"] is None)

    house.clock.set("2026-11-24T15:40:00")
    log_call(house, "sam", ben["id"], "No answer")
    met = house.wait(lambda: clock_of(house, ben["id"])["met_minutes"])
    assert met == 97
    house.clock.set("2026-11-24T16:03:30")
    house.wait(lambda: house.tend.health()["clock_last_run"] >= "2026-11-24T15:03:30")
    assert reminders(house) == []
    assert house.count("clock_alert WHERE step = 'due'") == 0


def test_without_a_call_there_is_one_reminder_and_then_the_next_senior(seniors):
    house = seniors
    ben = arrive(house, "Ben", "2026-11-24T14:03:00", "ben@kestrel.example")
    house.clock.set("2026-11-24T16:03:05")
    house.wait(lambda: reminders(house), 60)
    [mail] = reminders(house)
    assert mail["Subject"] == "No call logged for Ben in 2 h"
    assert "sam@haselbach.example" in mail["To"]
    text = mail.get_body(("plain",)).get_content()
    assert "80" in text
    assert "+49 30 5550100" in text or "+49305550100" in text
    assert len(set(house.links(mail, "/go/"))) == 1
    assert 'href="tel:+49305550100"' in mail.get_body(("html",)).get_content()
    told = text.partition("What they told us")[2].partition("This is the only reminder")[0]
    # What gave most points: 20 for the size, 18 for this quarter, 15 for the role.
    assert [line for line in told.splitlines() if line.startswith("- ")] == TOP_ANSWERS
    assert house.count("task WHERE title = 'No call logged for Ben in 2 h'") == 1

    house.clock.set("2026-11-24T16:18:05")
    house.wait(
        lambda: (
            house.value(
                "SELECT u.name FROM contact c JOIN user u ON u.id = c.owner_id WHERE c.id = ?",
                ben["id"],
            )
            == "Sina Roth"
        ),
        60,
    )
    closed = house.rows(
        "SELECT closed_as FROM task t JOIN user u ON u.id = t.owner_id "
        "WHERE u.name = 'Sam Okafor' AND t.contact_id = ?",
        ben["id"],
    )
    assert {row["closed_as"] for row in closed} == {"reassigned"}


def test_a_worker_killed_when_it_is_due_and_two_clocks_beside_it_remind_once(seniors):
    house = seniors
    ben = arrive(house, "Ben", "2026-11-24T14:03:00", "ben@kestrel.example")
    worker = worker_pid(house)
    house.clock.set("2026-11-24T16:03:00")
    os.kill(worker, signal.SIGKILL)
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda _n: house.tend.command("tick"), range(2)))
    assert [one.returncode for one in done] == [0, 0], [one.stderr for one in done]
    house.wait(lambda: reminders(house), 60)
    house.clock.set("2026-11-24T16:04:00")
    house.wait(lambda: worker_pid(house) != worker)
    house.wait(lambda: house.tend.health()["clock_last_run"] >= "2026-11-24T15:04:00", 60)
    time.sleep(2)
    assert len(reminders(house)) == 1
    assert house.count("outbox WHERE kind = 'reminder.clock'") == 1
    title = "No call logged for Ben in 2 h"
    # Sam is reminded and Mona, who leads the team, is told that he was: once each.
    kinds = house.column("SELECT kind FROM notice WHERE title = ? ORDER BY kind", title)
    assert kinds == ["breach", "reminder"]
    assert house.count("task WHERE title = ? AND contact_id = ?", title, ben["id"]) == 1
    assert house.count("clock_alert WHERE step = 'due'") == 1


def test_a_call_logged_at_1620_but_made_at_1550_counts_and_the_reminder_stays(seniors):
    house = seniors
    ben = arrive(house, "Ben", "2026-11-24T14:03:00", "ben@kestrel.example")
    house.clock.set("2026-11-24T16:03:05")
    house.wait(lambda: reminders(house), 60)
    house.clock.set("2026-11-24T16:18:05")
    house.wait(lambda: house.count("clock_alert WHERE step = 'reassign'"), 60)
    house.clock.set("2026-11-24T16:20:00")
    # Sam has given Ben up by now; the call was Sam's all the same.
    log_call(house, "sam", ben["id"], "Reached", at="2026-11-24T15:50")
    house.wait(lambda: clock_of(house, ben["id"])["met_at"])
    clock = clock_of(house, ben["id"])
    assert clock["met_at"][:16] == "2026-11-24 14:50"
    assert (clock["is_late_logged"], clock["met_minutes"]) == (1, 107)
    assert house.count("clock_alert WHERE step = 'due'") == 1
    assert len(reminders(house)) == 1
    house.clock.set("2026-11-24T18:40:00")
    house.wait(lambda: house.tend.health()["clock_last_run"] >= "2026-11-24T17:40:00", 60)
    time.sleep(2)
    # Nobody is reminded of a call that was made, not the one who took over either.
    assert len(reminders(house)) == 1


def test_working_hours_move_the_reminder_to_the_next_day(seniors):
    house = seniors
    late = arrive(house, "Ben", "2026-11-24T16:30:00", "ben@kestrel.example")
    assert clock_of(house, late["id"])["due_at"][:16] == "2026-11-25 09:30"  # Wed 10:30
    weekend = arrive(house, "Cleo", "2026-11-27T16:45:00", "cleo@helio.example")
    assert clock_of(house, weekend["id"])["due_at"][:16] == "2026-11-30 09:45"  # Mon 10:45
