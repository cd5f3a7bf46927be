"""C13: who adds a record is shown who may be meant already, with and without script."""

from sqlalchemy import func, select

from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
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


def test_o10_companies_are_offered_by_what_is_typed_and_a_second_one_is_not_made_unsaid(
    demo, browse, write
):
    def add():
        for n in range(60):  # more than are offered unasked
            companies.create(f"Firm {n:02}", by=user)

    user = db.session.get(Contact, demo["Mira Sommer"]).owner
    write(add)
    eva = browse.signed_in("Eva")
    assert "Hafen GmbH" not in [
        one.get("value") for one in eva.get("/contacts/new").root.all("option")
    ]

    def typed(company, who=eva):
        data = {"name": "Nobody Such", "company": company}
        return who.htmx("post", "/contacts/look-alikes", "div#alike-1", data=data)

    words = "will be a new company. These are known already:"
    for text in ("haf", "Hafen", "hafne gmbh", "hafen gmbh"):
        assert typed(text).has(words) == (text != "hafen gmbh"), text
    otto = browse.signed_in("Otto")
    assert not typed("Hafen", otto).has(words) and not typed("Hafen", otto).has("Hafen GmbH")


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


def typed(user, kind, name):
    """What stands beside a new record's form while its name is typed."""
    return user.htmx("post", f"/{kind}/look-alikes", "div#alike-1", data={"name": name})


def test_c13_one_typing_error_and_marks_are_forgiven_while_typing(demo, browse, cast, write):
    write(lambda: contacts.create(name="Jeanluc Moreau", team_id=cast.sales.id))
    eva = browse.signed_in("Eva")
    for name in ("Mira Somner", "Mria Sommer", "Míra Sömmer", "Sommer, Mirra"):
        assert typed(eva, "contacts", name).has("Mira Sommer is known already."), name
    assert typed(eva, "contacts", "Jean-Luc Moreau").has("Jeanluc Moreau is known already.")
    for name in ("Mixx Sommer", "Moxa Sommer", "Sommner"):
        assert not typed(eva, "contacts", name).has("Mira Sommer"), name
    for name in ("Hafne GmbH", "Håfen", "Haffen AG"):
        assert typed(eva, "companies", name).has("Hafen GmbH is known already."), name
    for name in ("GmbH", "Ha", "Habel GmbH"):
        assert not typed(eva, "companies", name).has("known already"), name
    otto = browse.signed_in("Otto")
    assert not typed(otto, "contacts", "Mira Somner").has("known already")
    assert not typed(otto, "companies", "Hafne GmbH").has("known already")


def test_c13_a_typed_line_forgives_as_much(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/new", query_string={"line": "Mira Somner mira2@hafen.example"})
    assert page.root.one("a", href=f"/contacts/{demo['Mira Sommer']}")
    page = eva.get("/new", query_string={"line": "company Haffen GmbH"})
    assert page.root.one("a", href=f"/companies/{demo['Hafen GmbH']}")
