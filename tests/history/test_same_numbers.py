"""A row that went and another that has its number by now are told apart."""

from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tagging
from crm.core.db import db
from tests.history.conftest import contact


def test_what_was_taken_off_comes_back_although_another_record_has_its_number(
    act, undo, ada, write
):
    act("Eva", lambda eva: contacts.tag(db.session.get_one(Contact, ada), "vip", by=eva))
    [tagging] = contact(ada).taggings
    number, tag_id, at = tagging.id, tagging.tag_id, tagging.at
    ben = write(lambda: contacts.create(name="Ben").id)
    off = act("Eva", lambda eva: contacts.untag(db.session.get_one(Contact, ada), "vip", eva))
    write(lambda: db.session.add(Tagging(id=number, contact_id=ben, tag_id=tag_id, at=at)))
    undo(off)
    assert [tag.name for tag in contact(ada).tags] == ["vip"]
    assert [tag.name for tag in contact(ben).tags] == ["vip"]
