"""V3: segments: dynamic with who entered and left, static, their sizes, as a condition."""

import pytest
from sqlalchemy import inspect, select

from crm.accounts.models import User
from crm.contacts.models import Contact
from crm.core.db import db, transaction
from crm.core.refusal import Refused
from crm.filters import actions, jobs
from crm.filters.models import Segment, SegmentEvent, SegmentSize
from crm.filters.queries import engine_of, excluding
from crm.history.models import ChangeSet
from tests.filters.reading import names


@pytest.fixture
def customers(demo, cast, write):
    """A segment of Mona's for everybody: customers."""
    return write(
        lambda: (
            actions.create_segment(
                "Customers", by=cast["Mona"], filter_="lifecycle.is:customer", sharing="all"
            ).id
        )
    )


def events(segment_id):
    rows = db.session.execute(
        select(SegmentEvent.contact_id, SegmentEvent.has_entered)
        .where(SegmentEvent.segment_id == segment_id)
        .order_by(SegmentEvent.id)
    )
    return [tuple(row) for row in rows]


def test_v3_who_fulfils_the_conditions_enters_and_leaves(customers, demo, write, the_clock):
    first = events(customers)
    assert first and all(entered for _number, entered in first)
    mira = demo["Mira Sommer"]

    def move():
        db.session.get(Contact, mira).lifecycle = "customer"
        db.session.get(Contact, first[0][0]).lifecycle = "nurture"

    write(move)
    the_clock.forward(minutes=6)
    jobs.sweep_segments()
    assert events(customers)[len(first) :] == [(mira, True), (first[0][0], False)]
    the_clock.forward(minutes=6)
    jobs.sweep_segments()
    assert len(events(customers)) == len(first) + 2


def test_v3_the_curve_has_a_point_for_each_change_of_size(customers, demo, write, the_clock):
    write(lambda: setattr(db.session.get(Contact, demo["Mira Sommer"]), "lifecycle", "customer"))
    for _time in range(3):
        the_clock.forward(minutes=6)
        jobs.sweep_segments()
    sizes = list(db.session.scalars(select(SegmentSize.size).order_by(SegmentSize.id)))
    assert len(sizes) == 2 and sizes[1] == sizes[0] + 1


def test_v3_a_segment_is_a_condition_in_lists_and_for_one_record(customers, demo, cast, browse):
    eva = browse.signed_in("Eva")
    page = eva.get(f"/contacts?filter=segment.is:{customers}&sort=name")
    assert names(page) == names(eva.get("/contacts?lifecycle=customer&sort=name"))
    assert page.has("is in segment Customers")
    engine = engine_of(db.session.get(User, inspect(cast["Eva"]).identity[0]))
    node = engine.tree({"field": "segment", "op": "is_not", "values": [str(customers)]}, "contact")
    contacts = db.session.scalars(select(Contact)).all()
    by_judge = {one.id for one in contacts if engine.holds(node, one)}
    condition = engine.condition(node, "contact")
    assert by_judge == set(db.session.scalars(select(Contact.id).where(condition)))


def test_v3_a_private_segment_holds_nobody_for_others(demo, cast, write, browse):
    own = write(lambda: actions.create_segment("S", by=cast["Finn"], filter_="name.filled").id)
    eva = browse.signed_in("Eva")
    assert names(eva.get(f"/contacts?filter=segment.is:{own}")) == []
    assert eva.get(f"/segments/{own}").status == 404
    assert browse.signed_in("Otto").get(f"/segments/{own}").status == 404


