"""V3: fixed segments are filled and mended by hand, and that is undone."""

from sqlalchemy import select

from crm.core.db import db
from crm.filters import actions
from crm.filters.models import Segment
from crm.history.models import ChangeSet
from tests.batches.test_bar import bar, go
from tests.filters.reading import names


def undo(person, kind):
    last = db.session.scalars(
        select(ChangeSet.id).where(ChangeSet.kind == kind).order_by(ChangeSet.id.desc())
    ).first()
    assert person.post(f"/history/{last}/undo").follow().has("Undone.")


def test_v3_a_fixed_segment_is_filled_and_mended_by_hand_and_undone(demo, cast, write, browse):
    fair = write(lambda: actions.create_segment("Fair", by=cast["Eva"], kind="static")).id
    mira, marta = demo["Mira Sommer"], demo["Marta Nowak"]
    eva = browse.signed_in("Eva")

    def inside():
        found = names(eva.get(f"/contacts?filter=segment.is:{fair}&sort=name"))
        assert db.session.get(Segment, fair).size == len(found)
        return found

    both = ["Marta Nowak", "Mira Sommer"]
    put, take = "contacts.segment", "contacts.unsegment"
    done = go(eva, bar(eva, "contact", [mira, marta], put), segment=str(fair))
    assert done.has("2 done") and inside() == both
    assert go(eva, bar(eva, "contact", [mira], take), segment=str(fair)).has("1 done")
    assert inside() == ["Marta Nowak"]
    undo(eva, "batch.contacts.unsegment")
    assert inside() == both
    page = eva.get(f"/segments/{fair}")
    assert page.has("2 contacts") and page.has("Choose contacts to put in")
    page.form(f"/segments/{fair}/members/{marta}/deletion").submit()
    assert inside() == ["Mira Sommer"]
    undo(eva, "segments.remove")
    assert inside() == both
    told = eva.get(f"/contacts/{mira}/history")
    assert told.has("In the segment") and told.has("Fair")
    undo(eva, "batch.contacts.segment")
    assert inside() == []


def test_v3_only_who_may_change_a_fixed_segment_fills_it(demo, cast, write, browse):
    mira = demo["Mira Sommer"]
    write(lambda: actions.create_segment("Fair", by=cast["Eva"], kind="static"))
    write(lambda: actions.create_segment("All", by=cast["Finn"], filter_="name.filled"))
    refused = bar(browse.signed_in("Finn"), "contact", [mira], "contacts.segment")
    assert "no fixed list that you may change" in refused.text
