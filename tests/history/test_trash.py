"""C11: own deletions come back for 30 days, all of them for admins; the list says who and when."""

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.contacts.queries import by_email
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals import actions as deals
from crm.deals.models import Deal, Stage
from crm.fields import actions as fields
from crm.fields import queries as field_queries
from tests.history.conftest import contact, last


@pytest.fixture
def trashed(browse, ada):
    """Eva and her contact Ada, whom she moved to the trash at 13:00."""
    eva = browse.signed_in("Eva")
    assert eva.post(f"/contacts/{ada}/deletion").status == 303
    return eva


def test_C11_the_list_says_who_deleted_it_when_and_until_when(trashed, browse):
    row = trashed.get("/trash").by_id("deleted").one("tbody").one("tr")
    assert "Ada Lorenz" in row.text
    assert "Eva Lindqvist" in row.text
    assert "24 Dec" in row.text or "Dec 24" in row.text
    assert browse.signed_in("Adam").get("/trash").has("Ada Lorenz")


def test_C11_the_trash_of_others_is_closed(trashed, browse, ada):
    for name in ("Finn", "Mona", "Otto"):
        other = browse.signed_in(name)
        assert not other.get("/trash").has("Ada Lorenz"), name
        answer = other.post(f"/contacts/{ada}/restoration")
        assert contact(ada).deleted_at is not None, name
        if name == "Finn":  # of the same team: told why, and not that it is back
            page = answer.follow()
            assert page.has("Only who moved it to the trash") and not page.has("is back")
    rita = browse.signed_in("Rita")
    assert rita.post(f"/contacts/{ada}/restoration").status == 403


def test_C11_who_deleted_it_and_an_admin_take_it_out_whole(trashed, browse, ada, write, cast):
    trashed.get("/trash").form(f"/contacts/{ada}/restoration").submit()
    assert by_email("ada@nordhafen.example")[0].id == ada
    trashed.post(f"/contacts/{ada}/deletion")
    browse.signed_in("Adam").post(f"/contacts/{ada}/restoration")
    assert contact(ada).deleted_at is None


def test_C11_an_address_that_somebody_else_has_is_named_on_the_way_out(trashed, ada, write):
    write(lambda: contacts.create(name="B", emails=["ada@nordhafen.example"]))
    page = trashed.post(f"/contacts/{ada}/restoration").follow()
    assert page.has("Somebody else has ada@nordhafen.example by now.")


def test_C11_undoing_the_deletion_of_somebody_else_is_refused(act, undo, trashed, ada):
    number = last().id
    with pytest.raises(Refused):
        undo(number, "Finn")
    assert contact(ada).deleted_at is not None


def test_the_trash_is_paged_by_key(trashed, write, cast):
    def work():
        eva = db.session.get(type(cast["Eva"]), 4)
        for n in range(30):
            contacts.delete(contacts.create(name=f"No. {n}", by=eva), eva)

    write(work)
    page = trashed.get("/trash")
    older = page.root.one("a", rel="next")["href"]
    names = [row.one("th").text for row in page.by_id("deleted").one("tbody").all("tr")]
    names += [
        row.one("th").text for row in trashed.get(older).by_id("deleted").one("tbody").all("tr")
    ]
    assert len(names) == len(set(names)) == 31
    assert db.session.get_one(Contact, 1).name in names


def test_C11_a_value_that_another_deal_has_is_named_on_the_way_out(browse, write, cast):
    number = cast["Eva"].id
    eva = browse.signed_in("Eva")

    def add(serial):
        who = db.session.get(User, number)
        deal = deals.create("Chairs", stage=db.session.scalars(select(Stage)).first(), by=who)
        db.session.flush()
        [own] = field_queries.customs("deal")
        fields.set_values(deal, {own.key: serial}, who)
        return deal.id

    def begin():
        who = db.session.get(User, number)
        deals.create_default_pipeline()
        fields.create("deal", "Order no.", "text", by=who, is_unique=True)

    write(begin)
    first = write(lambda: add("A-17"))
    eva.post(f"/deals/{first}/deletion")
    write(lambda: add("A-17"))
    page = eva.post(f"/deals/{first}/restoration").follow()
    assert page.has("Another deal has Order no. A-17 by now.")
    assert db.session.get_one(Deal, first).deleted_at is None
