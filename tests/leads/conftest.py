"""The rules of the scenarios, and prospects as the quiz would send them."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.demo import routing as demo_routing
from crm.leads import actions
from crm.leads.rules import Arrival, ConsentGiven
from crm.sequences.models import Sequence, SequenceVersion

BERLIN = ZoneInfo("Europe/Berlin")
YES = ConsentGiven("marketing", True, text="Yes, send me mails about Tend.")
NO = ConsentGiven("marketing", False, text="Yes, send me mails about Tend.")
DELAYS = ((10, "minutes", None), *((n, "days", "09:30") for n in (2, 5, 9, 14)))


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def result(name, pct, level, *, consent=YES, key=None, **more):
    """An arrival as the readiness quiz sends it."""
    email = more.pop("email", f"{name.lower()}@{name.lower()}-works.example")
    return Arrival(
        source="quiz",
        idem_key=key or f"attempt:{name}:{pct}",
        email=email,
        name=more.pop("full_name", f"{name} Prospect"),
        consents=(consent,),
        tags=("quiz:readiness", f"tier:{level}"),
        title="Readiness check",
        inputs={
            "pct": pct,
            "tier": level,
            "tier_name": level.capitalize(),
            "level": level,
            "quiz": "readiness",
            "quiz_name": "Readiness check",
            "categories": {"fit": 100, "intent": 83, "pain": 48},
            "answers": {"q1": ["m"]},
            "top_answers": ["51 to 500 people", "This quarter", "Decides, or owns the budget"],
            "links": {"result": "http://localhost/q/readiness/r/x", "quiz": "http://localhost/q/x"},
        },
        **more,
    )


ADA = result("Ada", 94, "hot", phone="+49 30 23125318")
BEN = result("Ben", 80, "warm", phone="+49 30 23125772")
CLEO = result("Cleo", 81, "hot")
DORA = result("Dora", 15, "cold", consent=NO)


@pytest.fixture
def sequence(app, cast):
    """Readiness nurture as scenario A has it: five mails over 14 days, only with consent."""

    def add():
        spec = {
            "steps": [
                {
                    "key": f"s{n}",
                    "name": f"Mail {n}",
                    "delay": {"amount": amount, "unit": unit},
                    "at": at,
                    "subject": f"Mail {n}",
                    "preview": "",
                    "body": "Hello",
                }
                for n, (amount, unit, at) in enumerate(DELAYS, start=1)
            ],
            "window": {"weekdays": [0, 1, 2, 3, 4], "from": "09:00", "to": "17:00"},
            "needs_consent": True,
            "weekend": "next_working_day",
        }
        now = datetime.now(UTC)
        row = Sequence(
            name="Readiness nurture",
            slug="readiness-nurture",
            state="live",
            draft=spec,
            sender_id=cast["Eva"].id,
            created_at=now,
            updated_at=now,
        )
        db.session.add(row)
        db.session.flush()
        version = SequenceVersion(sequence_id=row.id, n=1, spec=spec, published_at=now)
        db.session.add(version)
        db.session.flush()
        row.live_version_id = version.id
        return row

    return run(add)


@pytest.fixture
def routing(cast, sequence):
    """R1 above 80 to Eva and Finn, an answer to them too, the rest into the sequence."""
    return run(lambda: demo_routing.add(cast, sequence))


@pytest.fixture
def seniors_first(routing):
    """Scenario B: above 70 to Sam and Sina, a call within 120 working minutes."""
    return run(lambda: demo_routing.scenario_b(routing))


@pytest.fixture
def arrive(app, routing, the_clock):
    """Let somebody arrive, at a Berlin time: arrive(ADA, "2026-11-24T14:03")."""

    def take(arrival, at=None, **more):
        if at:
            the_clock.set(at)
        return run(lambda: actions.capture(replace(arrival, **more)))

    return take


@pytest.fixture
def contact(app):
    """A prospect by first name."""
    return lambda name: db.session.scalars(
        select(Contact).where(Contact.name.like(f"{name}%")).order_by(Contact.id)
    ).first()


@pytest.fixture
def count(app):
    """How many rows of a model there are: count(Task, Task.contact_id == 1)."""
    return lambda model, *tests: db.session.scalar(
        select(func.count()).select_from(model).where(*tests)
    )
