"""Z3: of what another team did nothing is told, though a tag came with it that all may read."""

import pytest

from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from tests.history.conftest import last


@pytest.fixture
def foreign(act, cast):
    """The number of an act of Otto's team that brought a tag."""
    otto, partners = cast["Otto"].id, cast.partners.id

    def add(by):
        found = contacts.create(name="Nobody Knows", owner_id=otto, team_id=partners, by=by)
        db.session.flush()
        contacts.tag(found, "zyxtag", by=by)

    return act("Otto", add)


def test_z3_a_new_tag_tells_nothing_of_the_act_that_brought_it(foreign, browse):
    eva = browse.signed_in("Eva")
    assert not eva.get("/history").has("Otto Fuchs")
    assert not eva.get("/history").has("zyxtag")
    assert eva.get(f"/history/{foreign}").status == 404
    assert eva.post(f"/history/{foreign}/undo").status == 404
    mona = browse.signed_in("Mona")
    assert "zyxtag" not in mona.get("/history.csv").html
    assert browse.signed_in("Otto").get("/history").has("zyxtag")
    assert browse.signed_in("Adam").get(f"/history/{foreign}").has("zyxtag")


def test_z3_a_tag_is_told_with_an_act_on_a_record_that_is_seen(act, browse, ada, cast):
    hidden = cast.partners.id

    def tag(mona):
        contacts.tag(db.session.get_one(Contact, ada), "zyxtag", by=mona)

    number = act("Mona", tag)
    assert browse.signed_in("Eva").get(f"/history/{number}").has("zyxtag")

    def both(olga):
        found = contacts.create(name="Nobody Knows", team_id=hidden, by=olga)
        db.session.flush()
        contacts.change(db.session.get_one(Contact, ada), {"job_title": "Boss"}, by=olga)
        return found

    act("Olga", both)
    foreign = last().record_id
    csv = browse.signed_in("Mona").get("/history.csv").html
    told = [line for line in csv.splitlines() if "Boss" in line]
    assert len(told) == 1 and f",contact,{foreign}," not in told[0]


def test_o6_what_was_done_to_a_tag_alone_is_told_to_all(act, browse, ada):
    act("Eva", lambda eva: contacts.tag(db.session.get_one(Contact, ada), "Fair", by=eva))

    def rename(mona):
        db.session.get_one(Contact, ada).tags[0].name = "Other"

    act("Mona", rename)
    assert browse.signed_in("Otto").get("/history").has("Other")
