"""C7 x I1: own fields that name somebody of the team or another record are filled from files."""

import pytest

from crm.companies import actions as companies
from crm.contacts import actions as contacts
from crm.contacts.actions.ways import Way
from crm.core.db import db
from crm.fields import actions as fields
from crm.fields.queries import values_of
from tests.transfer.test_imports import import_of, person_named, upload


@pytest.fixture
def eva(browse):
    return browse.signed_in("Eva")


@pytest.fixture
def known(write, cast):
    """Two people of one name, one with an address, and a company: their numbers."""

    def add():
        team, owner = cast.sales.id, cast["Eva"].id
        for record in ("contact", "company"):
            fields.create("contact", f"My {record}", "reference", by=None, target=record)
        fields.create("contact", "Adviser", "user", by=None)
        fields.create("contact", "Visitor", "user", by=None)
        mira = contacts.create(
            name="Mira Sommer", owner_id=owner, team_id=team,
            emails=[Way("mira@hafen.example", "work", True)],
        )  # fmt: skip
        contacts.create(name="Mira Sommer", owner_id=owner, team_id=team)
        hafen = companies.create(
            name="Hafen", domains=["hafen.example"], owner_id=owner, team_id=team
        )
        db.session.flush()
        return mira.id, hafen.id

    return write(add)


def test_c7_own_fields_name_people_and_records_as_people_do(eva, known, cast):
    finn, sam = cast["Finn"], cast["Sam"]
    numbers = finn.id, sam.id
    data = (
        "Name,My contact,My company,Adviser,Visitor\n"
        f"Ada,Mira@Hafen.example,www.hafen.example,{finn.email},Sam\n"
        f"Ben,,Hafen,{finn.name},\n"
        "Cem,Mira Sommer,,,\n"
        "Dora,nobody@hafen.example,,,\n"
        "Emil,,,Klingon,\n"
    ).encode()
    _number, _before, after = import_of(eva, data)
    assert after == {"created": 2, "refused": 3}
    mira, hafen = known
    ada, ben = (list(values_of(person_named(name)).values()) for name in ("Ada", "Ben"))
    assert ada == [mira, hafen, *numbers]
    assert ben == [None, hafen, numbers[0], None]


def test_c7_a_reference_is_refused_in_words(eva, known):
    data = b"Name,My contact,Adviser\nCem,Mira Sommer,\nEmil,,Klingon\n"
    number, _before, _after = import_of(eva, data)
    page = eva.get(f"/batches/{number}")
    assert page.has("My contact: “Mira Sommer” is not the name of exactly one record.")
    assert page.has("Adviser: “Klingon” is nobody of the team.")


def test_c7_a_strange_member_of_the_team_is_asked_about_first(eva, known):
    file = upload(eva, b"Name,Adviser\nEmil,Klingon\n")
    page = eva.get(f"/import/{file}").form(f"/import/{file}/mapping").submit().follow()
    assert page.has("Klingon") and page.has("Finn")
