"""Ben, who ticked marketing, and the live sequence Readiness nurture sent by Eva."""

import pytest

from crm.contacts import actions as contacts
from crm.core.db import db, run
from crm.demo import sequence as demo
from crm.sequences import actions
from crm.sequences.models import Enrolment
from tests.mail.conftest import smtp  # noqa: F401

LINKS = {
    "result_link": "https://tend.haselbach.example/q/readiness/r/p9XcR2mTfB5wGs8J",
    "quiz_link": "https://tend.haselbach.example/q/readiness",
}


@pytest.fixture
def nurture(app, cast):
    return run(lambda: demo.add(cast))


@pytest.fixture
def ben(app, cast):
    return run(lambda: prospect("Ben Achterberg", "ben@velovoss.example", cast))


def prospect(name, email, cast, consents=True):
    contact = contacts.create(name=name, emails=[email], team_id=cast.sales.id, source="quiz")
    for purpose in ("marketing", "result_mail"):
        contacts.record_consent(
            contact, purpose=purpose, is_granted=consents, text="Send me mails", text_version=1,
            locale="en", source="quiz",
        )  # fmt: skip
    return contact


@pytest.fixture
def enrolled(nurture, ben, the_clock):
    """Ben at Tuesday 14:10, as in scenario A 4."""
    the_clock.set("2026-11-24T14:10:00")
    found = run(lambda: actions.enrol(ben, nurture, source="quiz", context=LINKS))
    return found.id


@pytest.fixture
def enrolment(enrolled):
    def read():
        db.session.rollback()
        return db.session.get(Enrolment, enrolled)

    return read


@pytest.fixture
def ben_id(ben):
    return ben.id


@pytest.fixture
def nurture_id(nurture):
    return nurture.id
