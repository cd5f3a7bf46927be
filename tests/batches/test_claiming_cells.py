"""O2 in lists and facts: what nobody has offers to be claimed, not an input that is refused."""

import pytest

from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals.models import Deal
from crm.demo import deals as demo_deals
from crm.fields import actions as fields

KEYS = {"contact": "job_title", "company": "city", "deal": "amount"}
LISTS = {
    "contact": "/contacts?columns=name,job_title,owner",
    "company": "/companies",
    "deal": "/deals?as=table",
}
MODELS = {"contact": Contact, "company": Company, "deal": Deal}


@pytest.fixture
def free(app, cast, write):
    """A contact, a company and a deal of the sales team that nobody has, and a field of each."""

    def make():
        demo_deals.add(cast)
        deal = db.session.query(Deal).order_by(Deal.id).first()
        contact = contacts.create(name="Free Fiona", team_id=cast.sales.id)
        company = companies.create("Free GmbH", team_id=cast.sales.id)
        deal.team_id = cast.sales.id
        contact.owner_id = company.owner_id = deal.owner_id = None
        for record in KEYS:
            fields.create(record, "Colour", "text", by=None)
        db.session.flush()
        return {"contact": contact.id, "company": company.id, "deal": deal.id}

    return write(make)


def words(page, href):
    """The words of the link to a cell, as a screen reader says them, and its look."""
    [link] = page.root.all("a", href=href)
    return link["aria-label"], link["class"]


@pytest.mark.parametrize("record", list(KEYS))
def test_o2_a_cell_of_what_nobody_has_is_claimed_first_and_then_opens(free, browse, cast, record):
    eva_id, number, key = cast["Eva"].id, free[record], KEYS[record]
    url, eva = f"/cells/{record}/{number}/{key}", browse.signed_in("Eva")
    label, look = words(eva.get(LISTS[record]), url)
    assert label.startswith("Claim to edit ") and "claim" in look.split()
    assert words(eva.get(LISTS[record]), f"/cells/{record}/{number}/owner")[0].startswith("Change")
    asked = eva.get(url)
    assert not asked.root.all("input", name="value")
    assert asked.has("Nobody has this yet.")
    assert eva.post(url, {"value": "7", "base": "null"}).status in {409, 422}
    opened = asked.form(f"{url}/claim").submit().follow()
    assert opened.root.all("input", name="value")
    assert db.session.get(MODELS[record], number).owner_id == eva_id
    assert opened.form(url).submit(value="7").status == 303
    assert words(eva.get(LISTS[record]), url)[0].startswith("Change ")


def test_o2_with_htmx_the_claimed_cell_opens_in_its_place(free, browse):
    url, target = (
        f"/cells/company/{free['company']}/city",
        f"td#cell-company-{free['company']}-city",
    )
    eva = browse.signed_in("Eva")
    asked = eva.htmx("get", url, target)
    assert asked.has("Claim to edit") and not asked.root.all("h1")
    opened = eva.htmx("post", f"{url}/claim", target)
    assert opened.status == 200
    assert opened.root.all("input", name="value")
    assert opened.has("It is yours now.")


@pytest.mark.parametrize("record", list(KEYS))
def test_o2_with_htmx_the_whole_row_shows_at_once_whose_it_is(free, browse, record):
    number, key = free[record], KEYS[record]
    url, cell = f"/cells/{record}/{number}/{key}", f"cell-{record}-{number}"
    eva = browse.signed_in("Eva")
    opened = eva.htmx("post", f"{url}/claim", f"td#{cell}-{key}")
    pieces = {one["hx-target"]: one for one in opened.root.all("hx-partial")}
    assert "Eva" in pieces[f"#{cell}-owner"].text
    [name] = pieces[f"#{cell}-name > .cell-edit"].all("a")
    assert name["aria-label"].startswith("Change ") and "claim" not in name["class"].split()
    assert f"#{cell}-{key} > .cell-edit" not in pieces
    assert not [one for one in pieces if one.startswith(f"#{cell}-lifecycle")]


def test_o2_who_comes_second_is_told_and_takes_nothing(free, browse, cast):
    url, finn_id = f"/cells/company/{free['company']}/city/claim", cast["Finn"].id
    browse.signed_in("Finn").post(url)
    page = browse.signed_in("Eva").post(url).follow()
    assert page.has("Somebody has this already.")
    assert db.session.get(Company, free["company"]).owner_id == finn_id


@pytest.mark.parametrize("record", list(KEYS))
def test_o2_facts_of_what_nobody_has_offer_to_claim_it(free, browse, cast, record):
    plural = {"contact": "contacts", "company": "companies", "deal": "deals"}[record]
    eva_id, place, eva = cast["Eva"].id, f"/{plural}/{free[record]}", browse.signed_in("Eva")
    page = eva.get(place)
    facts = page.by_id("facts")
    claims = [one.text for one in facts.all("button") if one.text.startswith("Claim to edit")]
    assert "Claim to edit Colour" in claims
    edits = {one.text for one in facts.all("a", class_="edit")}
    assert edits <= {"Add Owner", "Edit Owner", "Edit Lifecycle"}
    [number] = {url.split("/")[-1] for url in _fields(browse, record)}
    assert not eva.get(f"{place}/fields/{number}").root.all("input", name=f"cf_{number}")
    refused = eva.post(f"{place}/fields/{number}", {f"cf_{number}": "red", "base": "null"})
    assert refused.status == 422 and refused.has("Claim it first")
    ways = {"contact": f"{place}/owner", "company": f"{place}/claim", "deal": f"{place}/claim"}
    eva.post(ways[record], {"owner": eva_id})
    after = eva.get(place).by_id("facts")
    assert not [one for one in after.all("button") if one.text.startswith("Claim")]
    assert [one for one in after.all("a") if one.text.endswith("Colour")]


def _fields(browse, record):
    admin = browse.signed_in("Adam")
    found = admin.get(f"/settings/fields?record={record}").root.all("a")
    return [a["href"].removesuffix("/edit") for a in found if a.text == "Colour"]


def test_o2_what_is_read_only_offers_no_claim(free, browse):
    rita = browse.signed_in("Rita")
    assert not rita.get("/companies").has("Claim to edit")
    assert rita.post(f"/cells/company/{free['company']}/city/claim").status == 403
