"""A change of many rows is undone as a batch: dry run first, in pieces, row by row."""

from sqlalchemy import func, select

from crm.batches import jobs
from crm.batches.models import Batch
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from tests.history.conftest import last

MANY = 420


def test_V7_many_rows_are_undone_as_one_batch(act, browse, app):
    app.extensions["tend.by_hand"] = lambda path, args: None

    def add(eva):
        for n in range(MANY):
            contacts.create(name=f"No. {n}", by=eva)

    def rename(eva):
        for found in db.session.scalars(select(Contact)):
            contacts.change(found, {"job_title": "Buyer"}, by=eva)

    act("Eva", add)
    number = act("Eva", rename)
    act("Finn", lambda finn: contacts.change(
        db.session.get_one(Contact, 7), {"job_title": "Boss"}, by=finn))  # fmt: skip
    eva = browse.signed_in("Eva")
    answer = eva.post(f"/history/{number}/undo")
    batch = db.session.scalars(select(Batch.id)).one()
    assert answer.location.endswith(f"/batches/{batch}")
    jobs.work_on(batch)
    page = answer.follow()
    assert page.has("Undo: contact changed") or page.has("Undo: test")
    assert db.session.get_one(Batch, batch).counts == {"planned": MANY - 1, "skipped": 1}
    assert titled("Buyer") == MANY - 1
    page.form(f"/batches/{batch}/start").submit()
    jobs.work_on(batch)
    db.session.rollback()
    assert (titled("Buyer"), titled("Boss")) == (0, 1)
    assert last().undo_of_id == number
    assert eva.get(f"/batches/{batch}?state=skipped").has("Changed since, so it stays.")
    assert eva.get(f"/history/{number}").has("Undone on")
    eva.post(f"/history/{number}/undo")
    assert len(db.session.scalars(select(Batch.id)).all()) == 1


def titled(title):
    return db.session.scalar(select(func.count()).where(Contact.job_title == title))