def test_v3_a_static_segment_keeps_those_of_its_day(demo, write, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/segments/new?filter=lifecycle.is:qualified")
    made = page.form("/segments", name="Fair 2026", kind="static").submit()
    segment = db.session.scalars(select(Segment)).one()
    assert made.location == f"/segments/{segment.id}" and segment.size == 2
    write(lambda: setattr(db.session.get(Contact, demo["Marta Nowak"]), "lifecycle", "spam"))
    jobs.sweep_segments()
    listed = eva.get(f"/contacts?filter=segment.is:{segment.id}&sort=name")
    assert names(listed) == ["Hanne Dahl", "Marta Nowak"]
    eva.post(f"/segments/{segment.id}/members/{demo['Marta Nowak']}/deletion")
    assert names(eva.get(f"/contacts?filter=segment.is:{segment.id}")) == ["Hanne Dahl"]


def test_v3_a_segment_page_shows_size_events_and_hides_names_of_others(customers, browse):
    page = browse.signed_in("Eva").get(f"/segments/{customers}")
    assert page.has("Entered and left") and page.has("Counted with the eyes of Mona")
    otto = browse.signed_in("Otto").get(f"/segments/{customers}")
    assert otto.status == 200 and otto.has("Nobody yet.") and not otto.has("not shown")


def test_v3_a_broken_or_endless_segment_holds_nobody(customers, cast, write):
    with pytest.raises(Refused):
        write(lambda: actions.create_segment("X", by=cast["Eva"], filter_="cf_99.is:x"))
    segment = db.session.get(Segment, customers)
    with transaction():
        segment = db.session.get(Segment, customers)
        segment.filter = f"segment.is_not:{customers}"
    condition = engine_of(cast["Mona"]).in_segment(segment, Contact)
    assert db.session.scalars(select(Contact.id).where(condition)).all() is not None
    with transaction():
        db.session.get(Segment, customers).filter = "not(cf_99.is:x)"
    condition = engine_of(cast["Mona"]).in_segment(db.session.get(Segment, customers), Contact)
    assert db.session.scalars(select(Contact.id).where(condition)).all() == []


def test_v3_who_is_in_an_excluded_segment_gets_no_sequence(customers, demo, cast, write):
    def keep_out():
        segment = db.session.get(Segment, customers)
        actions.keep_out_of_sequences(segment, cast["Mona"], True)

    mira = db.session.get(Contact, demo["Mira Sommer"])
    assert excluding(mira) is None
    write(keep_out)
    assert excluding(db.session.get(Contact, demo["Mira Sommer"])) is None
    write(lambda: setattr(db.session.get(Contact, demo["Mira Sommer"]), "lifecycle", "customer"))
    assert excluding(db.session.get(Contact, demo["Mira Sommer"])).name == "Customers"
    with pytest.raises(Refused):
        write(lambda: actions.keep_out_of_sequences(
            db.session.get(Segment, customers), cast["Eva"], False
        ))  # fmt: skip


def test_o2_a_segment_of_others_tells_only_of_those_that_are_seen(demo, cast, write, browse):
    otto, partners, mona = cast["Otto"].id, cast.partners.id, cast["Mona"]
    both = write(
        lambda: (
            actions.create_segment(
                "Both", by=mona, filter_="lifecycle.is:qualified", sharing="all"
            ).id
        )
    )

    def give():
        contact = db.session.get(Contact, demo["Marta Nowak"])
        contact.owner_id, contact.team_id = otto, partners

    write(give)
    hers = browse.signed_in("Otto")
    shown = hers.get(f"/segments/{both}")
    assert shown.has("1 contact,") and shown.has("Only those that you see.")
    assert not shown.has("not shown") and len(shown.root.all("tr")) == 2  # the head and the one
    row = hers.get("/segments").by_id(f"segment-{both}")
    assert next(cell.text.strip() for cell in row.all("td")) == "1"
    assert browse.signed_in("Adam").get(f"/segments/{both}").has("2 contacts,")


def test_v3_a_segment_that_was_put_away_comes_back_from_toast_list_and_history(
    customers, demo, browse
):
    mona = browse.signed_in("Mona")
    held = len(events(customers))
    away = mona.get(f"/segments/{customers}").form(f"/segments/{customers}/archival").submit()
    shown = away.follow()
    assert shown.form(f"/segments/{customers}/restoration").submit().follow().has("is back")
    assert mona.get(f"/segments/{customers}").status == 200
    mona.post(f"/segments/{customers}/archival")
    assert mona.get(f"/segments/{customers}").status == 404
    listed = mona.get("/segments")
    assert listed.by_id(f"away-{customers}") is not None and listed.has("Bring back")
    assert not browse.signed_in("Eva").get("/segments").has("Bring back")
    browse.signed_in("Eva").post(f"/segments/{customers}/restoration")
    assert mona.get(f"/segments/{customers}").status == 404
    told = mona.get("/history")
    assert told.has("Segment put away") and told.has("Segment brought back")
    last = db.session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).first()
    assert mona.post(f"/history/{last}/undo").follow().has("Undone.")
    assert db.session.get(Segment, customers).archived_at is None
    assert len(events(customers)) == held


def test_o6_a_segments_conditions_are_kept_and_undone(customers, demo, browse):
    mona = browse.signed_in("Mona")
    edit = mona.get(f"/segments/{customers}/edit?filter=lifecycle.is:nurture")
    edit.form(f"/segments/{customers}").submit()
    last = db.session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).first()
    told = mona.get(f"/history/{last}")
    assert told.has("Lifecycle is Customer") and told.has("Lifecycle is Nurture")
    mona.post(f"/history/{last}/undo")
    db.session.rollback()
    assert db.session.get(Segment, customers).filter == "lifecycle.is:customer"
