"""V6: cells of lists changed in their place, or on a page of their own without script."""

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.fields import actions as fields


@pytest.fixture
def ada(cast, write):
    return write(
        lambda: (
            contacts.create(
                name="Ada Vogel", team_id=cast.sales.id, owner_id=cast["Eva"].id, by=cast["Eva"]
            ).id
        )
    )


def test_v6_a_cell_is_a_link_to_its_form_and_saves_without_script(browse, ada):
    eva = browse.signed_in("Eva")
    page = eva.get("/contacts?columns=name,job_title,owner")
    url = f"/cells/contact/{ada}/job_title"
    assert page.root.all("a", href=url)
    form = eva.get(url)
    assert form.has("Job title: Ada Vogel")
    assert form.form(url).submit(value="Buyer").location.endswith("/contacts")
    assert db.session.get(Contact, ada).job_title == "Buyer"
    assert eva.get("/contacts?columns=name,job_title").has("Buyer")


def test_v6_without_script_the_list_stays_as_it_was_looked_at(browse, ada, cast, write):
    sales = cast.sales.id
    eva, url = browse.signed_in("Eva"), f"/cells/contact/{ada}/job_title"
    looked = "/contacts?columns=name,job_title&sort=name&filter=name.contains:ada"
    home = "http://localhost" + looked
    form = eva.get(url, headers={"Referer": home})
    assert form.root.all("a", href=looked)
    assert form.form(url).submit(value="Buyer").location.endswith(looked)
    elsewhere = eva.get(url, headers={"Referer": f"http://localhost/contacts/{ada}?a=b"})
    assert elsewhere.form(url).values["back"] == "/contacts"
    free = write(lambda: contacts.create(name="Ada Free", team_id=sales)).id
    url = f"/cells/contact/{free}/job_title"
    claim = eva.get(url, headers={"Referer": home}).form(f"{url}/claim").submit()
    assert claim.follow().form(url).submit(value="Buyer").location.endswith(looked)


def test_v6_htmx_gets_the_form_and_then_the_cell(browse, ada):
    eva = browse.signed_in("Eva")
    url, target = f"/cells/contact/{ada}/job_title", f"td#cell-contact-{ada}-job_title"
    form = eva.htmx("get", url, target)
    assert form.root.all("input", name="value")
    assert not form.root.all("h1")
    saved = eva.htmx("post", url, target, data={"value": "Head", "base": "null"})
    assert saved.status == 200
    assert saved.has("Head")
    assert not saved.root.all("input", name="value")
    assert eva.htmx("get", url + "?shown=1", target).has("Head")


def test_v6_a_cell_that_somebody_changed_meanwhile_answers_409_with_both(browse, ada, write):
    eva = browse.signed_in("Eva")
    url = f"/cells/contact/{ada}/job_title"
    form = eva.get(url).form(url)
    write(lambda: setattr(db.session.get(Contact, ada), "job_title", "Theirs"))
    refused = form.submit(value="Mine")
    assert refused.status == 409
    assert refused.has("Theirs")
    assert refused.root.one("input", name="value")["value"] == "Mine"
    assert refused.form(url).submit().status == 303
    assert db.session.get(Contact, ada).job_title == "Mine"


def test_v6_owner_lifecycle_and_own_fields_are_cells_too(browse, ada, write):
    number = write(lambda: fields.create("contact", "Branch", "text", by=None).id)
    mona = browse.signed_in("Mona")
    url = f"/cells/contact/{ada}/cf_{number}"
    assert mona.get(url).form(url).submit(value="Steel").status == 303
    assert mona.get(f"/contacts?columns=name,cf_{number}").has("Steel")
    url = f"/cells/contact/{ada}/lifecycle"
    refused = mona.get(url).form(url).submit(value="disqualified")
    assert refused.status == 422
    url = f"/cells/contact/{ada}/owner"
    owner = mona.get(url).root.one("select", name="value").all("option")[1]["value"]
    assert mona.get(url).form(url).submit(value=owner).status == 303
    assert db.session.get(Contact, ada).owner_id == int(owner)


def test_v6_a_deal_changes_value_day_and_stage_in_its_row(browse, write, cast):
    def add():
        line = deals.create_default_pipeline()
        return deals.create("Deal", stage=line.stages[0], by=cast["Eva"]).id

    number = write(add)
    eva = browse.signed_in("Eva")
    assert eva.get("/deals?as=table").root.all("a", href=f"/cells/deal/{number}/amount")
    for key, value in (("amount", "1.250,50"), ("close_on", "2026-12-24")):
        url = f"/cells/deal/{number}/{key}"
        assert eva.get(url).form(url).submit(value=value).status == 303
    url = f"/cells/deal/{number}/stage"
    stages = eva.get(url).root.one("select", name="value").all("option")
    assert eva.get(url).form(url).submit(value=stages[1]["value"]).status == 303
    deal = db.session.scalars(select(Deal)).one()
    assert (deal.amount_cents, str(deal.close_on), deal.stage.name) == (
        125050, "2026-12-24", "Discovery",
    )  # fmt: skip
    bad = f"/cells/deal/{number}/amount"
    assert eva.get(bad).form(bad).submit(value="many").status == 422


