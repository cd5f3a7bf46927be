"""Records named by hand: each input searches all that its person sees, and tells likes apart."""

import re
from html import unescape
from urllib.parse import unquote, urlencode

import pytest

from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.fields import actions as fields


def offered(who, kind, typed, by="value"):
    url = f"/search/names?of={kind}&by={by}&{urlencode({by: typed})}"
    part = who.htmx("get", url, "datalist#value-names-1")
    found = part.response.get_data(as_text=True)
    assert "<html" not in found
    return [unescape(one) for one in re.findall('value="([^"]*)"', found)]


@pytest.fixture
def crowd(demo, cast, write):
    """Sixty companies newer than Hafen GmbH, two of one name, two people of one name."""

    def add():
        eva = cast["Eva"]
        kept = {"owner_id": eva.id, "team_id": cast.sales.id, "by": eva}
        for n in range(60):
            companies.create(f"Firm {n:02}", **kept)
        for city in ("Kiel", "Bonn"):
            companies.create("Nord AG", **kept).city = city
        for n in (1, 2):
            contacts.create(name="Hans Gleich", phones=[f"+494055500{n}"], **kept)
        for record, target in (("contact", "contact"), ("deal", "company")):
            fields.create(record, "Friend", "reference", by=cast["Olga"], target=target)

    write(add)
    return {
        row.city: f"Nord AG, {row.city} (no. {row.id})"
        for row in db.session.query(Company).filter_by(name="Nord AG")
    }


def test_names_are_offered_as_one_types_from_all_that_the_person_sees(crowd, browse):
    eva, otto = browse.signed_in("Eva"), browse.signed_in("Otto")
    assert "Hafen GmbH" not in offered(eva, "company", "")
    assert len(offered(eva, "company", "")) == 50
    for text in ("haf", "hafen gmbh", "hafne gmbh"):
        assert offered(eva, "company", text) == ["Hafen GmbH"], text
    assert offered(eva, "company", "nord ag") == [crowd["Kiel"], crowd["Bonn"]]
    [mira] = offered(eva, "contact", "sommer")
    assert mira.startswith("Mira Sommer <") and mira.endswith(">")
    first, second = offered(eva, "contact", "gleich")
    assert first.startswith("Hans Gleich, ") and second.startswith("Hans Gleich, ")
    assert not offered(otto, "company", "haf") and not offered(otto, "contact", "sommer")
    assert eva.get("/search/names?of=user&by=value").status == 404
    assert eva.get("/search/names?of=company&by=value&value=haf").has("Hafen GmbH")


def test_every_input_for_a_record_searches_in_the_same_way(crowd, demo, browse):
    eva, mira = browse.signed_in("Eva"), demo["Mira Sommer"]
    for url, inputs in {
        "/contacts/new": {"company": "company", "cf_1": "contact"},
        f"/contacts/{mira}/edit": {"company": "company", "cf_1": "contact"},
        f"/contacts/{mira}/facts/company": {"value": "company"},
        f"/contacts/{mira}/fields/1": {"cf_1": "contact"},
        f"/cells/contact/{mira}/company": {"value": "company"},
        f"/cells/contact/{mira}/cf_1": {"value": "contact"},
        "/companies/new": {"parent": "company"},
        "/deals/new": {"contact": "contact", "company": "company", "cf_2": "company"},
        "/tasks/new": {"contact": "contact", "company": "company", "deal": "deal"},
        "/filters/build?record=contact&filter=company.is:1": {"v-r-0": "company"},
        "/filters/build?record=contact&filter=cf_1.is:1": {"v-r-0": "contact"},
    }.items():
        page = eva.get(url)
        for name, kind in inputs.items():
            field = page.root.one("input", name=name)
            assert field["hx-get"] == f"/search/names?of={kind}&by={name}", (url, name)
            assert field["hx-target"] == "#" + page.by_id(field["list"])["id"]
        assert "None" not in {one.get("data-behaviour") for one in page.root.all("input")}, url


