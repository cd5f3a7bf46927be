"""Companies: their domains, their pages, and two who make the same one at once."""

import threading

import pytest
from sqlalchemy import func, select

from crm.companies import actions, queries, rules
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.core.refusal import Refused


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.nordhafen.example", "nordhafen.example"),
        ("https://shop.a.co.uk/path?x", "a.co.uk"),
        ("Ada@Mail.Nordhafen.example", "nordhafen.example"),
        ("m\u00fcnchen.de", "xn--mnchen-3ya.de"),
        ("co.uk", None),
        ("localhost", None),
        ("10.0.0.1", None),
        ("", None),
        ("a..b", None),
        ("-x-.de", None),
    ],
)
def test_the_registrable_part_of_a_host(host, domain):
    assert rules.registrable_domain(host) == domain


def test_free_and_throw_away_mail_belongs_to_everybody():
    assert rules.is_public_domain("gmail.com")
    assert rules.is_public_domain("mail.yahoo.co.uk")
    assert rules.is_public_domain("mailinator.com")
    assert not rules.is_public_domain("nordhafen.example")


def test_a_company_is_made_once_for_a_domain_and_never_for_a_public_one(app, write):
    first = write(lambda: actions.find_or_create_by_domain("mail.nordhafen.example").id)
    again = write(lambda: actions.find_or_create_by_domain("nordhafen.example", name="Other").id)
    assert first == again
    assert db.session.get(Company, first).name == "Nordhafen"
    assert write(lambda: actions.find_or_create_by_domain("gmail.com") is None)
    named = write(lambda: actions.find_or_create_by_domain("gmail.com", name="Voss").id)
    assert db.session.get(Company, named).domains == []


def test_ten_at_once_make_one_company(app):
    ids = []

    def make():
        with app.app_context():
            ids.append(run(lambda: actions.find_or_create_by_domain("nordhafen.example").id))
            db.session.remove()

    threads = [threading.Thread(target=make) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 10
    assert len(set(ids)) == 1


def test_a_new_contact_is_linked_by_its_mail_domain(app, write):
    company = write(lambda: actions.find_or_create_by_domain("nordhafen.example").id)
    ada = write(lambda: contacts.create(name="Ada", emails=["ada@sub.nordhafen.example"]).id)
    ben = write(lambda: contacts.create(name="Ben", emails=["ben@gmail.com"]).id)
    assert db.session.get(Contact, ada).company_id == company
    assert db.session.get(Contact, ben).company_id is None


@pytest.mark.parametrize("domain", ["hafen.example", "www.hafen.example"])
def test_a_domain_has_one_company(demo, write, domain):
    with pytest.raises(Refused, match="already belongs to another company"):
        write(lambda: actions.create("Second", domains=[domain]))


def test_a_public_domain_or_nonsense_is_refused(app, write):
    with pytest.raises(Refused, match="mail provider"):
        write(lambda: actions.create("X", domains=["gmail.com"]))
    with pytest.raises(Refused, match="not a domain"):
        write(lambda: actions.create("X", domains=["nonsense"]))


def test_the_trash_frees_domains_and_keeps_people(demo, write, cast):
    hafen = demo["Hafen GmbH"]
    write(lambda: actions.delete(db.session.get(Company, hafen), cast["Eva"]))
    assert queries.by_domain("hafen.example") is None
    assert db.session.get(Contact, demo["Mira Sommer"]).company_id == hafen
    write(lambda: actions.create("Second", domains=["hafen.example"]))
    lost = write(lambda: actions.restore(db.session.get(Company, hafen), cast["Eva"]))
    assert lost == ["hafen.example"]


def test_a_company_is_added_edited_trashed_and_restored_on_its_pages(demo, browse):
    eva = browse.signed_in("Eva")
    form = eva.get("/companies/new").form(
        "/companies", name="Nordhafen", domains="nordhafen.example"
    )
    page = form.submit()
    assert page.status == 303
    url = page.location
    assert page.follow().has("Nordhafen")
    edit = eva.get(url + "/edit")
    assert edit.form(url + "/edit", city="Kiel", website="nordhafen.example").submit().status == 303
    assert eva.get(url).has("Kiel")
    after = eva.get(url).form(url + "/deletion").submit().follow()
    assert after.has("Moved to the trash.")
    assert eva.get(url).status == 404
    assert after.form(after.by_id("toast").one("form")["action"]).submit().status == 303
    assert eva.get(url).status == 200


def test_a_refused_company_keeps_what_was_typed(demo, browse):
    eva = browse.signed_in("Eva")
    form = eva.get("/companies/new").form("/companies", name="Second", domains="hafen.example")
    page = form.submit()
    assert page.status == 422
    assert page.has("hafen.example already belongs to another company")
    assert page.root.one("input", id="name")["value"] == "Second"
    part = eva.htmx("post", "/companies", "form#company-form", data=form.values)
    assert part.status == 422
    assert part.root.children[0]["id"] == "company-form"
    assert db.session.scalar(select(func.count()).select_from(Company)) == 13


def test_two_people_editing_one_field_see_both_values(demo, browse):
    eva, mona = browse.signed_in("Eva"), browse.signed_in("Mona")
    url = f"/companies/{demo['Hafen GmbH']}/edit"
    mine, hers = eva.get(url).form(url, city="Kiel"), mona.get(url).form(url, city="Bremen")
    assert hers.submit().status == 303
    page = mine.submit()
    assert page.status == 409
    assert "Bremen" in page.by_id("conflict").text
    assert page.form(url).submit().status == 303
    assert db.session.get(Company, demo["Hafen GmbH"]).city == "Kiel"


def test_a_company_shows_its_people_and_the_list_counts_them(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get(f"/companies/{demo['Hafen GmbH']}")
    assert page.by_id("aside-people").text.startswith("People 2")
    assert page.statements <= 8
    listed = eva.get("/companies")
    assert listed.statements <= 8
    cells = listed.by_id(f"company-{demo['Meridian Freight']}").all("td")
    assert [cell.text for cell in cells[2:4]] == ["Rotterdam", "3"]
    assert eva.get("/companies?q=hafen").has("Hafen GmbH")
    assert not eva.get("/companies?q=hafen").has("Fjordtek")


def test_companies_are_paged_by_key(app, browse, write, cast):
    team = cast.sales.id
    write(lambda: [actions.create("Same Name", team_id=team) for _ in range(60)])
    eva = browse.signed_in("Eva")
    page, seen = eva.get("/companies"), []
    while True:
        seen += [n["id"] for n in page.root.one("tbody").all("tr")]
        onward = page.root.all("a", rel="next")
        if not onward:
            break
        page = eva.get(onward[0]["href"])
    assert len(seen) == len(set(seen)) == 60
    back = eva.get(page.root.one("a", rel="prev")["href"])
    assert [n["id"] for n in back.root.one("tbody").all("tr")] == seen[25:50]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("get", "/edit"),
        ("post", "/edit"),
        ("post", "/deletion"),
        ("post", "/restoration"),
    ],
)
def test_an_outsider_meets_a_company_nowhere(demo, browse, method, path):
    otto = browse.signed_in("Otto")
    assert getattr(otto, method)(f"/companies/{demo['Hafen GmbH']}{path}").status == 404
    assert getattr(otto, method)(f"/companies/{2**70}{path}").status in {404, 405}
    assert otto.get("/companies").has("No company yet")
