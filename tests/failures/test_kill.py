"""Kill -9 at random under ten submits a second: nothing acknowledged is lost, nothing doubled."""

import os
import random
import sqlite3
import time
from collections import Counter

from tests.failures.crowd import Browser, Crowd, guests, kill_one, let_time_pass, processes
from tests.servers import wait_until

ROUNDS = int(os.environ.get("TEND_ROUNDS", "50"))
SECONDS = 1.2
VICTIMS = ("web", "web", "clock", "queue worker", "queue worker", "valkey", "master")


def test_nothing_is_lost_or_doubled_whatever_is_killed(house):
    seed = int(os.environ.get("TEND_SEED", time.time_ns() % 100_000))
    luck = random.Random(seed)
    print(f"TEND_SEED={seed}")
    # Few are hot: each of them is handed on by the hour while the clock runs on afterwards.
    coming = guests(house, luck.choices(["Ada"] + ["Ben"] * 9, k=int(ROUNDS * SECONDS * 10)))
    house.smtp.manners["dot"] = "slow"  # so that kills fall between a mail and its answer
    crowd = Crowd(house.url, coming).start()
    killed = Counter()
    for _ in range(ROUNDS):
        time.sleep(luck.uniform(0.2, 2 * SECONDS - 0.2))
        victim = luck.choice(VICTIMS)
        killed[victim] += kill_one(house, victim, luck)
        # A minute a round: the first nurture mails fall due and leases run out meanwhile.
        house.clock.forward(seconds=60)
    came = crowd.finish()
    print(killed, f"{len(came)} came", Counter(code for guest in came for code in guest.answers))

    assert sum(killed.values()) > ROUNDS * 0.7
    assert not [guest for guest in came if not guest.is_taken], "somebody was never answered"
    assert {code for guest in came for code in guest.answers} <= {303, 503}
    assert {len(guest.places) for guest in came} == {1}
    every_lead_is_there_once(house, came)
    house.smtp.manners.clear()
    let_time_pass(house)
    every_mail_is_settled_once(house)
    the_database_is_whole(house)
    the_house_is_well(house)


def every_lead_is_there_once(house, came):
    ids = {guest.attempt_id: guest for guest in came}
    states = {row["id"]: row for row in house.rows("SELECT * FROM attempt")}
    contacts = Counter(house.column("SELECT canonical FROM contact_email"))
    intakes = Counter(house.column("SELECT contact_id FROM intake"))
    enrolled = Counter(house.column("SELECT contact_id FROM enrolment"))
    owned = Counter(house.column("SELECT contact_id FROM assignment"))
    for attempt_id, guest in ids.items():
        row = states[attempt_id]
        who = row["contact_id"]
        assert row["state"] == "completed", guest
        assert contacts[guest.email] == 1, guest
        assert intakes[who] == 1, guest
        # The hot are given to somebody, the warm get the mails: one or the other, once.
        assert enrolled[who] + owned[who] == 1, guest
    results = "SELECT count(*) AS n FROM outbox WHERE kind = 'result'"
    assert house.value(results) == len(came)
    assert house.value("SELECT count(*) FROM result_link") == len(came)
    entries = (
        "SELECT contact_id FROM entry WHERE kind = 'quiz_result' GROUP BY 1 HAVING count(*) > 1"
    )
    assert not house.rows(entries)


def every_mail_is_settled_once(house):
    states = house.rows("SELECT kind, state, count(*) AS n FROM outbox GROUP BY 1, 2")
    print(states)
    arrived = Counter(str(mail["Message-ID"]) for mail in house.smtp.mails)
    nurture = {
        str(mail["Message-ID"]) for mail in house.smtp.mails if mail["X-Tend-Kind"] == "nurture"
    }
    assert nurture, "no nurture mail left: nothing was tried"
    assert {arrived[name] for name in nurture} == {1}
    steps = house.column("SELECT enrolment_step_id FROM outbox WHERE kind = 'nurture'")
    assert len(steps) == len(set(steps))
    assert max(arrived.values()) <= 2
    known = dict(
        (f"<{row['message_id'].strip('<>')}>", row)
        for row in house.rows("SELECT message_id, state, kind, resent_at FROM outbox")
    )
    assert set(arrived) <= set(known)
    for name, row in known.items():
        if row["state"] == "sent":
            assert arrived[name] >= 1, row
        if arrived[name] > 1:
            assert row["resent_at"], row
    assert not house.rows("SELECT 1 FROM outbox WHERE state IN ('failed', 'held')")


def the_database_is_whole(house):
    with sqlite3.connect(house.tend.data / "tend.sqlite3") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def alive(house):
    return {kind: len(pids) for kind, pids in processes(house).items()}


def the_house_is_well(house):
    wait_until(lambda: house.tend.health()["status"] == "ok", 30, "the house stays unwell")
    # A tick and a job run in processes of their own, which are gone in a moment.
    whole = {"master": 1, "web": 2, "clock": 1, "queue worker": 2, "valkey": 1}
    wait_until(lambda: alive(house) == whole, 30, f"not the whole house: {alive(house)}")
    house.clock.forward(hours=1)  # another hour, another budget for public mail
    [late] = guests(house, ["Ben"])
    assert Browser(house.url).hand_in(late) == 303
    house.wait(
        lambda: late.email in {mail["To"].addresses[0].addr_spec for mail in house.smtp.mails}
    )
    trouble = [line for line in house.tend.output.splitlines() if "Traceback" in line]
    print(f"{len(trouble)} tracebacks in the log")
