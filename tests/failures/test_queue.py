"""The queue server wiped, frozen or gone: pages answer, and every mail leaves afterwards."""

import os
import signal
import time

import redis

from tests.failures.crowd import Browser, Crowd, guests, processes
from tests.scenarios.walker import Walker
from tests.servers import wait_until

PATIENCE = 60  # seconds: the promise of delivery 3.4, with room for a busy machine


def socket_of(house):
    return house.tend.data / "valkey" / "valkey.sock"


def results_arrive(house, guests, seconds=PATIENCE):
    """Wait until each guest has their result mail, once."""
    wanted = sorted(guest.email for guest in guests)
    wait_until(lambda: receivers(house) == wanted, seconds, f"{len(wanted)} mails did not leave")
    wait_until(lambda: not house.rows("SELECT 1 FROM outbox WHERE state != 'sent'"))


def receivers(house):
    return sorted(
        mail["To"].addresses[0].addr_spec
        for mail in house.smtp.mails
        if mail["X-Tend-Kind"] == "result"
    )


def test_a_queue_wiped_under_load_loses_no_mail(house):
    crowd = Crowd(house.url, guests(house, ["Ada", "Dora"] * 20)).start()
    queue = redis.Redis(unix_socket_path=str(socket_of(house)))
    for _ in range(8):
        time.sleep(0.5)
        queue.flushall()
    came = crowd.finish()
    assert {code for guest in came for code in guest.answers} == {303}
    results_arrive(house, came)


def pages_answer(house, coming, seconds):
    """Public and team pages and submits while the queue is away: how long the slowest took."""
    browser, eva, slowest = Browser(house.url), house.as_("eva"), 0.0
    for guest in coming:
        began = time.monotonic()
        assert browser.hand_in(guest) == 303
        assert browser.send("GET", "/q/readiness")[0] == 200
        for path in ("/", "/contacts", "/tasks"):
            assert eva.get(path).status == 200
        slowest = max(slowest, (time.monotonic() - began) / 5)
    assert slowest < seconds, slowest
    return slowest


def wrong_passwords_wait(house):
    """Two processes count for themselves now: at most twice ten tries before a 429."""
    walker, answers = Walker(house.url), []
    for _ in range(25):
        page = walker.get("/login")
        page.fill("Email", "nobody@example.net").fill("Password", "wrong")
        answers.append(page.press("Sign in").status)
        if answers[-1] == 429:
            break
    assert set(answers[:-1]) == {422}
    assert answers[-1] == 429


def test_pages_answer_and_limits_hold_while_the_queue_is_gone(house):
    [pid] = processes(house)["valkey"]
    coming = guests(house, ["Ada", "Dora"] * 5)
    os.kill(pid, signal.SIGSTOP)
    socket_of(house).unlink()
    # No server can listen where a folder stands: what is started again ends at once.
    socket_of(house).mkdir()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: house.tend.health()["queue"] == "away")
    print(pages_answer(house, coming, 2))
    wrong_passwords_wait(house)
    assert house.tend.health()["status"] == "degraded"
    socket_of(house).rmdir()
    wait_until(lambda: house.tend.health()["status"] == "ok", 30, "the queue did not come back")
    results_arrive(house, coming)


def test_a_frozen_queue_server_does_not_freeze_the_pages(house):
    [pid] = processes(house)["valkey"]
    coming = guests(house, ["Ada", "Dora"] * 3)
    os.kill(pid, signal.SIGSTOP)
    try:
        print(pages_answer(house, coming, 4))
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: house.tend.health()["status"] == "ok", 30, "the house stays unwell")
    results_arrive(house, coming)
