"""V7, I3: acts over very many rows never keep others from writing for long."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.batches import actions, jobs
from crm.batches.models import Batch, BatchItem
from crm.core import clock
from crm.core.db import db

ROWS = 6_000  # numbers of nobody: each ends with "It is gone, or you may not see it."


@pytest.fixture
def eva_id(cast):
    return cast["Eva"].id


def planned(write, eva_id):
    def act():
        numbers = range(10_001, 10_001 + ROWS)
        eva = db.session.get_one(User, eva_id)
        return actions.plan("contacts.tag", by=eva, records=numbers, options={"tag": "vip"}).id

    return write(act)


def items(number, *conditions):
    db.session.remove()
    wanted = select(func.count()).select_from(BatchItem)
    return db.session.scalar(wanted.where(BatchItem.batch_id == number, *conditions))


def batch(number):
    db.session.remove()
    return db.session.get_one(Batch, number)


def test_v7_thousands_of_rows_are_pinned_piece_by_piece(write, eva_id, the_clock):
    number = planned(write, eva_id)
    found = batch(number)
    assert (found.state, found.total, found.counts) == ("filling", ROWS, {"waiting": ROWS})
    assert items(number, BatchItem.position > 0) == 0
    assert write(lambda: actions.claim(number, "dead"))
    assert write(lambda: actions.step(number, "dead"))
    assert items(number, BatchItem.position > 0) == 2_500
    the_clock.forward(seconds=61)  # killed: another one goes on
    assert write(lambda: actions.claim(number, "other"))
    while batch(number).state == "filling":
        assert write(lambda: actions.step(number, "other"))
    pinned = select(BatchItem.position, BatchItem.record_id).where(BatchItem.batch_id == number)
    rows = db.session.execute(pinned.order_by(BatchItem.position)).all()
    assert rows == [(n, 10_000 + n) for n in range(1, ROWS + 1)]
    assert batch(number).state == "checking"


def test_v7_what_is_pinned_in_pieces_is_tried_whole_and_can_be_stopped_before(
    browse, write, eva_id
):
    number = planned(write, eva_id)
    eva = browse.signed_in("Eva")
    assert eva.get(f"/batches/{number}").has("Noting which rows are meant")
    jobs.work_on(number)
    assert (batch(number).state, batch(number).counts) == ("checked", {"refused": ROWS})
    other = planned(write, eva_id)
    eva.post(f"/batches/{other}/cancellation")
    jobs.work_on(other)
    assert batch(other).state == "cancelled"
    assert eva.get(f"/batches/{other}").has("No row")


def test_v7_old_batches_are_forgotten_some_rows_at_a_time(write, eva_id):
    number = planned(write, eva_id)
    jobs.work_on(number)

    def age():
        found = db.session.get_one(Batch, number)
        found.state, found.finished_at = "done", clock.now() - timedelta(days=31)

    write(age)
    write(actions.sweep)
    assert items(number) == ROWS - 5_000
    write(actions.sweep)
    assert items(number) == 0
    assert db.session.get(Batch, number) is None


def test_v7_a_piece_that_took_long_is_followed_by_a_smaller_one():
    pace = actions.Pace()
    assert pace.of(200) == 100  # how fast the machine is comes out
    pace.took(0.01)
    assert pace.of(200) == 200
    pace.took(0.4)
    assert pace.of(200) == 100  # half as many at the most at once
    pace.took(0.125)
    assert pace.of(200) == 80  # 0.1 s of 0.125 s
    pace.took(0.01)
    assert pace.of(200) == 160
    pace.took(0.01)
    assert pace.of(200) == 200
    for _n in range(20):
        pace.took(3.0)
    assert pace.of(50) == 15  # 0.3 of them
