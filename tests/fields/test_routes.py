"""C7: the pages of fields, and custom fields on the pages of records."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from crm.companies import actions as companies
from crm.contacts.models import Contact
from crm.core.db import db
from crm.fields import actions, queries
from crm.fields.models import CustomField


@pytest.fixture
def mira(mira):
    """Only her number: browsers let the session go."""
    return SimpleNamespace(id=mira.id)


@pytest.fixture
def hafen(hafen):
    return SimpleNamespace(id=hafen.id)


def value_of(row_id, key, model=Contact):
    return queries.values_of(db.session.get(model, row_id))[key]


def test_c7_a_field_is_added_in_two_pages_and_stands_in_the_form_of_a_contact(cast, browse):
    olga = browse.signed_in("Olga")
    kinds = olga.get("/settings/fields/new?record=contact")
    assert kinds.has("One of a list")
    new = olga.get("/settings/fields/new?record=contact&kind=select")
    added = new.form("/settings/fields", label="Sector", options="Crafts\nFood", help_text="Ask.")
    assert added.submit().location.endswith("/settings/fields?record=contact")
    form = olga.get("/contacts/new").root.one("form", id="contact-form")
    assert [o.text for o in form.one("select", id="cf_1").all("option")] == ["–", "Crafts", "Food"]


def test_c7_names_are_unique_and_refused_in_the_form(cast, browse, add):
    add("contact", "Sector", "text")
    olga = browse.signed_in("Olga")
    for label in ("sector", "Job title"):
        page = olga.get("/settings/fields/new?record=contact&kind=text")
        answer = page.form("/settings/fields", label=label).submit()
        assert answer.status == 422
        assert answer.has("Another field has this name already.")


@pytest.mark.parametrize("name", ["Eva", "Max", "Rita"])
def test_c7_only_who_manages_fields_may_change_them(cast, browse, add, name):
    add("contact", "Sector", "text")
    person = browse.signed_in(name)
    assert person.get("/settings/fields").status == 403
    assert person.post("/settings/fields/1/archive").status == 403
    assert browse.signed_in("Mona").get("/settings/fields").status == 200


def test_c7_order_archive_and_return_by_plain_buttons(cast, browse, add):
    add("contact", "Sector", "text")
    add("contact", "Seats", "number")
    mona = browse.signed_in("Mona")
    listed = mona.get("/settings/fields")
    assert "disabled" in listed.by_id("field-1").one("button", data_up=True).attrs
    mona.post("/settings/fields/2/place", {"to": "up"})
    assert [one.label for one in queries.customs("contact")] == ["Seats", "Sector"]
    mona.post("/settings/fields/2/archive")
    assert [one.label for one in queries.customs("contact")] == ["Sector"]
    assert mona.get("/settings/fields").by_id("archived-2")
    mona.post("/settings/fields/2/restoration")
    assert [one.label for one in queries.customs("contact")] == ["Sector", "Seats"]


def test_c7_an_archived_field_whose_name_is_taken_stays_archived_in_words(cast, browse, add):
    add("contact", "Colour", "text")
    mona = browse.signed_in("Mona")
    mona.post("/settings/fields/1/archive")
    add("contact", "colour", "text")
    answer = mona.post("/settings/fields/1/restoration")
    assert answer.status == 303
    assert answer.follow().has("Another field has this name already.")
    assert [one.label for one in queries.customs("contact")] == ["colour"]


def test_c7_options_are_added_renamed_ordered_and_no_longer_offered(cast, browse, add):
    key = add("contact", "Sector", "select", options=["Crafts"])
    mona = browse.signed_in("Mona")
    edit = mona.get("/settings/fields/1/edit")
    edit.form("/settings/fields/1/options", label="Food").submit()
    mona.post("/settings/fields/1/options/2/place", {"to": "up"})
    mona.post("/settings/fields/1/options/2", {"label": "Food and drink"})
    mona.post("/settings/fields/1/options/1/permission", {"allowed": "no"})
    options = queries.custom_of("contact", key).options
    assert [(one.label, one.is_active) for one in options] == [
        ("Food and drink", True),
        ("Crafts", False),
    ]
    assert mona.post("/settings/fields/1/options", {"label": "crafts"}).status == 422


def test_c7_the_default_of_a_field_fills_a_new_contact(cast, browse, add):
    key = add("contact", "Seats", "number")
    mona = browse.signed_in("Mona")
    mona.get("/settings/fields/1/edit").form("/settings/fields/1/edit", cf_1="5").submit()
    page = mona.get("/contacts/new")
    assert page.by_id("cf_1")["value"] == "5"
    page.form("/contacts", name="Ada Moreau").submit()
    ada = db.session.scalars(select(Contact).where(Contact.name == "Ada Moreau")).one()
    assert value_of(ada.id, key) == "5"


def test_c7_a_long_value_of_many_lines_is_folded_on_the_record(browse, keys, mira):
    eva, url = browse.signed_in("Eva"), f"/contacts/{mira.id}"
    for lines, is_folded in ((12, False), (13, True)):
        text = "\n".join(f"line {number}" for number in range(lines))
        eva.get(f"{url}/edit").form(f"{url}/edit").submit(**{keys["long"]: text})
        facts = eva.get(url).by_id("facts")
        assert bool(facts.all("div", class_="folded")) is is_folded
        assert f"line {lines - 1}" in facts.text


def test_c7_every_kind_is_typed_into_the_form_without_script(cast, browse, keys, mira, holger):
    finn = str(cast["Finn"].id)
    eva = browse.signed_in("Eva")
    sector = queries.custom_of("contact", keys["select"]).options[1].value
    tongues = [one.value for one in queries.custom_of("contact", keys["multi"]).options][:2]
    typed = {
        "text": "<script>alert(1)</script>",
        "long": "two\nlines",
        "number": "1,234.5",
        "money": "14,400",
        "on": "1990-02-28",
        "at": "2026-11-24T13:30",
        "bool": "no",
        "select": sector,
        "multi": tongues,
        "url": "mira.example",
        "user": finn,
        "reference": "Holger Petersen",
    }
    edit = eva.get(f"/contacts/{mira.id}/edit")
    form = edit.form(f"/contacts/{mira.id}/edit")
    done = form.submit(**{keys[kind]: text for kind, text in typed.items()})
    assert done.location.endswith(f"/contacts/{mira.id}")
    page = done.follow()
    for words in (
        "<script>alert(1)</script>", "1,234.5", "€14,400", "13:30", "No", "Food", "English",
        "mira.example", "Finn Aalto", "Holger Petersen",
    ):  # fmt: skip
        assert words in page.by_id("facts").text, words
    again = eva.get(f"/contacts/{mira.id}/edit")
    before = queries.values_of(db.session.get(Contact, mira.id))
    again.form(f"/contacts/{mira.id}/edit").submit()
    db.session.expire_all()
    # The client posts one box of several: the list alone is shorter by that.
    assert queries.values_of(db.session.get(Contact, mira.id)) | {keys["multi"]: None} == before | {
        keys["multi"]: None
    }


def test_c7_a_wrong_value_comes_back_with_its_message(cast, browse, keys, mira):
    eva = browse.signed_in("Eva")
    form = eva.get(f"/contacts/{mira.id}/edit").form(f"/contacts/{mira.id}/edit")
    page = form.submit(**{keys["number"]: "twelve", keys["url"]: "javascript:alert(1)"})
    assert page.status == 422
    assert page.by_id(f"{keys['number']}-error").text == "This is not a number."
    assert page.by_id(keys["number"])["value"] == "twelve"
    assert "https://" in page.by_id(f"{keys['url']}-error").text


def test_c7_a_form_opened_before_the_field_was_made_leaves_it_alone(cast, browse, add, mira, write):
    eva = browse.signed_in("Eva")
    old = eva.get(f"/contacts/{mira.id}/edit").form(f"/contacts/{mira.id}/edit")
    key = add("contact", "Sector", "text")
    write(lambda: actions.set_values(db.session.get(Contact, mira.id), {key: "Food"}, None))
    old.submit(job_title="Buyer")
    db.session.expire_all()
    assert value_of(mira.id, key) == "Food"
    assert db.session.get(Contact, mira.id).job_title == "Buyer"


def test_c7_a_fact_is_changed_in_its_place_with_and_without_script(cast, browse, add, mira):
    key = add("contact", "Seats", "number", help_text="How many?")
    eva, url = browse.signed_in("Eva"), f"/contacts/{mira.id}/fields/1"
    opened = eva.htmx("get", url, "div#fact-cf-1")
    assert not opened.is_page
    assert opened.by_id("cf_1")
    alone = eva.get(url)
    assert alone.is_page
    assert alone.form(url, cf_1="12").submit().location.endswith(f"/contacts/{mira.id}")
    assert value_of(mira.id, key) == "12"
    version = db.session.get(Contact, mira.id).version
    data = {"cf_1": "many", "version": version, "base": '"12"'}
    wrong = eva.htmx("post", url, "div#fact-cf-1", data=data)
    assert (wrong.status, wrong.by_id("cf_1-error").text) == (422, "This is not a number.")
    shown = eva.htmx("post", url, "div#fact-cf-1", data={**data, "cf_1": "13"})
    assert shown.by_id("fact-cf-1").has_class("fact")
    stale = eva.htmx("post", url, "div#fact-cf-1", data={**data, "cf_1": "14"})
    assert stale.status == 409
    assert "Stored now: 13" in stale.text


def test_c7_outsiders_and_readers_reach_no_value(cast, browse, add, mira, hafen):
    add("contact", "Sector", "text")
    add("company", "Number", "text")
    otto, rita = browse.signed_in("Otto"), browse.signed_in("Rita")
    assert otto.get(f"/contacts/{mira.id}/fields/1").status == 404
    assert otto.post(f"/companies/{hafen.id}/fields/2", {"cf_2": "x"}).status == 404
    assert rita.get(f"/contacts/{mira.id}/fields/1").status == 403
    assert rita.post(f"/contacts/{mira.id}/fields/1", {"cf_1": "x"}).status == 403
    assert browse.signed_in("Eva").get(f"/contacts/{mira.id}/fields/2").status == 404


def test_c7_a_record_that_the_reader_may_not_see_is_not_named(cast, browse, add, mira, write):
    key = add("contact", "Partner of", "reference", target="company")
    otto = cast["Otto"]
    secret = write(lambda: companies.create("Geheim AG", owner_id=otto.id, by=otto)).id
    write(lambda: actions.set_values(db.session.get(Contact, mira.id), {key: secret}, None))
    eva = browse.signed_in("Eva")
    assert "Geheim" not in eva.get(f"/contacts/{mira.id}").html
    edit = eva.get(f"/contacts/{mira.id}/edit")
    assert "Geheim" not in edit.html
    edit.form(f"/contacts/{mira.id}/edit").submit()
    db.session.expire_all()
    assert value_of(mira.id, key) == secret
    assert edit.form(f"/contacts/{mira.id}/edit", **{key: "Geheim AG"}).submit().status == 422


def test_c7_pages_take_as_many_statements_with_thirty_fields_as_with_one(
    cast, browse, add, mira, write
):
    def fill():
        row = db.session.get(Contact, mira.id)
        values = {one.key: f"Value of {one.label}" for one in queries.customs("contact")}
        write(lambda: actions.set_values(row, values, None))

    eva, urls = browse.signed_in("Eva"), (f"/contacts/{mira.id}", f"/contacts/{mira.id}/edit")
    none = [eva.get(url).statements for url in urls]
    add("contact", "First", "text")
    fill()
    one = [eva.get(url).statements for url in urls]
    for number in range(29):
        add("contact", f"Field {number}", "text")
    fill()
    assert [eva.get(url).statements for url in urls] == one
    assert all(after - before <= 3 for before, after in zip(none, one, strict=True)), (none, one)
    assert db.session.scalars(select(CustomField)).all()
