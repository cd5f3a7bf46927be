"""Many at once: turns stay fair, arrivals and reminders happen once."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db, run
from crm.core.racing import is_busy
from crm.leads import actions
from crm.leads.models import Assignment, ClockAlert, Intake, Pool, PoolMember
from crm.mail.models import Outbox
from tests.leads.conftest import ADA, BEN, result

THREADS, EACH = 8, 25


def together(app, work, times):
    """Run `work(n)` on eight threads at once, each with a session of its own."""

    def one(n):
        with app.app_context():
            for _turn in range(20):
                try:
                    return run(lambda: work(n))
                except OperationalError as error:
                    # SQLite's writers wait in no order: who waited 5 s is told to come again.
                    assert is_busy(error)
                finally:
                    db.session.remove()
        raise AssertionError("never got a turn")

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(times)))


def take(n):
    return actions.capture(result(f"P{n}", 90, "hot")).intake.id


def owners():
    return db.session.scalars(select(Assignment.to_id).order_by(Assignment.id)).all()


@pytest.mark.slow
def test_eight_threads_with_25_arrivals_each_share_evenly_and_never_twice_in_a_row(
    app, routing, cast
):
    together(app, take, THREADS * EACH)
    given = owners()
    assert len(given) == THREADS * EACH
    assert given.count(cast["Eva"].id) == given.count(cast["Finn"].id) == THREADS * EACH // 2
    assert all(a != b for a, b in itertools.pairwise(given))


def test_a_hundred_at_once_over_four_people_are_25_each(routing, cast, count):
    def fill():
        pool = db.session.get(Pool, routing.executives.id)
        for place, first in enumerate(("Sam", "Sina"), start=3):
            pool.members.append(PoolMember(user_id=cast[first].id, position=place))

    run(fill)
    run(lambda: [take(n) for n in range(100)])
    given = owners()
    assert {given.count(cast[first].id) for first in ("Eva", "Finn", "Sam", "Sina")} == {25}


def test_the_same_arrival_on_eight_threads_is_one(app, routing, count):
    ids = together(app, lambda n: actions.capture(ADA).intake.id, 20)
    assert len(set(ids)) == 1
    assert count(Intake) == count(Contact) == count(Assignment) == count(Outbox) == 1


def test_one_person_arriving_by_many_ways_at_once_is_one_contact(app, routing, count):
    together(app, lambda n: actions.capture(replace(ADA, idem_key=f"k{n}")).intake.id, 16)
    assert count(Intake) == 16
    assert count(Contact) == count(Assignment) == 1


def test_two_schedulers_at_once_remind_once(app, seniors_first, arrive, the_clock, count):
    arrive(BEN, "2026-11-24T14:03")
    the_clock.set("2026-11-24T16:05")
    together(app, lambda n: actions.sweep(), 8)
    assert count(ClockAlert, ClockAlert.step == "due") == 1
    assert count(Outbox, Outbox.kind == "reminder.clock") == 1


def test_a_daily_cap_passes_the_turn_on(routing, cast, write):
    def cap():
        [eva, _finn] = db.session.get(Pool, routing.executives.id).members
        eva.daily_cap = 1

    write(cap)
    run(lambda: [take(n) for n in range(3)])
    assert owners() == [cast["Eva"].id, cast["Finn"].id, cast["Finn"].id]
    last = db.session.scalars(select(Assignment).order_by(Assignment.id.desc())).first()
    assert "Eva was skipped: has had 1 today" in last.reason


@pytest.mark.parametrize(
    ("mode", "at", "takes"),
    [
        ("now", "2026-11-24T18:00", False),
        ("today", "2026-11-24T18:00", True),
        ("today", "2026-11-28T12:00", False),
        ("ignore", "2026-11-28T12:00", True),
    ],
)
def test_a_pool_says_whether_hours_count(routing, arrive, write, mode, at, takes):
    write(lambda: setattr(db.session.get(Pool, routing.executives.id), "availability", mode))
    done = arrive(ADA, at)
    assert (done.contact.owner_id is not None) is takes


def test_the_fallback_pool_takes_what_nobody_else_can(routing, arrive, cast, write):
    def prepare():
        for first in ("Eva", "Finn"):
            db.session.get(type(cast[first]), cast[first].id).deactivated_at = (
                clock.now() - timedelta(days=1)
            )
        rule = db.session.get(type(routing.hot), routing.hot.id)
        rule.steps = {**rule.steps, "fallback_pool_id": routing.senior.id}

    write(prepare)
    done = arrive(ADA)
    assert done.contact.owner_id == cast["Sam"].id
    assert "Nobody can take it" in done.assignment.reason