def test_v6_cells_of_what_one_may_not_see_or_set_are_not_there(browse, ada):
    assert browse.signed_in("Otto").get(f"/cells/contact/{ada}/job_title").status == 404
    assert browse.signed_in("Rita").get(f"/cells/contact/{ada}/job_title").status == 403
    eva = browse.signed_in("Eva")
    assert eva.get(f"/cells/contact/{ada}/quiz_score").status == 404
    assert eva.get(f"/cells/nothing/{ada}/name").status == 404


def set_cell(person, url, value):
    return person.get(url).form(url).submit(value=value)


def test_v6_names_companies_languages_and_zones_of_contacts_are_cells(browse, ada):
    eva = browse.signed_in("Eva")
    for key, value in (
        ("name", "Ada Falk"), ("company", "Hafen GmbH"), ("locale", "de"),
        ("timezone", "Europe/Berlin"),
    ):  # fmt: skip
        url = f"/cells/contact/{ada}/{key}"
        assert eva.get("/contacts?columns=name,company,locale,timezone").root.all("a", href=url)
        assert set_cell(eva, url, value).status == 303
    found = db.session.get(Contact, ada)
    assert (found.name, found.sort_name, found.company.name) == (
        "Ada Falk",
        "ada falk",
        "Hafen GmbH",
    )
    assert (found.locale, found.timezone) == ("de", "Europe/Berlin")
    for key, value in (("name", " "), ("timezone", "Europe/Hafen"), ("locale", "xx")):
        assert set_cell(eva, f"/cells/contact/{ada}/{key}", value).status == 422
    for key in ("name", "company"):
        assert eva.get("/contacts").root.all("a", href=f"/cells/contact/{ada}/{key}")
    url, target = f"/cells/contact/{ada}/name", f"div#cell-contact-{ada}-name"
    shown = eva.htmx("get", url + "?shown=1", target)
    assert shown.root.all("a", href=f"/contacts/{ada}")


def test_v6_name_website_and_phone_of_a_company_are_cells(browse, write, cast):
    who = {"team_id": cast.sales.id, "owner_id": cast["Eva"].id, "by": cast["Eva"]}
    number = write(lambda: companies.create(name="Hafen", **who).id)
    eva = browse.signed_in("Eva")
    for key, value in (("name", "Hafen AG"), ("website", "hafen.example"), ("phone", "040 1")):
        url = f"/cells/company/{number}/{key}"
        assert eva.get("/companies?columns=name,website,phone").root.all("a", href=url)
        assert set_cell(eva, url, value).status == 303
    found = db.session.get(Company, number)
    assert (found.name, found.website, found.phone) == (
        "Hafen AG",
        "https://hafen.example",
        "040 1",
    )


def test_v6_name_contact_and_company_of_a_deal_are_cells(browse, write, cast, ada):
    def add():
        line = deals.create_default_pipeline()
        house = companies.create(name="Hafen", team_id=cast.sales.id, by=cast["Eva"])
        db.session.flush()
        return deals.create("Deal", stage=line.stages[0], by=cast["Eva"]).id, house.id

    number, house = write(add)
    eva = browse.signed_in("Eva")
    for key, value in (("name", "Pilot"), ("contact", "ada vogel"), ("company", "Hafen")):
        url = f"/cells/deal/{number}/{key}"
        assert eva.get("/deals?as=table&columns=name,contact,company").root.all("a", href=url)
        assert set_cell(eva, url, value).status == 303
    found = db.session.get(Deal, number)
    assert (found.name, found.contact_id, found.company_id) == ("Pilot", ada, house)
    for key in ("contact", "company"):
        url = f"/cells/deal/{number}/{key}"
        assert set_cell(eva, url, "Nobody Known").status == 422
        assert set_cell(eva, url, "").status == 303
    found = db.session.get(Deal, number)
    assert (found.contact_id, found.company_id) == (None, None)


def test_v6_a_cell_neither_shows_nor_clears_a_link_to_what_one_may_not_see(
    browse, write, cast, ada
):
    def add():
        otto = db.session.get(User, cast["Otto"].id)
        hidden = companies.create(name="Canary", team_id=otto.teams[0].id, by=otto)
        db.session.flush()
        db.session.get(Contact, ada).company_id = hidden.id
        line = deals.create_default_pipeline()
        deal = deals.create("Deal", stage=line.stages[0], by=cast["Eva"])
        deal.company_id = hidden.id
        return deal.id, hidden.id

    number, hidden = write(add)
    eva = browse.signed_in("Eva")
    for url in (f"/cells/deal/{number}/company", f"/cells/contact/{ada}/company"):
        assert "Canary" not in eva.get(url).text
        assert set_cell(eva, url, "").status == 303
    assert db.session.get(Contact, ada).company_id == hidden
    assert db.session.get(Deal, number).company_id == hidden


@pytest.mark.parametrize("path", ["/contacts", "/companies?owner=me", "/deals?as=table", "/tasks"])
def test_v6_all_columns_of_a_list_are_a_link_where_a_phone_shows_some(browse, ada, path):
    eva = browse.signed_in("Eva")
    plain = eva.get(path)
    [link] = [one for one in plain.root.all("a") if one.text == "All columns"]
    whole = eva.get(link.get("href"))
    assert [one for one in whole.root.all("a") if one.text == "Fewer columns"]
    assert all("chosen" in one.get("class").split() for one in whole.root.all("table"))
    assert not [one for one in whole.root.all("a") if one.text == "All columns"]
