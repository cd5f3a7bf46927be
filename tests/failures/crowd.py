"""Many prospects at once: attempts answered up to the contact form, and browsers that post it."""

import http.client
import itertools
import os
import random
import signal
import threading
import time
import urllib.parse
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from crm import create_app
from crm.core import clock, config
from crm.core.db import db, run
from crm.quizzes import actions
from crm.quizzes.actions.attempts import token_for
from crm.quizzes.public.stamps import stamp
from crm.quizzes.queries import open as reading
from crm.quizzes.rules.path import GATE
from crm.quizzes.rules.shape import by_id, read
from tests.quizzes.conftest import ANSWERS
from tests.servers import descendants, wait_until

SECRET = "k" * 48
NUMBERS = itertools.count()
FINAL = ("sent", "uncertain", "failed", "cancelled", "suppressed", "expired", "held")
WAITING = (
    "SELECT kind, state, reason, tries, coalesce(lease_until, not_before) AS due FROM outbox "
    f"WHERE state NOT IN {FINAL} OR state = 'uncertain' AND lane != 'bulk' AND resent_at IS NULL "
    "ORDER BY due LIMIT 5"
)
LOST = (OSError, http.client.HTTPException)


@contextmanager
def inside(house):
    """The application on the running house's data, in this process: reads its clock too."""
    app = create_app(
        config.load(
            {},
            DATA_DIR=house.tend.data,
            SECRET_KEY=SECRET,
            BASE_URL=house.url,
            CLOCK_FILE=str(house.tend.clock),
        )
    )
    try:
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()
    finally:
        clock.use_file("")


def until_quiet(house):
    """Wait for the first tick and its mails: from then on what happens is the test's."""
    wait_until(lambda: house.tend.health()["status"] == "ok", 30, "the house is not well")
    wait_until(lambda: not house.rows(WAITING), 30, "the demo's own mails did not leave")


def let_time_pass(house, seconds=240):
    """On with the clock from one due time to the next until no mail is on its way.

    Budgets, leases, backoffs and send windows are hours of the product's time.
    """
    end = time.monotonic() + seconds
    house.clock.forward(minutes=20)
    while left := house.rows(WAITING):
        assert time.monotonic() < end, left
        now = house.clock.now.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
        if left[0]["due"] > now:
            house.clock.set(datetime.fromisoformat(left[0]["due"]).isoformat() + "+00:00")
            house.clock.forward(seconds=2)
        time.sleep(0.5)


@dataclass
class Guest:
    """One prospect before the contact form, and what the posts of it were answered."""

    attempt_id: int
    path: str
    body: bytes
    email: str
    answers: list[int] = field(default_factory=list)
    places: set[str] = field(default_factory=set)
    lost: int = 0

    @property
    def is_taken(self):
        return bool(self.places)


def guests(house, names, ticks=("result_mail", "marketing")):
    """A guest for each of `names` ("Ada", "Ben", ...): every question answered, nothing posted."""
    with inside(house):
        return run(lambda: [_guest(who, next(NUMBERS), ticks) for who in names])


def _guest(who, number, ticks):
    quiz = reading.live("readiness")
    nonce = f"guest-{who}-{number}"
    attempt = actions.start(quiz, nonce, None, "en")
    for question, given in ANSWERS[who]:
        values = [given] if isinstance(given, str) else given
        opened = reading.attempt_by_id(attempt.id)
        wanted = by_id(quiz.spec)[question]
        actions.answer(opened, question, read(wanted, values, "missing"), [], 5)
    email = f"{who.lower()}.{number}@guest{number}.example"
    fields = {
        "step": stamp(attempt.id, GATE),
        "email": email,
        "name": f"{who} Guest {number}",
        **dict.fromkeys(ticks, "1"),
    }
    path = f"/q/readiness/a/{token_for(nonce)}/gate"
    return Guest(attempt.id, path, urllib.parse.urlencode(fields).encode(), email)


class Browser:
    """Posts to the house over connections of its own, like a browser without script."""

    def __init__(self, url):
        self.host = urllib.parse.urlsplit(url).netloc

    def send(self, method, path, body=None, seconds=15, **headers):
        """Status, headers and body of one request; raises LOST when the connection breaks."""
        connection = http.client.HTTPConnection(self.host, timeout=seconds)
        try:
            if body is not None:
                headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def hand_in(self, guest):
        """Post the contact form once; keeps what came back."""
        try:
            status, headers, _ = self.send("POST", guest.path, guest.body)
        except LOST:
            guest.lost += 1
            return None
        guest.answers.append(status)
        if status == 303:
            guest.places.add(headers["Location"])
        return status

    def insist(self, guest, seconds=60):
        """Post it until it was taken, as somebody does whose page does not come."""
        end = time.monotonic() + seconds
        while self.hand_in(guest) not in (303, 400, 404, 500) and time.monotonic() < end:
            time.sleep(random.uniform(0.1, 0.4))


class Crowd:
    """Hands in ten forms a second, some of them twice at once, until told to stop."""

    def __init__(self, url, guests, a_second=10):
        self.browser, self.guests, self.pause = Browser(url), guests, 1 / a_second
        self.threads, self.is_over, self.next = [], False, 0
        self.pacer = threading.Thread(target=self._pace)

    def start(self):
        self.pacer.start()
        return self

    def _pace(self):
        began = time.monotonic()
        for number, guest in enumerate(self.guests):
            if self.is_over:
                return
            time.sleep(max(0.0, began + number * self.pause - time.monotonic()))
            self.next = number + 1
            for _ in range(2 if number % 5 == 0 else 1):
                thread = threading.Thread(target=self.browser.insist, args=(guest,))
                thread.start()
                self.threads.append(thread)

    def finish(self):
        """Wait for whoever is still insisting; the guests that came."""
        self.is_over = True
        self.pacer.join()
        for thread in self.threads:
            thread.join()
        return self.guests[: self.next]


def name_of(pid):
    return Path(f"/proc/{pid}/comm").read_text().strip()


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def processes(house):
    """The living processes by what they are: master, web, clock, queue worker, valkey.

    A queue worker is also the process of a job or a tick, while it lives.
    """
    launcher, found = house.tend.process.pid, {}
    for pid in descendants(launcher):
        try:
            name, is_child = name_of(pid), parent_of(pid) == launcher
        except (FileNotFoundError, ProcessLookupError):
            continue
        kind = {
            ("tend-web", True): "master",
            ("tend-web", False): "web",
            ("tend-worker", True): "clock",
            ("valkey-server", True): "valkey",
        }.get((name, is_child), "queue worker")
        found.setdefault(kind, []).append(pid)
    return found


def kill_one(house, kind, luck):
    """kill -9 of one process of a kind; whether there was one."""
    pids = processes(house).get(kind)
    if not pids:
        return False
    try:
        os.kill(luck.choice(pids), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
