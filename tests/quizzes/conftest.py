"""The readiness check, and a prospect who walks it without script."""

import pytest

from crm.core.db import run
from crm.demo import quiz as demo

ANSWERS = {
    "Ada": [
        ("q_size", "o_51_500"),
        ("q_role", "o_owner"),
        ("q_start", "o_now"),
        ("q_tools", ["o_crm", "o_auto"]),
        ("q_pain", "2"),
    ],
    "Cleo": [
        ("q_size", "o_11_50"),
        ("q_role", "o_owner"),
        ("q_start", "o_now"),
        ("q_tools", ["o_crm"]),
        ("q_pain", "2"),
    ],
    "Ben": [
        ("q_size", "o_51_500"),
        ("q_role", "o_owner"),
        ("q_start", "o_quarter"),
        ("q_tools", ["o_crm", "o_auto"]),
        ("q_pain", "3"),
    ],
    "Dora": [
        ("q_size", "o_1_10"),
        ("q_role", "o_individual"),
        ("q_start", "o_looking"),
        ("q_pain", "4"),
    ],
}
MAILS = {
    "Ada": "Ada@Nordhafen.example",
    "Ben": "ben@velovoss.example",
    "Cleo": "cleo@marchetti.example",
    "Dora": "dora@kiosk.example",
}


@pytest.fixture
def readiness(app, cast):
    """The quiz `readiness`, live in version 1."""
    return run(lambda: demo.add(cast)).id


class Prospect:
    """Somebody who walks the quiz as a browser without script would."""

    def __init__(self, browse, the_clock):
        self.browse, self.clock = browse, the_clock

    def begin(self, query=""):
        self.clock.forward(seconds=5)
        page = self.browse.get(f"/q/readiness{query}")
        assert page.status == 200
        return page.form().submit().follow()

    def answer(self, page, name, value):
        self.clock.forward(seconds=5)
        return page.form(**{name: value}).submit()

    def to_gate(self, person, query=""):
        page = self.begin(query)
        for name, value in ANSWERS[person]:
            page = self.answer(page, name, value).follow()
        return page

    def finish(self, person, *ticked, **fields):
        page = self.to_gate(person)
        self.clock.forward(seconds=5)
        form = page.form(email=MAILS[person], name=f"{person} Example", **fields)
        for box in ticked:
            form.values[box] = "1"
        return form.submit()


@pytest.fixture
def prospect(browse, readiness, the_clock):
    return Prospect(browse, the_clock)
