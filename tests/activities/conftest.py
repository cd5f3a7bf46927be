"""A prospect of Eva's to talk to; ids stay good when the browser has let the session go."""

from datetime import date, timedelta

import pytest

from crm.accounts.models import User
from crm.activities import actions
from crm.contacts import actions as contact_actions
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.leads.models import AnswerClock


@pytest.fixture
def ids(cast):
    """The ids of the people by first name."""
    return {name: user.id for name, user in cast.users.items()}


@pytest.fixture
def ben(cast, write):
    """Ben Achterberg, Eva's contact, with a phone."""
    eva = cast["Eva"]
    return write(
        lambda: contact_actions.create(
            name="Ben Achterberg",
            emails=["ben@velovoss.example"],
            phones=["+493023125772"],
            owner_id=eva.id,
            team_id=cast.sales.id,
            by=eva,
        )
    )


@pytest.fixture
def ben_id(ben, ids):
    return ben.id


@pytest.fixture
def task_id(write, ids, ben_id):
    """Eva promised to call Ben today."""
    return write(
        lambda: (
            actions.add_task(
                "Call Ben",
                owner_id=ids["Eva"],
                contact_id=ben_id,
                due_on=date(2026, 11, 24),
                by=db.session.get(User, ids["Eva"]),
            ).id
        )
    )


@pytest.fixture
def promised(write, ben_id, ids):
    """Ben is Eva's lead, to be called within two hours."""

    def promise():
        now = clock.now()
        db.session.get_one(Contact, ben_id).lifecycle = "assigned"
        policy = {"kind": "first_attempt", "counts": "any", "calendar": "always", "minutes": 120}
        due = now + timedelta(minutes=120)
        db.session.add(
            AnswerClock(
                contact_id=ben_id, owner_id=ids["Eva"], started_at=now, due_at=due, policy=policy
            )
        )

    write(promise)
