"""Scenario C in its quiz form: the right person is told within minutes, late or not."""

import os
import signal
import sqlite3
import time
from contextlib import suppress

from tests.scenarios.conftest import worker_pid
from tests.scenarios.test_scenario_a import give, to_gate
from tests.servers import descendants

FROM_PRICING = (
    "/q/readiness?embed=1&utm_source=google&utm_campaign=q4"
    "&parent=https://haselbach.example&path=/pricing"
)


def test_c_a_lead_is_taken_in_while_the_worker_is_away_and_told_once_it_is_back(house):
    page = to_gate(house, "Ada", "2026-11-24T09:12:00", FROM_PRICING)
    give(page, "Ada Lorenz", "ada@nordhafen.example", phone="+49 40 555 318")
    house.clock.set("2026-11-24T09:12:00")
    worker = worker_pid(house)
    freeze(house, worker)
    try:
        began = time.monotonic()
        result = page.press("See my result", follow=False)
        # Far from waiting for the worker; the half second itself is asked of a quiet machine.
        assert time.monotonic() - began < 3
        assert result.status == 303
        assert house.count("notice WHERE kind = 'lead'") == 1
        house.clock.set("2026-11-24T09:20:00")
        banner = house.as_("mona").get("/contacts")
        assert "mail" in banner.root.one(id="banner").text.lower()
        # The mails of the morning had left before the worker stood still.
        assert [mail for mail in house.smtp.mails if mail["X-Tend-Kind"] != "digest"] == []
    finally:
        for pid in [*children(worker), worker]:
            os.kill(pid, signal.SIGCONT)
    house.clock.set("2026-11-24T09:25:00")
    [mail] = house.mails("notice", 1, 60)
    text = says(mail)
    assert "Sent by Tend to eva@haselbach.example: written 09:12, delayed, sent 09:25." in text
    time.sleep(2)
    assert len(house.mails("notice", 1)) == 1


def test_c_the_notice_says_who_it_is_what_they_said_and_is_answered_to_them(house):
    page = to_gate(house, "Ada", "2026-11-24T09:12:00", FROM_PRICING)
    give(page, "Ada Lorenz", "ada@nordhafen.example", "phone_contact", phone="+49 40 555 318")
    house.clock.set("2026-11-24T09:12:00")
    page.press("See my result")
    [mail] = house.mails("notice", 1)
    assert mail["To"].addresses[0].addr_spec == "eva@haselbach.example"
    assert mail["Reply-To"] == "ada@nordhafen.example"
    assert "Ada Lorenz" in mail["Subject"]
    text = says(mail)
    for words in (
        "Ada Lorenz, 94, Hot",
        "Now, within the next four weeks",
        "Came from google, q4, haselbach.example.",
        "Page: /pricing",
        "Mail: ada@nordhafen.example",
        "They allowed a call: +49 40 555318",
        "Open Ada:",
    ):
        assert words in text, text
    assert "delayed" not in text


def test_c_the_same_person_again_is_the_same_contact_and_one_more_notice_beside_the_first(house):
    for minute, who in (("12", "Ada"), ("14", "Cleo")):
        page = to_gate(house, who, f"2026-11-24T09:{minute}:00")
        give(page, "Ada Lorenz", "ada@nordhafen.example", phone="+49 40 555 318")
        page.press("See my result")
    assert house.count("contact WHERE name = 'Ada Lorenz'") == 1
    ada = house.value("SELECT id FROM contact WHERE name = 'Ada Lorenz'")
    assert house.count("intake") == 2
    assert house.count("entry WHERE kind = 'quiz_result' AND contact_id = ?", ada) == 2
    assert house.count("task WHERE title LIKE 'Call Ada%'") == 1
    told = house.rows("SELECT * FROM notice WHERE url = ? ORDER BY id", f"/contacts/{ada}")
    assert [row["kind"] for row in told] == ["lead", "return"]
    assert len({row["user_id"] for row in told}) == 1
    assert told[1]["title"] == "Ada Lorenz is back: 94 → 81"
    first, second = house.mails("notice", 2)
    assert second["Subject"] == "Ada Lorenz is back: 94 → 81"
    assert "94 before, 81 now. Still yours; no second task was made." in says(second)
    # One conversation in the mailbox: both name the same thread.
    assert first["References"] == second["References"] is not None
    time.sleep(2)
    assert len(house.mails("notice", 2)) == 2


def says(mail):
    return " ".join(mail.get_body(("plain",)).get_content().split())


def freeze(house, worker):
    """Stop the worker and its children, but not in the middle of a write of theirs."""
    while True:
        # The parent first: what it hires between the look and the signal would go on.
        os.kill(worker, signal.SIGSTOP)
        for pid in [*children(worker), *children(worker)]:
            with suppress(ProcessLookupError):  # it had just ended by itself
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


def children(pid):
    return descendants(pid)
