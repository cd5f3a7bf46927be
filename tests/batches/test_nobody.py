"""V7, C2, O2: companies and deals become nobody's, and many companies get one parent company."""

import pytest

from crm.companies import actions as companies
from crm.companies.models import Company
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal, Pipeline, Stage
from tests.batches.test_bar import bar, go, last_batch


@pytest.fixture
def firms(cast, write):
    """Eva's, Finn's, nobody's, and Eva's that belongs to no team."""

    def add():
        found = [
            companies.create(f"Firm {n}", owner_id=owner and cast[owner].id,
                             team_id=cast.sales.id, by=cast["Eva"])
            for n, owner in enumerate(("Eva", "Finn", None, "Eva"))
        ]  # fmt: skip
        found[3].team_id = None
        return [one.id for one in found]

    return write(add)


def owners(model, ids):
    db.session.remove()
    return [db.session.get(model, number).owner_id for number in ids]


def test_v7_companies_become_nobodys_and_are_claimed_before_they_are_changed(browse, cast, firms):
    eva = browse.signed_in("Eva")
    before = owners(Company, firms)
    done = go(eva, bar(eva, "company", firms, "companies.give"), to="0")
    assert done.has("Give to nobody") and done.has("1 done")
    assert done.has("Only a manager takes records from others.")
    assert done.has("Nobody has it already.")
    assert done.has("It belongs to no team: without an owner nobody would see it.")
    assert owners(Company, firms) == [None, *before[1:]]
    held = bar(eva, "company", firms[:1], "companies.set", picked="city")
    tried = held.form("/batches").submit(value="Kiel").follow()
    assert tried.has("Nobody has this yet. Claim it first, then change it.")
    mona = browse.signed_in("Mona")
    assert go(mona, bar(mona, "company", firms[1:2], "companies.give"), to="0").has("1 done")
    mona.post(f"/history/{last_batch().change_set_id}/undo")
    assert owners(Company, firms[1:2]) == before[1:2]


def test_v7_deals_become_nobodys_and_come_back(browse, cast, write):
    def add():
        line = Pipeline(name="Line", created_at=cast["Eva"].created_at)
        line.stages = [Stage(name="New", position=0)]
        db.session.add(line)
        db.session.flush()
        common = {"stage": line.stages[0], "by": cast["Eva"]}
        return [deals.create(name, owner=cast[name], **common).id for name in ("Eva", "Finn")]

    ids = write(add)
    eva, before = browse.signed_in("Eva"), owners(Deal, ids)
    done = go(eva, bar(eva, "deal", ids, "deals.give"), to="0")
    assert done.has("Give to nobody") and done.has("1 done")
    assert done.has("Only a manager takes records from others.")
    assert owners(Deal, ids) == [None, before[1]]
    eva.post(f"/history/{last_batch().change_set_id}/undo")
    assert owners(Deal, ids) == before


def test_c2_many_companies_get_a_parent_company(browse, cast, write, firms):
    top = write(lambda: companies.create("Holding", team_id=cast.sales.id, by=cast["Eva"]).id)
    write(lambda: companies.change(db.session.get(Company, top), {"parent": "Firm 1"},
                                   by=cast["Eva"]))  # fmt: skip
    eva, ids = browse.signed_in("Eva"), [*firms[:3], top]
    page = bar(eva, "company", ids, "companies.set", picked="parent")
    wrong = page.form("/batches").submit(value="Nowhere")
    assert wrong.status == 422
    assert wrong.has("There is no company “Nowhere”. Add it first.")
    tried = page.form("/batches").submit(value="Holding").follow()
    assert tried.has("Set “Parent company” to Holding")
    assert tried.has("Holding belongs to Firm 1 itself, directly or not.")
    done = go(eva, page, value="Holding")
    assert done.has("1 done, 3 refused")  # Firm 2 and Holding have nobody, Firm 1 is above
    db.session.remove()
    assert db.session.get(Company, firms[0]).parent_id == top
    made = last_batch().change_set_id
    again = bar(eva, "company", firms[:1], "companies.set", picked="parent")
    assert again.form("/batches").submit(value="Holding").follow().has("It says so already.")
    eva.post(f"/history/{made}/undo")
    db.session.remove()
    assert db.session.get(Company, firms[0]).parent_id is None
