"""V3, C6: a segment that keeps people out of sequences fails closed."""

import pytest

from crm.accounts.actions import deactivate
from crm.accounts.models import User
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tag
from crm.core.db import db, transaction
from crm.filters import actions
from crm.filters.models import Segment
from crm.filters.queries import excluding, is_lost, unreadable


@pytest.fixture
def kept_out(demo, cast, write):
    """Max's own segment of those who wear stopit, which Mira does; the numbers of both."""

    def make():
        mira = db.session.get(Contact, demo["Mira Sommer"])
        tag = contacts.tag(mira, "stopit", by=cast["Max"]).tag
        made = actions.create_segment("No mails", by=cast["Max"], filter_=f"tags.has:{tag.id}")
        actions.keep_out_of_sequences(made, cast["Max"], True)
        return made.id, tag.id

    return write(make)


def mira(demo):
    return db.session.get(Contact, demo["Mira Sommer"])


def test_v3_an_exclusion_of_a_switched_off_colleague_goes_on(kept_out, demo, cast, write, browse):
    number = cast["Max"].id
    assert excluding(mira(demo)).name == "No mails"
    write(lambda: deactivate(db.session.get(User, number), db.session.merge(cast["Olga"])))
    assert excluding(mira(demo)).name == "No mails" and unreadable() == []
    assert actions.look(db.session.get(Segment, kept_out[0])) == (0, 0)
    db.session.rollback()
    page = browse.signed_in("Mona").get(f"/segments/{kept_out[0]}")
    assert page.has("Max") and page.has("no longer works here") and page.has("1 contact")
    assert browse.signed_in("Eva").get(f"/segments/{kept_out[0]}").status == 404


def test_c6_an_exclusion_that_cannot_be_read_is_said_and_mended(kept_out, write, browse):
    segment, tag = kept_out
    assert unreadable() == []
    write(lambda: contacts.delete_tag(db.session.get(Tag, tag)))
    assert [one.id for one in unreadable()] == [segment]
    mona = browse.signed_in("Mona")
    page = mona.get(f"/segments/{segment}")
    assert page.has("all mails of sequences wait") and page.has("Mend the conditions")
    mended = mona.get(f"/segments/{segment}/edit?filter=lifecycle.is:customer")
    assert mended.form(f"/segments/{segment}").submit().location == f"/segments/{segment}"
    assert unreadable() == []


@pytest.mark.parametrize(
    "words", ["deals.some(stage.is:99)", "company.is:999999", "segment.is:999", "cf_99.is:x"]
)
def test_v3_what_names_something_gone_is_lost(kept_out, words):
    with transaction():
        segment = db.session.get(Segment, kept_out[0])
        segment.filter = f"all(lifecycle.is:customer,{words})"
        assert is_lost(segment)
        segment.filter = "all(lifecycle.is:customer,owner.is:me)"
        assert not is_lost(segment)
