"""Eight processes write mixed things at once: nobody is told that the database is locked."""

import multiprocessing
import os
import time

import pytest
from sqlalchemy import select

from crm import create_app
from crm.accounts.models import User
from crm.activities import actions as activities
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core import schema
from crm.core.db import db, run
from crm.deals import actions as deals
from crm.deals.models import Deal, Pipeline, Stage
from crm.demo import people
from tests.conftest import Clock, settings
from tests.servers import Postgres

PROCESSES, EACH = 8, int(os.environ.get("TEND_WRITES", "60"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def configured(request, tmp_path):
    """The settings of a house with the cast and a pipeline on either database."""
    Clock(tmp_path / "clock")
    server = Postgres() if request.param == "postgresql" else None
    more = {}
    if server:
        more["DATABASE_URL"] = server.url().replace("postgresql://", "postgresql+psycopg://", 1)
    found = settings(tmp_path, tmp_path / "clock", **more)
    with create_app(found).app_context():
        schema.bring_up_to_date()
        run(people.add)
        run(_line)
        db.session.remove()
        db.engine.dispose()
    yield found
    if server:
        server.stop()


def _line():
    eva = db.session.scalars(select(User).where(User.email == "eva@haselbach.example")).one()
    row = Pipeline(name="Line", created_at=eva.created_at)
    row.stages = [Stage(name=str(n), position=n) for n in range(3)]
    db.session.add(row)
    db.session.flush()
    for n in range(10):
        contact = contacts.create(name=f"Common {n}", owner_id=eva.id, by=eva)
        deals.create(f"Common {n}", stage=row.stages[0], by=eva, contact=contact)


def _write(n, turn):
    """One of six kinds of writing, half of it on records that others write as well."""
    eva = db.session.scalars(select(User).where(User.email == "eva@haselbach.example")).one()
    shared = db.session.get_one(Contact, turn % 10 + 1)
    match turn % 6:
        case 0:
            contacts.create(name=f"Writer {n} {turn}", emails=[f"w{n}.{turn}@w.example"], by=eva)
        case 1:
            activities.write_note(by=eva, body=f"Note {turn}", contact_id=shared.id)
        case 2:
            contacts.change(shared, {"job_title": f"{n} {turn}"}, by=eva)
        case 3:
            contacts.tag(shared, f"t{turn % 7}", by=eva)
        case 4:
            activities.add_task(f"Task {n} {turn}", owner_id=eva.id, contact_id=shared.id, by=eva)
        case 5:
            stages = db.session.scalars(select(Stage.id)).all()
            deal = db.session.get_one(Deal, turn % 10 + 1)
            deals.move(deal, db.session.get_one(Stage, stages[turn % 3]), eva)


def _process(found, n, results):
    errors, longest = [], 0.0
    with create_app(found).app_context():
        for turn in range(EACH):
            began = time.perf_counter()
            try:
                run(lambda turn=turn: _write(n, turn))
            except Exception as error:
                errors.append(f"{turn}: {type(error).__name__} {error}"[:300])
            finally:
                longest = max(longest, time.perf_counter() - began)
                db.session.remove()
    results.put((n, errors, longest))


def test_eight_processes_of_mixed_writes_meet_no_lock(configured):
    """The wait is a figure to read (-s), not a bound: the machine may be busy."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    writers = [
        context.Process(target=_process, args=(configured, n, results)) for n in range(PROCESSES)
    ]
    for writer in writers:
        writer.start()
    came = [results.get(timeout=600) for _ in writers]
    for writer in writers:
        writer.join()
    assert [errors for _, errors, _ in came] == [[]] * PROCESSES
    print("longest wait and work", round(max(longest for *_, longest in came), 2), "s")
    with create_app(configured).app_context():
        made = db.session.scalars(select(Contact.id).where(Contact.name.like("Writer %"))).all()
        assert len(made) == PROCESSES * len(range(0, EACH, 6))
        db.session.remove()
        db.engine.dispose()
