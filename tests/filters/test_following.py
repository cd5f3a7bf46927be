"""C6, V3: conditions follow a tag that is merged, come back by its undo, and are told before."""

import pytest
from sqlalchemy import select

from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tag
from crm.core import clock
from crm.core.db import db
from crm.fields import actions as fields
from crm.filters import actions
from crm.filters.models import SavedView, Segment
from crm.filters.queries import excluding
from crm.history.models import ChangeSet
from crm.leads.models import RoutingRule
from tests.filters.reading import names


@pytest.fixture
def asked(demo, cast, write):
    """Tags stopit (Mira's) and nostop, and a view, a segment and a rule that ask for stopit."""

    def make():
        mira = db.session.get(Contact, demo["Mira Sommer"])
        old = contacts.tag(mira, "stopit", by=cast["Max"]).tag
        new = contacts.tag(db.session.get(Contact, demo["Hanne Dahl"]), "nostop").tag
        segment = actions.create_segment("No mails", by=cast["Max"], filter_=f"tags.has:{old.id}")
        actions.keep_out_of_sequences(segment, cast["Max"], True)
        params = {"filter": f"any(tags.has_any:{old.id}|{new.id},not(tags.has:{old.id}))"}
        view = actions.create_view("Kept", "contact", params, by=cast["Eva"])
        quick = actions.create_view("Quick", "contact", {"tag": "stopit"}, by=cast["Max"])
        now, asks = clock.now(), {"field": "tags", "op": "has", "values": [str(old.id)]}
        tree = {"relation": "contact", "has": "some", "where": asks}
        rule = RoutingRule(
            name="Stopped", position=99, conditions=[tree], created_at=now, updated_at=now
        )
        db.session.add(rule)
        db.session.flush()
        return {"old": old.id, "new": new.id, "segment": segment.id, "view": view.id,
                "quick": quick.id, "rule": rule.id}  # fmt: skip

    return write(make)


def kept(asked):
    """What view, segment and rule ask for now."""
    db.session.rollback()
    view, quick = (db.session.get(SavedView, asked[name]) for name in ("view", "quick"))
    rule = db.session.get(RoutingRule, asked["rule"])
    return (
        view.params["filter"],
        quick.params["tag"],
        db.session.get(Segment, asked["segment"]).filter,
        rule.conditions[0]["where"]["values"],
    )


def test_c6_views_segments_and_rules_follow_a_merge_of_tags_and_its_undo(asked, demo, browse):
    old, new = asked["old"], asked["new"]
    before = kept(asked)
    assert before[0] == f"any(tags.has_any:{old}|{new},not(tags.has:{old}))"
    max_ = browse.signed_in("Max")
    max_.post(f"/settings/tags/{old}/merger", data={"into": new})
    assert kept(asked) == (
        f"any(tags.has_any:{new},not(tags.has:{new}))", "nostop", f"tags.has:{new}", [str(new)]
    )  # fmt: skip
    mira = db.session.get(Contact, demo["Mira Sommer"])
    assert excluding(mira).name == "No mails"
    assert "Mira Sommer" in names(max_.get(f"/contacts?filter=segment.is:{asked['segment']}"))
    merged = db.session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).first()
    answer = max_.post(f"/history/{merged}/undo")
    assert answer.follow().has("Undone.")
    assert kept(asked) == before and db.session.get(Tag, old).name == "stopit"
    assert excluding(db.session.get(Contact, demo["Mira Sommer"])).name == "No mails"


def test_c6_the_page_of_a_tag_says_who_asks_for_it(asked, browse):
    page = browse.signed_in("Max").get(f"/settings/tags/{asked['old']}/edit")
    assert page.has("Segment No mails") and page.has("Saved view of somebody else: 1")
    assert page.has("Routing rule of somebody else: 1")
    mona = browse.signed_in("Mona").get(f"/settings/tags/{asked['old']}/edit")
    assert mona.has("Routing rule Stopped")
    assert not browse.signed_in("Mona").get(f"/settings/tags/{asked['new']}/edit").has("Stopped")


def test_c7_the_page_of_an_own_field_says_who_asks_for_it(demo, cast, write, browse):
    def make():
        row = fields.create("contact", kind="text", label="Badge", by=cast["Mona"])
        shown = {"columns": f"name,cf_{row.id}"}
        actions.create_view("With badge", "contact", shown, by=cast["Mona"])
        actions.create_segment("Badged", by=cast["Mona"], filter_=f"cf_{row.id}.filled")
        return row.id

    number = write(make)
    page = browse.signed_in("Mona").get(f"/settings/fields/{number}/edit")
    assert page.has("Saved view With badge") and page.has("Segment Badged")
