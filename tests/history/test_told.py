"""Each record's history tells its own values, and names what is gone by now."""

from crm.companies import actions as companies
from crm.contacts import actions as contacts
from crm.contacts.actions import Seed
from crm.contacts.models import Contact, Tag, Tagging
from crm.core.db import db
from tests.history.conftest import last


def test_O6_a_record_tells_its_own_values_of_a_change_of_many(act, browse, write):
    def bring(eva):
        for n in range(8):
            companies.create(f"Firm {n}", by=eva)
        seeds = [Seed(name=n, facts={"owner_id": eva.id}) for n in ("Ada First", "Ben Last")]
        contacts.create_many(seeds, by=eva)

    number = act("Eva", bring)
    ben = db.session.scalars(db.select(Contact.id).where(Contact.name == "Ben Last")).one()
    row = browse.signed_in("Eva").get(f"/contacts/{ben}/history").by_id(f"change-{number}")
    assert "Name: empty → Ben Last" in row.text
    assert "Firm" not in row.text and "Ada" not in row.text
    assert "All of it" in row.text


def test_O6_a_tag_that_was_deleted_is_named_and_the_change_is_about_nobody(act, browse, ada):
    def tag(eva):
        contacts.tag(db.session.get_one(Contact, ada), "crafts", by=eva)
        contacts.tag(contacts.create(name="Theo Vogel", by=eva), "crafts", by=eva)

    def delete(_eva):
        contacts.delete_tag(db.session.scalars(db.select(Tag).where(Tag.name == "crafts")).one())

    act("Eva", tag)
    number = act("Eva", delete)
    assert db.session.scalars(db.select(Tagging)).all() == []
    assert (last().id, last().record, last().record_id) == (number, "", None)
    page = browse.signed_in("Eva").get(f"/history/{number}")
    values = page.by_id("values").text
    assert "crafts" in values and "no. " not in values
    assert [node.text for node in page.root.all("p", class_="crumb")] == ["History"]
    before = browse.signed_in("Eva").get(f"/contacts/{ada}/history").by_id("list").text
    assert before.count("crafts") >= 2 and "no. " not in before
