"""O2: what nobody has is read by all who see it, and claimed before it is changed."""

import pytest

from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals.models import Deal
from crm.demo import deals as demo_deals


@pytest.fixture
def free(app, cast, write):
    """A contact, a company and a deal of the sales team that nobody has."""

    def make():
        demo_deals.add(cast)
        found = db.session.query(Deal).order_by(Deal.id).first()
        found.owner_id, found.team_id = None, cast.sales.id
        contact = contacts.create(name="Free Fiona", team_id=cast.sales.id)
        company = companies.create("Free GmbH", team_id=cast.sales.id)
        contact.owner_id = company.owner_id = None
        db.session.flush()
        return contact.id, company.id, found.id

    return write(make)


@pytest.fixture
def ids(cast):
    return {name: cast[name].id for name in ("Eva", "Finn")}


def test_o2_an_unclaimed_contact_is_read_but_not_changed(free, browse):
    eva, number = browse.signed_in("Eva"), free[0]
    assert eva.get(f"/contacts/{number}").has("Claim")
    page = (
        eva.get(f"/contacts/{number}/edit").form(f"/contacts/{number}/edit", name="Other").submit()
    )
    assert page.status == 422 and page.has("Claim it first")
    fact = eva.post(f"/contacts/{number}/facts/job_title", {"value": "Boss"})
    assert fact.status in {404, 422}
    assert db.session.get(Contact, number).name == "Free Fiona"


def test_o2_claiming_opens_a_contact_for_changes(ids, free, browse):
    eva, number = browse.signed_in("Eva"), free[0]
    assert eva.post(f"/contacts/{number}/owner", {"owner": ids["Eva"]}).status == 303
    assert db.session.get(Contact, number).owner_id == ids["Eva"]
    page = eva.get(f"/contacts/{number}")
    assert not [one for one in page.root.all("button") if one.text == "Claim"]
    page = (
        eva.get(f"/contacts/{number}/edit").form(f"/contacts/{number}/edit", name="Other").submit()
    )
    assert page.status == 303


def test_o2_a_company_is_claimed_and_then_changed(ids, free, browse):
    eva, number = browse.signed_in("Eva"), free[1]
    form = eva.get(f"/companies/{number}/edit").form(f"/companies/{number}/edit", city="Kiel")
    assert form.submit().status == 422
    assert eva.post(f"/companies/{number}/claim").status == 303
    assert db.session.get(Company, number).owner_id == ids["Eva"]
    form = eva.get(f"/companies/{number}/edit").form(f"/companies/{number}/edit", city="Kiel")
    assert form.submit().status == 303
    browse.signed_in("Finn").post(f"/companies/{number}/claim")
    db.session.expire_all()
    assert db.session.get(Company, number).owner_id == ids["Eva"], "the first one has it"


def test_o2_a_deal_is_claimed(ids, free, browse):
    number = free[2]
    assert browse.signed_in("Finn").get(f"/deals/{number}").has("Claim")
    browse.signed_in("Finn").post(f"/deals/{number}/claim")
    db.session.expire_all()
    assert db.session.get(Deal, number).owner_id == ids["Finn"]


def test_o2_the_form_of_what_nobody_has_offers_to_claim_it_first(ids, free, browse):
    eva = browse.signed_in("Eva")
    contact, company, deal = free
    for form, claim, record in (
        (f"/contacts/{contact}/edit", f"/contacts/{contact}/owner", (Contact, contact)),
        (f"/companies/{company}/edit", f"/companies/{company}/claim", (Company, company)),
        (f"/deals/{deal}/edit", f"/deals/{deal}/claim", (Deal, deal)),
    ):
        page = eva.get(form)
        assert page.has("Nobody has this yet.")
        claimed = page.form(claim).submit()
        assert claimed.location.endswith(form), "back to what was to be edited"
        db.session.expire_all()
        assert db.session.get(*record).owner_id == ids["Eva"]
        assert not eva.get(form).has("Nobody has this yet.")


def test_o2_who_sees_nothing_claims_nothing(free, browse):
    otto, rita = browse.signed_in("Otto"), browse.signed_in("Rita")
    contact, company, deal = free
    assert otto.post(f"/companies/{company}/claim").status == 404
    assert otto.post(f"/deals/{deal}/claim").status == 404
    assert otto.post(f"/contacts/{contact}/owner", {"owner": "1"}).status == 404
    assert rita.post(f"/companies/{company}/claim").status == 403
    assert not rita.get(f"/companies/{company}").has("Claim")
