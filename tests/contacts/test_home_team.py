"""O2: a record stands in the team of its owner from the start, so other teams never see it."""

import pytest
from sqlalchemy import select

from crm.companies import actions as companies
from crm.companies.many import Seed as FirmSeed
from crm.companies.many import create_many as add_companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.actions.many import Seed, create_many
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal, Stage


def named(model, name):
    return db.session.scalars(select(model).where(model.name == name)).one()


@pytest.mark.parametrize("record", ["contacts", "companies"])
def test_o2_a_form_gives_the_record_to_the_team_of_the_owner_chosen(cast, browse, record):
    otto, partners = cast["Otto"].id, cast.partners.id
    form = browse.signed_in("Olga").get(f"/{record}/new").form(f"/{record}", name="Byhand Otto")
    form.submit(owner_id=str(otto))
    model = Contact if record == "contacts" else Company
    found = named(model, "Byhand Otto")
    number, team_id = found.id, found.team_id
    assert team_id == partners
    assert browse.signed_in("Eva").get(f"/{record}/{number}").status == 404
    assert browse.signed_in("Otto").get(f"/{record}/{number}").status == 200


def test_o2_rows_of_a_file_stand_in_the_teams_of_their_owners(cast, write):
    facts = {"owner_id": cast["Otto"].id}

    def add():
        by = cast["Olga"]
        people = create_many([Seed("Otto’s", facts=facts), Seed("Nobody’s")], by=by)
        firms = add_companies([FirmSeed("Otto GmbH", facts=facts)], by=by)
        return [row.team_id for row in (*people, *firms)]

    sales, partners = cast.sales.id, cast.partners.id
    assert write(add) == [partners, sales, partners]


def test_o2_a_company_and_a_deal_follow_their_new_owner(cast, write):
    def add():
        olga = cast["Olga"]
        firm = companies.create("Hafen Nord", owner_id=cast["Eva"].id, by=olga)
        person = contacts.create(name="Nora", owner_id=cast["Eva"].id, by=olga)
        deals.create_default_pipeline()
        stage = db.session.scalars(select(Stage).where(Stage.kind == "open")).first()
        deal = deals.create("Nord", stage=stage, by=olga, owner=cast["Otto"], contact=person)
        assert deal.team_id == cast.partners.id, "not in the team of its contact, which Otto is not"
        deals.update(deal, olga, version=deal.version, owner_id=cast["Eva"].id)
        companies.change(firm, {"owner_id": cast["Otto"].id}, by=olga)
        return firm.team_id, named(Deal, "Nord").team_id

    assert write(add) == (cast.partners.id, cast.sales.id)


def test_o2_what_loses_its_owner_stays_where_it_is(cast, write):
    def change():
        firm = companies.create("Hafen Ost", owner_id=cast["Otto"].id, by=cast["Olga"])
        companies.change(firm, {"owner_id": None}, by=cast["Olga"])
        return firm.team_id

    assert write(change) == cast.partners.id
