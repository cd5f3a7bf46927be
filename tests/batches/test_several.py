"""V6: cells that hold several values: addresses, numbers and tags of people, domains of firms."""

import pytest

from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.actions.ways import Way
from crm.contacts.models import Contact
from crm.core.db import db
from crm.history.models import ChangeSet


@pytest.fixture
def who(cast):
    return {"team_id": cast.sales.id, "owner_id": cast["Eva"].id, "by": cast["Eva"]}


@pytest.fixture
def ada(write, who):
    """Ada with a private address behind her first one, which bounced, and a number."""

    def add():
        emails = [Way("ada@vogel.example", "work", True), Way("ada@home.example", "private")]
        made = contacts.create(name="Ada Vogel", emails=emails, phones=["030 1234567"], **who)
        made.emails[0].state = "bounced"
        contacts.tag_all(made, ["vip", "north"], by=who["by"])
        contacts.create(name="Ben", emails=["ben@vogel.example"], **who)
        return made.id

    return write(add)


def found(number, model=Contact):
    db.session.remove()
    return db.session.get(model, number)


def set_cell(person, url, value):
    return person.get(url).form(url).submit(value=value)


def undo(person):
    number = db.session.query(ChangeSet.id).order_by(ChangeSet.id.desc()).limit(1).scalar()
    assert person.post(f"/history/{number}/undo").status == 303


def test_v6_addresses_of_a_contact_are_a_cell_that_keeps_what_is_known_of_them(browse, ada):
    eva, url = browse.signed_in("Eva"), f"/cells/contact/{ada}/email"
    assert eva.get("/contacts?columns=name,email").root.all("a", href=url)
    asked = eva.get(url)
    shown = asked.root.one("input", name="value")["value"]
    assert shown == "ada@vogel.example, ada@home.example"
    target = f"td#cell-contact-{ada}-email"
    said = {"value": "ada@home.example; ada@vogel.example new@vogel.example",
            "base": asked.root.one("input", name="base")["value"]}  # fmt: skip
    saved = eva.htmx("post", url, target, data=said)
    assert saved.status == 200
    assert saved.has("new@vogel.example")
    rows = {row.address: (row.kind, row.state, row.is_primary) for row in found(ada).emails}
    assert rows == {
        "ada@home.example": ("private", "valid", True),
        "ada@vogel.example": ("work", "bounced", False),
        "new@vogel.example": ("work", "valid", False),
    }
    undo(eva)
    rows = {row.address: row.is_primary for row in found(ada).emails}
    assert rows == {"ada@vogel.example": True, "ada@home.example": False}


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("email", "ada@vogel.example, nonsense", "“nonsense”: This is not an e-mail address"),
        ("email", "ben@vogel.example", "ben@vogel.example already belongs to another contact."),
        ("phone", "030 1234567, none", "“none” is not a number."),
        ("phone", ",".join(f"030 12345{n}" for n in range(51)), "At most 50 of them."),
        ("tags", "vip, " + "x" * 61, "A tag has at most 60 characters."),
    ],
)
def test_v6_what_a_cell_cannot_hold_is_said_at_its_input(browse, ada, key, typed, words):
    eva, url = browse.signed_in("Eva"), f"/cells/contact/{ada}/{key}"
    before = eva.get(url).root.one("input", name="value")["value"]
    refused = set_cell(eva, url, typed)
    assert refused.status == 422
    field = refused.root.one("input", name="value")
    assert field["value"] == typed
    assert words in refused.by_id(field["aria-describedby"].split()[0]).text or refused.has(words)
    assert field["aria-invalid"] == "true"
    assert eva.get(url).root.one("input", name="value")["value"] == before


def test_v6_numbers_and_tags_of_a_contact_are_cells(browse, ada):
    eva = browse.signed_in("Eva")
    assert set_cell(eva, f"/cells/contact/{ada}/phone", "+49 30 99, 030 1234567").status == 303
    assert [row.raw for row in found(ada).phones] == ["+49 30 99", "030 1234567"]
    assert set_cell(eva, f"/cells/contact/{ada}/phone", "").status == 303
    assert not found(ada).phones
    undo(eva)
    assert len(found(ada).phones) == 2
    assert set_cell(eva, f"/cells/contact/{ada}/tags", "VIP, south").status == 303
    assert [tag.name for tag in found(ada).tags] == ["vip", "south"]
    page = eva.get("/contacts?columns=name,phone,tags")
    assert page.has("vip, south")
    undo(eva)
    assert [tag.name for tag in found(ada).tags] == ["vip", "north"]


def test_v6_two_people_change_the_tags_of_one_cell(browse, ada, write):
    eva, url = browse.signed_in("Eva"), f"/cells/contact/{ada}/tags"
    form = eva.get(url).form(url)
    write(lambda: contacts.tag(db.session.get(Contact, ada), "theirs"))
    refused = form.submit(value="mine")
    assert refused.status == 409
    assert refused.has("Now: vip, north, theirs")
    assert refused.form(url).submit().status == 303
    assert [tag.name for tag in found(ada).tags] == ["mine"]


def test_v6_the_domains_of_a_company_are_a_cell(browse, write, who):
    number = write(lambda: companies.create("Hafen", domains=["hafen.example"], **who).id)
    write(lambda: companies.create("Werft", domains=["werft.example"], **who))
    eva, url = browse.signed_in("Eva"), f"/cells/company/{number}/domain"
    assert eva.get("/companies").root.all("a", href=url)
    for typed, words in (
        ("werft.example", "werft.example already belongs to another company."),
        ("gmail.com", "gmail.com belongs to a mail provider, not to one company."),
        ("nonsense", "“nonsense” is not a domain such as example.com."),
    ):
        refused = set_cell(eva, url, typed)
        assert refused.status == 422
        assert refused.has(words)
    assert set_cell(eva, url, "www.hafen.example, hafen.test").status == 303
    names = [row.domain for row in found(number, Company).domains]
    assert names == ["hafen.example", "hafen.test"]
    assert eva.get("/companies").has("hafen.example, hafen.test")
    undo(eva)
    assert [row.domain for row in found(number, Company).domains] == ["hafen.example"]
