"""V7: companies merged: their people, domains and daughters come along, and go back."""

import pytest
from sqlalchemy import select

from crm.companies import actions as companies
from crm.companies import queries
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from tests.duplicates.conftest import rows


@pytest.fixture
def firms(act):
    """Two Hafens of Eva's: the older one without a website, the younger with domain and people."""

    def add(eva):
        common = {"owner_id": eva.id, "by": eva, "phone": "+49 40 99"}
        one = companies.create("Hafen GmbH", **common)
        two = companies.create(
            "Hafen GmbH", domains=["hafen.example"], website="https://hafen.example", **common
        )
        one.parent_id = two.id
        contacts.create(name="Mira Sommer", company_id=two.id, owner_id=eva.id, by=eva)
        return one.id, two.id

    return act("Eva", add)


def test_v7_companies_merge_with_people_and_domains(firms, plan, go, undo):
    one, two = firms
    number = plan([one, two], key="companies.merge_groups", record="company")
    [(record_id, how, words)] = rows(number)
    assert (record_id, how) == (two, "planned")
    assert words.startswith(f"Into Hafen GmbH, no. {one}: the same name and phone. Taken over: Web")
    set_id = go(number)
    kept, gone = db.session.get_one(Company, one), db.session.get_one(Company, two)
    assert (kept.website, gone.merged_into_id) == ("https://hafen.example", one)
    assert queries.by_domain("hafen.example").id == one
    assert (kept.parent_id, queries.line_of(kept)) == (None, [one])
    assert db.session.scalars(select(Contact.company_id)).all() == [one]
    undo(set_id)
    kept, gone = db.session.get_one(Company, one), db.session.get_one(Company, two)
    assert (kept.website, kept.parent_id, gone.deleted_at) == (None, two, None)
    assert queries.by_domain("hafen.example").id == two
    assert db.session.scalars(select(Contact.company_id)).all() == [two]


def test_v7_another_city_speaks_against_one_company(act, plan):
    def add(eva):
        for city in ("Bremen", "Kiel", "Bremen"):
            companies.create("Brise", city=city, owner_id=eva.id, by=eva)
        return select(Company.id)

    number = plan(act("Eva", add), key="companies.merge_groups", record="company", same="name")
    [(_id, how, words)] = rows(number)
    assert (how, words) == ("planned", "Into Brise, no. 1: the same name.")
