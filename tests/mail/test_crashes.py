"""Drains killed at every point: nothing lost, no nurture mail twice, every state true."""

from collections import Counter

import pytest
from sqlalchemy import select

from crm import create_app
from crm.contacts import actions as contacts
from crm.core import clock, config
from crm.core import db as core_db
from crm.core.db import db, run
from crm.demo import people, sequence
from crm.mail import delivery, journal
from crm.mail.actions import reaping
from crm.mail.models import Outbox
from crm.sequences import actions
from tests.conftest import Clock
from tests.mail.crashing import POINTS, Forked
from tests.mail.server import MailServer
from tests.sequences.conftest import LINKS
from tests.servers import Postgres

pytestmark = pytest.mark.slow
BEFORE = {"after the claim", "after the 354"}


@pytest.fixture(scope="module")
def postgres():
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request, tmp_path):
    """An app on its own database with three prospects, and an SMTP server."""
    url = f"sqlite:///{tmp_path}/tend.sqlite3"
    if request.param == "postgresql":
        name = "crash_" + str(abs(hash(request.node.name)))[:8]
        url = request.getfixturevalue("postgres").url(name)
    at, server = Clock(tmp_path / "clock"), MailServer()
    app = create_app(
        config.load(
            {}, DATA_DIR=tmp_path, DATABASE_URL=url, SECRET_KEY="k" * 48, SMTP_URL=server.url,
            CLOCK_FILE=str(at.path), BASE_URL="http://localhost",
            REDIS_URL=f"unix://{tmp_path}/no-valkey.sock",
        )
    )  # fmt: skip
    with app.app_context():
        db.create_all()
        with core_db.transaction():
            fill(people.add(), count=3)
        yield House(at, server)
        db.session.remove()
        db.engine.dispose()
    server.stop()
    clock.use_file("")


def fill(cast, count):
    nurture = sequence.add(cast)
    for n in range(count):
        contact = contacts.create(
            name=f"Ben {n}", emails=[f"ben{n}@velovoss.example"], team_id=cast.sales.id
        )
        contacts.record_consent(
            contact, purpose="marketing", is_granted=True, text="x", text_version=1, locale="en",
            source="quiz",
        )  # fmt: skip
        actions.enrol(contact, nurture, source="quiz", context=LINKS)


class House:
    def __init__(self, at, server):
        self.at, self.server = at, server

    def drain(self, point="", every=1):
        return Forked("bulk", point, every)

    def states(self):
        db.session.rollback()
        return Counter(db.session.scalars(select(Outbox.state)))

    def settle(self):
        """What the clock does after the leases are over."""
        self.at.forward(seconds=700)
        run(reaping.reap)


@pytest.mark.parametrize("point", POINTS)
def test_a_drain_killed_at_any_point_loses_and_doubles_nothing(house, point):
    house.at.set("2026-11-24T14:20:05")
    run(actions.queue_due_steps)
    assert house.states() == {"queued": 3}
    assert house.drain(point).wait() == -9
    for _ in range(3):
        house.settle()
        house.drain().wait()
    house.settle()
    ids = Counter(mail["Message-ID"] for mail in house.server.mails)
    assert set(ids.values()) <= {1}
    uncertain = 0 if point in BEFORE else 1
    assert house.states() == Counter(sent=3 - uncertain, **({"uncertain": 1} if uncertain else {}))
    assert len(ids) == (3 if point in BEFORE or point in {"after the text", "after the 250",
                                                          "before the commit"} else 2)  # fmt: skip


def test_many_drains_killed_at_random_points_leave_every_mail_final(house):
    with core_db.transaction():
        more(9)
    house.at.set("2026-11-24T14:20:05")
    run(actions.queue_due_steps)
    for point in [*POINTS, *POINTS]:
        crashing = [house.drain(point, every=2), house.drain()]
        for process in crashing:
            process.wait()
        house.settle()
    house.drain().wait()
    ids = Counter(mail["Message-ID"] for mail in house.server.mails)
    assert set(ids.values()) == {1}
    states = house.states()
    assert set(states) <= {"sent", "uncertain"}
    assert states["sent"] <= len(ids) <= sum(states.values()) == 12


def more(count):
    from crm.accounts.models import Team
    from crm.sequences.models import Sequence

    nurture = db.session.scalars(select(Sequence)).one()
    team = db.session.scalars(select(Team).where(Team.name == "Sales")).one()
    for n in range(count):
        contact = contacts.create(
            name=f"Cleo {n}", emails=[f"cleo{n}@velovoss.example"], team_id=team.id
        )
        contacts.record_consent(
            contact, purpose="marketing", is_granted=True, text="x", text_version=1, locale="en",
            source="quiz",
        )  # fmt: skip
        actions.enrol(contact, nurture, source="quiz", context=LINKS)


def test_a_reply_stops_what_another_process_has_claimed(house):
    house.at.set("2026-11-24T14:20:05")
    run(actions.queue_due_steps)
    claim = run(lambda: delivery.delivery.claim("bulk", "drain"))
    written = delivery.Drain(None)._write(claim)
    contact_id = db.session.get(Outbox, claim.id).contact_id
    run(lambda: actions.stop_for_contact(contact_id, reason="replied"))
    assert run(lambda: delivery.delivery.hand_over(claim, written)) is None
    assert house.states()["cancelled"] == 1


def test_a_restored_database_holds_what_has_left_since(house):
    house.at.set("2026-11-24T14:20:05")
    run(actions.queue_due_steps)
    house.drain().wait()
    assert house.states() == {"sent": 3}

    def restore():
        for row in db.session.scalars(select(Outbox)):
            row.state, row.handed_at, row.sent_at = "queued", None, None

    run(restore)
    assert run(journal.reconcile) == 3
    house.drain().wait()
    assert house.states() == {"held": 3}
    assert len(house.server.mails) == 3


def test_a_mail_written_again_after_a_restore_is_held(house):
    house.at.set("2026-11-24T14:20:05")
    run(actions.queue_due_steps)
    house.drain().wait()

    def restore():
        from crm.sequences.models import EnrolmentStep

        db.session.query(EnrolmentStep).update({"outbox_id": None, "state": "pending"})
        from crm.mail.models import DeliveryEvent, SentOn

        db.session.query(DeliveryEvent).delete()
        db.session.query(SentOn).delete()
        db.session.query(Outbox).delete()

    run(restore)
    run(journal.reconcile)
    run(actions.queue_due_steps)
    assert house.states() == {"held": 3}
