"""Two contacts who are one, and short ways to plan, do and undo."""

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.batches import actions as batches
from crm.batches import jobs
from crm.batches.models import Batch, BatchItem
from crm.companies import actions as companies
from crm.contacts import actions as contacts
from crm.core.db import db
from crm.history import actions as history
from crm.history import writing
from crm.history.models import ChangeSet


@pytest.fixture
def ids(cast):
    return {name: user.id for name, user in cast.users.items()}


@pytest.fixture
def act(ids, write):
    """Do something as a person; its value."""

    def do(name, work):
        with writing.acting("user", "test", user_id=ids[name]):
            return write(lambda: work(db.session.get_one(User, ids[name])))

    return do


@pytest.fixture
def pair(cast, act):
    """The numbers of two Adas of Eva's: the older one with a title, the younger with a phone."""

    def add(eva):
        both = {"owner_id": eva.id, "team_id": cast.sales.id, "by": eva}
        firm = companies.create("Nordhafen", by=eva)
        one = contacts.create(
            name="Ada Lorenz", emails=["ada.lorenz@gmail.com"], job_title="Buyer", **both
        )
        two = contacts.create(
            name="Ada M. Lorenz", emails=["adalorenz@gmail.com"], phones=["+49 40 123456"],
            job_title="Head of buying", company_id=firm.id, **both,
        )  # fmt: skip
        contacts.tag(one, "vip", by=eva)
        contacts.tag(two, "vip", by=eva)
        contacts.tag(two, "trade fair", by=eva)
        activities.write_note(by=eva, body="Met at the fair", contact_id=two.id)
        activities.add_task("Call back", owner_id=eva.id, contact_id=two.id, by=eva)
        return one.id, two.id

    return act("Eva", add)


@pytest.fixture
def plan(act):
    """The number of a batch of Eva's, tried dry."""

    def do(records, key="contacts.merge_groups", name="Eva", **options):
        given = {"record": "contact", "same": "exact", "stays": "oldest", **options}
        return act(name, lambda eva: batches.plan(key, by=eva, records=records, options=given).id)

    return do


@pytest.fixture
def go(act):
    """Do what a batch planned; the number of its change set."""

    def do(number, name="Eva"):
        act(name, lambda eva: batches.start(db.session.get_one(Batch, number), eva))
        jobs.work_on(number)
        db.session.remove()
        return db.session.get_one(Batch, number).change_set_id

    return do


@pytest.fixture
def undo(act):
    """Undo a change set; the number of the undo."""

    def do(set_id, name="Eva"):
        act(name, lambda eva: history.undo(db.session.get_one(ChangeSet, set_id), eva))
        newest = select(ChangeSet.id).order_by(ChangeSet.id.desc()).limit(1)
        return db.session.scalar(newest)

    return do


def rows(number):
    """What a batch says of its rows: (number, state, reason)."""
    db.session.remove()
    found = select(BatchItem).where(BatchItem.batch_id == number).order_by(BatchItem.position)
    return [(one.record_id, one.state, one.reason) for one in db.session.scalars(found)]
