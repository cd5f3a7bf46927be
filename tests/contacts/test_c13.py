"""C13: who adds a record is shown who may be meant already, with and without script."""

from sqlalchemy import func, select

from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core.db import db


def count(model, name):
    return db.session.scalar(select(func.count()).select_from(model).where(model.name == name))


def test_c13_a_name_that_is_known_comes_back_with_open_and_a_different_person(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/contacts/new").form("/contacts", name="mira SOMMER").submit()
    assert page.status == 422
    assert page.has("Mira Sommer is known already.")
    assert page.root.one("a", href=f"/contacts/{demo['Mira Sommer']}", class_="btn small")
    assert count(Contact, "mira SOMMER") == 0
    page = page.form("/contacts", is_other="y").submit()
    assert page.status == 303
    assert count(Contact, "mira SOMMER") == 1


def test_c13_a_number_or_mailbox_that_is_known_is_shown_too(demo, browse):
    eva = browse.signed_in("Eva")
    number = db.session.get(Contact, demo["Mira Sommer"]).phones[0].raw
    fields = {"name": "Somebody", "phones-0-text": number}
    page = eva.get("/contacts/new").form("/contacts", **fields).submit()
    assert page.status == 422
    assert page.has("Mira Sommer is known already.")


def test_c13_while_typing_up_to_three_are_shown_by_the_beginning_of_the_name(demo, browse):
    eva = browse.signed_in("Eva")
    part = eva.htmx("post", "/contacts/look-alikes", "div#alike-1", data={"name": "Mira Som"})
    assert not part.is_page
    assert part.has("Mira Sommer is known already.")
    assert part.has("It is a different person")
    part = eva.htmx("post", "/contacts/look-alikes", "div#alike-1", data={"name": "Nobody Such"})
    assert not part.has("known already")


def test_c13_people_of_others_are_not_told(demo, browse):
    otto = browse.signed_in("Otto")
    part = otto.htmx("post", "/contacts/look-alikes", "div#alike-1", data={"name": "Mira Sommer"})
    assert not part.has("known already")
    assert otto.get("/contacts/new").form("/contacts", name="Mira Sommer").submit().status == 303


def test_c13_a_form_that_arrives_twice_makes_one_contact(demo, browse):
    eva = browse.signed_in("Eva")
    form = eva.get("/contacts/new").form("/contacts", name="Quite New")
    assert form.submit().status == 303
    assert form.submit().status == 303
    assert count(Contact, "Quite New") == 1


def test_c13_companies_are_looked_for_by_name_and_domain(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/companies/new").form("/companies", name="hafen gmbh").submit()
    assert page.status == 422
    assert page.has("Hafen GmbH is known already.")
    assert page.form("/companies", is_other="y").submit().status == 303
    assert count(Company, "hafen gmbh") == 1
    data = {"name": "Other", "domains": "www.hafen.example"}
    part = eva.htmx("post", "/companies/look-alikes", "div#alike-1", data=data)
    assert part.has("Hafen GmbH is known already.")
