"""I6: what an import made for its records goes with them when it is undone, and comes back."""

import pytest
from sqlalchemy import select

from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tag, Tagging
from crm.core.db import db
from crm.history.models import ChangeSet
from tests.transfer.test_imports import batch, import_of

DATA = (
    b"Name,E-mail,Tags\n"
    b"Ann,ann@x.example,fair\n"
    b"Bob,bob@x.example,\"fair, north\"\n"
    b"Cid,cid@x.example,north\n"
)  # fmt: skip


@pytest.fixture
def mona(browse):
    return browse.signed_in("Mona")


@pytest.fixture
def act(mona):
    """The change set of an import of three people with two new tags."""
    number, _planned, after = import_of(mona, DATA)
    assert after == {"created": 3}
    return batch(number).change_set_id


def tags():
    db.session.remove()
    return dict(db.session.execute(select(Tag.name, Tag.id)).all())


def worn():
    """Number, person and tag of each tagging of somebody living."""
    db.session.remove()
    rows = select(Tagging.id, Contact.name, Tag.name).join(Contact).join(Tag)
    living = rows.where(Contact.deleted_at.is_(None)).order_by(Tagging.id)
    return [tuple(row) for row in db.session.execute(living)]


def undo(person, number):
    """Take an act back; the page behind it and the number of the undo."""
    page = person.post(f"/history/{number}/undo").follow()
    db.session.remove()
    return page, db.session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).first()


def number_of(name):
    db.session.remove()
    return db.session.scalars(select(Contact.id).where(Contact.name == name)).one()


def test_i6_tags_go_with_the_people_and_come_back_with_them(mona, act):
    before, wore = tags(), worn()
    assert set(before) == {"fair", "north"} and len(wore) == 4
    page, undone = undo(mona, act)
    assert tags() == {} and worn() == []
    assert not page.has("stays") and not page.has("stay;")
    _page, again = undo(mona, undone)
    assert (tags(), worn()) == (before, wore)
    undo(mona, again)
    assert tags() == {} and worn() == []


def test_i6_who_comes_out_of_the_trash_brings_the_tag_along(mona, act):
    before = tags()
    _page, undone = undo(mona, act)
    mona.post(f"/contacts/{number_of('Ann')}/restoration")
    assert tags() == {"fair": before["fair"]}
    assert [row[1:] for row in worn()] == [("Ann", "fair")]
    undo(mona, undone)
    assert tags() == before
    assert sorted(row[1:] for row in worn()) == [
        ("Ann", "fair"), ("Bob", "fair"), ("Bob", "north"), ("Cid", "north"),
    ]  # fmt: skip


def test_i6_a_tag_that_was_made_again_meanwhile_is_the_one_they_wear(mona, act, write, cast):
    undo(mona, act)
    dora = write(lambda: contacts.create(name="Dora", team_id=cast.sales.id, owner_id=None).id)
    write(lambda: contacts.tag(db.session.get_one(Contact, dora), "Fair", set_by="import"))
    made = tags()
    mona.post(f"/contacts/{number_of('Ann')}/restoration")
    assert tags() == made
    assert sorted(row[1:] for row in worn()) == [("Ann", "Fair"), ("Dora", "Fair")]


def test_i6_a_tag_that_was_taken_off_by_hand_stays_off(mona, act, write):
    ann = number_of("Ann")
    write(lambda: contacts.untag(db.session.get_one(Contact, ann), "fair"))
    _page, undone = undo(mona, act)
    assert tags() == {}
    mona.post(f"/contacts/{ann}/restoration")
    assert worn() == []
    undo(mona, undone)
    assert [row[1:] for row in worn()] == [("Bob", "fair"), ("Bob", "north"), ("Cid", "north")]


def test_i6_a_tag_that_others_wear_by_now_stays(mona, act, write, cast):
    dora = write(lambda: contacts.create(name="Dora", team_id=cast.sales.id).id)
    write(lambda: contacts.tag(db.session.get_one(Contact, dora), "north", set_by="import"))
    before = tags()
    page, _undone = undo(mona, act)
    assert tags() == {"north": before["north"]}
    assert [row[1:] for row in worn()] == [("Dora", "north")]
    assert page.has("1 value stays; the history of the undo says why.")