def test_a_name_is_understood_without_script_and_likes_are_told_apart(crowd, demo, browse):
    eva, mira = browse.signed_in("Eva"), demo["Mira Sommer"]

    def company_of(number):
        db.session.expire_all()
        return db.session.get(Contact, number).company

    for url, name in (
        (f"/contacts/{mira}/edit", "company"),
        (f"/contacts/{mira}/facts/company", "value"),
        (f"/cells/contact/{mira}/company", "value"),
    ):
        refused = eva.get(url).form(url, **{name: "nord ag"}).submit()
        assert refused.status == 422, url
        assert refused.has("Several have this name. Write which one:"), url
        assert refused.has(crowd["Kiel"]) and refused.has(crowd["Bonn"])
        assert company_of(mira).name == "Hafen GmbH"
        assert refused.form(url, **{name: crowd["Bonn"]}).submit().status in (200, 303)
        assert company_of(mira).city == "Bonn"
        assert eva.get(url).form(url, **{name: "hafen gmbh"}).submit().status in (200, 303)
        assert company_of(mira).name == "Hafen GmbH"
    for url in (f"/contacts/{mira}/facts/company", f"/cells/contact/{mira}/company"):
        nobody = eva.get(url).form(url, value="#99999").submit()  # a slip, no name
        assert nobody.status == 422 and nobody.has("Nothing has the number #99999"), url
    assert not db.session.query(Company).filter(Company.name.like("#%")).count()
    page = eva.get("/companies/new").form("/companies", name="Tochter GmbH", parent="Nord AG")
    refused = page.submit()
    assert refused.status == 422 and refused.has(crowd["Kiel"])
    assert refused.form("/companies", parent=crowd["Kiel"]).submit().status == 303
    made = db.session.query(Company).filter_by(name="Tochter GmbH").one()
    assert db.session.get(Company, made.parent_id).city == "Kiel"


def test_an_own_field_understands_a_mail_address_a_number_and_what_is_offered(crowd, demo, browse):
    eva, mira = browse.signed_in("Eva"), demo["Mira Sommer"]
    url = f"/contacts/{demo['Holger Petersen']}/fields/1"
    refused = eva.get(url).form(url, cf_1="hans gleich").submit()
    assert refused.status == 422 and refused.has("Several have this name. Write which one:")
    likes = [one["value"] for one in refused.root.all("option")]
    assert len(likes) == 2
    [written] = offered(eva, "contact", "Mira Sommer")
    for text in (*likes, written, f"#{mira}", "mira sommer"):
        assert eva.get(url).form(url, cf_1=text).submit().status == 303, text
    assert eva.get(url).by_id("cf_1")["value"] == "Mira Sommer"
    assert eva.get(url).form(url, cf_1="Nobody Such").submit().has("Nobody of this name.")


def test_a_condition_understands_names_and_keeps_several(crowd, browse):
    eva = browse.signed_in("Eva")
    start = "/filters/build?record=contact&g-r=all&f-r-0=company"
    refused = eva.get(f"{start}&o-r-0=is&v-r-0=Nord+AG&act=show")
    assert refused.status == 422 and refused.has(crowd["Kiel"])
    named = db.session.query(Company.id).filter
    bonn, hafen, seven, eight = (
        named(*asked).scalar()
        for asked in (
            (Company.name == "Nord AG", Company.city == "Bonn"),
            (Company.name == "Hafen GmbH",),
            (Company.name == "Firm 07",),
            (Company.name == "Firm 08",),
        )
    )
    page = eva.get(f"/filters/build?record=contact&filter=company.one_of:{bonn}|{hafen}")
    shown = [one["value"] for one in page.root.all("input", name="v-r-0")]
    assert shown == [crowd["Bonn"], "Hafen GmbH", ""]
    sent = urlencode({"v-r-0": [*shown, "Firm 07, Firm 08"]}, doseq=True)
    done = eva.get(f"{start}&o-r-0=one_of&act=show&{sent}")
    numbers = f"{bonn}|{hafen}|{seven}|{eight}"
    assert unquote(done.location) == f"/contacts?filter=all(company.one_of:{numbers})"
