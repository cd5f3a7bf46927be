"""A house as it is shipped: the command with demo data, real mail, a clock to move."""

import json
import re
from pathlib import Path

import pytest

from tests.scenarios.walker import Walker
from tests.servers import SmtpServer, Tend, descendants, wait_until

START = "2026-11-24T13:00:00"


class House:
    """The running product, its mail server, its clock and a view into its rows."""

    def __init__(self, folder, **settings):
        self.smtp = SmtpServer()
        self.tend = Tend(
            folder, "--demo", at=START, SMTP_URL=self.smtp.url, PUBLIC_LIMITS="off", **settings
        )
        self.tend.start(seconds=90)
        self.url = self.tend.url
        self.clock = Hand(self.tend)

    @property
    def passwords(self):
        return {mail.partition("@")[0]: word for mail, word in self.tend.passwords.items()}

    def rows(self, query, *values):
        return self.tend.rows(query, *values)

    def row(self, query, *values):
        found = self.rows(query, *values)
        assert len(found) == 1, f"{len(found)} rows: {query} {values}"
        return found[0]

    def value(self, query, *values):
        return next(iter(self.row(query, *values).values()))

    def column(self, query, *values):
        return [next(iter(row.values())) for row in self.rows(query, *values)]

    def count(self, table, *values):
        return self.rows(f"SELECT count(*) AS n FROM {table}", *values)[0]["n"]

    def json(self, text):
        return json.loads(text)

    def mails(self, kind, number, seconds=60):
        """All mails of a kind that came, once there are `number` of them."""
        wait_until(
            lambda: len(self._of(kind)) >= number,
            seconds,
            f"{len(self._of(kind))} of {number} mails; "
            f"{self.rows('SELECT kind, state, reason, not_before FROM outbox')}",
        )
        return self._of(kind)

    def _of(self, kind):
        return [mail for mail in self.smtp.mails if mail["X-Tend-Kind"] == kind]

    def as_(self, name):
        """A walker signed in as a person of the demo."""
        walker = Walker(self.url)
        page = walker.sign_in(f"{name}@haselbach.example", self.passwords[name])
        assert page.status == 200 and page.path != "/login", page.url
        return walker

    def publish_with_other_points(self, at):
        """The manager gives “now” 5 points instead of 25 and publishes version 2."""
        self.clock.set(at)
        mona = self.as_("mona")
        quiz = self.value("SELECT id FROM quiz WHERE slug = 'readiness'")
        page = mona.get(f"/quizzes/{quiz}/questions/q_start/edit")
        page.values[id(page.root.one("input", name="r0__points"))] = "5"
        saved = page.press("Save question")
        assert saved.status == 200, saved.text
        mona.get(f"/quizzes/{quiz}/publication").press("Publish")
        assert self.column("SELECT n FROM quiz_version ORDER BY n") == [1, 2]

    def links(self, mail, part):
        text = mail.get_body(("plain",)).get_content()
        return re.findall(rf"{re.escape(self.url)}{part}[^\s>)]+", text)

    def wait(self, true, seconds=30):
        return wait_until(true, seconds)

    def stop(self):
        self.tend.stop()
        self.smtp.stop()


class Hand:
    """Moves the clock of the running product."""

    def __init__(self, tend):
        from datetime import datetime

        self.tend, self.read = tend, datetime.fromisoformat
        self.now = self.read(START + "+01:00")

    def set(self, text):
        self.now = self.read(text if "+" in text else text + "+01:00")
        self.tend.at(self.now.isoformat())

    def forward(self, **delta):
        from datetime import timedelta

        self.set((self.now + timedelta(**delta)).isoformat())


def worker_pid(house):
    """The worker's process: it holds the clock and is the parent of the RQ workers."""
    for pid in descendants(house.tend.process.pid):
        if Path(f"/proc/{pid}/comm").read_text().strip() == "tend-worker":
            return pid
    raise AssertionError("no worker runs")


@pytest.fixture
def house(tmp_path):
    found = House(tmp_path)
    yield found
    found.stop()
