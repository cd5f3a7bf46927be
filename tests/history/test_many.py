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
    assert page.has("Changed since, so it stays. Job title: Boss (before: –)")
    assert page.has("This would happen") and page.has("Nothing has changed yet.")
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


def test_V7_one_press_undoes_many_rows_that_nobody_changed_since(act, browse, app):
    app.extensions["tend.by_hand"] = lambda path, args: None

    def add(eva):
        for n in range(MANY):
            contacts.create(name=f"No. {n}", by=eva)

    number = act("Eva", add)
    eva = browse.signed_in("Eva")
    answer = eva.post(f"/history/{number}/undo")
    page = answer.follow()
    assert not page.has("Do it for")
    batch = db.session.scalars(select(Batch.id)).one()
    jobs.work_on(batch)  # looks what was changed since, and begins
    assert db.session.get_one(Batch, batch).state == "running"
    jobs.work_on(batch)
    db.session.rollback()
    found = db.session.get_one(Batch, batch)
    assert (found.state, found.counts) == ("done", {"done": MANY})
    assert last().undo_of_id == number
    living = select(func.count()).where(Contact.deleted_at.is_(None))
    assert db.session.scalar(living) == 0


def titled(title):
    return db.session.scalar(select(func.count()).where(Contact.job_title == title))
