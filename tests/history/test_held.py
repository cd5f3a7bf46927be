"""Undo of many values in pieces: what its preview says stays is what stays."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm.accounts.models import User
from crm.batches import actions as batches
from crm.batches.actions import driving
from crm.batches.models import Batch, BatchItem
from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.history import queries
from crm.history.models import ChangeSet

# A company, or a contact with the place of the company it names; whether it was edited since.
THINGS = st.lists(
    st.tuples(st.sampled_from(["company", "contact", "child"]), st.integers(0, 4), st.booleans()),
    min_size=3,
    max_size=12,
)


@pytest.fixture
def in_pieces(monkeypatch):
    """Pieces of three rows instead of 200, 50 and 20; the whole undo is no different otherwise."""
    for name in ("CHUNK", "DRY_CHUNK", "MANY_CHUNK"):
        monkeypatch.setattr(driving, name, 3)
    monkeypatch.setattr("crm.batches.actions.working.CHUNK", 3)
    monkeypatch.setattr("crm.batches.actions.planning.AT_ONCE", 0)


def make(things, eva):
    """Records in the order given; companies are named by those made before and after them."""
    made = []
    for n, (kind, _at, _edited) in enumerate(things):
        if kind == "contact":
            made.append(contacts.create(name=f"No. {n}", by=eva, team_id=eva.team_ids[0]))
        else:
            made.append(companies.create(f"No. {n}", by=eva))
        db.session.flush()
    firms = [one for one in made if isinstance(one, Company)]
    for one, (kind, at, _edited) in zip(made, things, strict=True):
        if kind == "contact" and firms:
            one.company_id = firms[at % len(firms)].id
        if kind == "child" and firms.index(one):
            one.parent_id = firms[at % firms.index(one)].id
    return [(type(one), one.id) for one in made]


def edit(made, things, by):
    for (model, number), (_kind, _at, is_edited) in zip(made, things, strict=True):
        row = db.session.get_one(model, number)
        if is_edited and model is Contact:
            contacts.change(row, {"job_title": "Boss"}, by=by)
        elif is_edited:
            companies.change(row, {"city": "Kiel"}, by=by)


def worked(number):
    """All pieces of a pass; how the items stand behind it."""
    run(lambda: batches.claim(number, "test"))
    with batches.as_one_act(db.session.get_one(Batch, number)):
        while run(lambda: batches.step(number, "test")):
            pass
    db.session.remove()
    items = select(BatchItem.record_id, BatchItem.state).where(BatchItem.batch_id == number)
    return dict(db.session.execute(items).all())


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(things=THINGS)
def test_I6_what_the_preview_of_a_large_undo_says_is_what_comes_of_it(act, in_pieces, things):
    made = []
    number = act("Eva", lambda eva: made.extend(make(things, eva)))
    act("Finn", lambda finn: edit(made, things, finn))

    def begin():
        eva = db.session.get_one(User, db.session.get_one(ChangeSet, number).user_id)
        records = queries.last_first(db.session.get_one(ChangeSet, number))
        return batches.plan(
            "history.undo", by=eva, records=records, options={"undo_of_id": number, "of": "test"}
        ).id

    batch = run(begin)
    said = worked(batch)
    if db.session.get_one(Batch, batch).state == "checked" and "planned" in said.values():
        run(lambda: batches.start(db.session.get_one(Batch, batch), _eva(number)))
    came = worked(batch) if "planned" in said.values() else said
    assert {n: state == "planned" for n, state in said.items()} == {
        n: state == "done" for n, state in came.items()
    }
    kept = [db.session.get_one(model, one) for model, one in made]
    named = {one.company_id for one in kept if isinstance(one, Contact) and not one.deleted_at}
    named |= {one.parent_id for one in kept if isinstance(one, Company) and not one.deleted_at}
    gone = {one.id for one in kept if isinstance(one, Company) and one.deleted_at}
    assert not named & gone


def _eva(number):
    return db.session.get_one(User, db.session.get_one(ChangeSet, number).user_id)
