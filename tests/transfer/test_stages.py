"""I2, I6: a stage that a file names is made by its import, and goes with it where none uses it."""

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.batches import jobs
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.actions import removing
from crm.deals.models import Deal, Stage
from crm.fields import actions as fields
from crm.history.models import ChangeSet
from tests.transfer.test_deciding import go, rows_of, sent, values_page
from tests.transfer.test_imports import batch

DATA = (
    b"Deal,Stage,Closed on,Budget\nOne,Negotiating,,1\nTwo,negotiating,,1\nOld,Negotiating,,1\n"
    b"Three,Won,2031-01-01,1\n"
)


@pytest.fixture
def line(write, cast):
    def add():
        made = deals.create_default_pipeline()
        fields.create("deal", "Budget", "number", by=None, needs=[made.stages[2].id])
        deals.create("Old", stage=made.stages[0], by=cast["Mona"])
        return made.id

    return write(add)


def stages():
    db.session.remove()
    return list(db.session.scalars(select(Stage.name).order_by(Stage.position, Stage.id)))


def living():
    """The deals outside of the trash, with their stages."""
    db.session.remove()
    rows = db.session.scalars(select(Deal).where(Deal.deleted_at.is_(None)))
    return {one.name: one.stage.name for one in rows}


def stands(stage):
    db.session.remove()
    there = Deal.deleted_at.is_(None), Deal.stage.has(name=stage)
    return set(db.session.scalars(select(Deal.name).where(*there)))


def test_i2_a_new_stage_is_made_by_the_run_and_not_before(browse, line):
    mona, before = browse.signed_in("Mona"), stages()
    number, page = values_page(mona, DATA, record="deal", match="name")
    assert rows_of(page, 1)["Negotiating"][1][:2] == ["Refuse these rows", "Make this stage"]
    answer = sent(page, number, Negotiating=f"+{line}:")
    run = int(answer.location.rsplit("/", 1)[1])
    jobs.work_on(run)
    assert batch(run).counts == {"creates": 3, "refused": 1} and stages() == before
    assert mona.get(f"/batches/{run}").has("Negotiating (new)")
    mona.post(f"/batches/{run}/start")
    jobs.work_on(run)
    assert batch(run).counts == {"created": 3, "refused": 1}
    closing = [before.index(name) for name in ("Won", "Lost")]
    assert stages() == [*before[: closing[0]], "Negotiating", "Won", "Lost"]
    one = db.session.scalars(select(Deal).where(Deal.name == "One")).one()
    assert (one.stage.name, one.stage.kind) == ("Negotiating", "open")
    after = stages()
    mona.post(f"/history/{batch(run).change_set_id}/undo")
    assert stages() == before  # nothing living stands in it
    assert living() == {"Old": "Lead in"}
    trashed = select(Deal).where(Deal.deleted_at.is_not(None))
    names = {one.name: one.stage.name for one in db.session.scalars(trashed)}
    assert names == dict.fromkeys(("One", "Two", "Old"), "Negotiation")
    last = db.session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc())).first()
    assert last.details["kept"] == []
    mona.post(f"/history/{last.id}/undo")
    assert stages() == after
    assert stands("Negotiating") == {"One", "Two", "Old"} and stands("Lead in") == {"Old"}
    assert mona.get(f"/history/{batch(run).change_set_id}").status == 200


def test_i6_a_stage_that_another_deal_uses_by_now_stays(browse, line, write, cast):
    mona_id = cast["Mona"].id
    mona, before = browse.signed_in("Mona"), stages()
    number, page = values_page(mona, b"Deal,Stage,Budget\nOne,Negotiating,1\n", record="deal",
                               match="name")  # fmt: skip
    run = int(sent(page, number, Negotiating=f"+{line}:").location.rsplit("/", 1)[1])
    assert go(mona, run)[1] == {"created": 1}
    made = select(Stage.id).where(Stage.name == "Negotiating")

    def add():
        stage = db.session.scalars(select(Stage).where(Stage.id.in_(made))).one()
        deals.create("By hand", stage=stage, by=db.session.get_one(User, mona_id))

    write(add)
    page = mona.post(f"/history/{batch(run).change_set_id}/undo").follow()
    assert page.has("1 value stays; the history of the undo says why.")
    assert len(stages()) == len(before) + 1
    assert living() == {"Old": "Lead in", "By hand": "Negotiating"}


def test_i6_a_large_undo_moves_deals_out_of_a_stage_piece_by_piece(browse, line, monkeypatch):
    monkeypatch.setattr(removing, "VACATED", 50)
    mona, before = browse.signed_in("Mona"), stages()
    rows = "".join(f"D {n},Negotiating,1\n" for n in range(210))
    data = f"Deal,Stage,Budget\n{rows}".encode()
    number, page = values_page(mona, data, record="deal", match="name")
    run = int(sent(page, number, Negotiating=f"+{line}:").location.rsplit("/", 1)[1])
    assert go(mona, run)[1] == {"created": 210}
    after = stages()
    undoing = int(mona.post(f"/history/{batch(run).change_set_id}/undo").location.rsplit("/", 1)[1])
    jobs.work_on(undoing)
    if batch(undoing).state != "done":
        jobs.work_on(undoing)
    assert batch(undoing).state == "done" and set(batch(undoing).counts) == {"done"}
    assert stages() == before and living() == {"Old": "Lead in"}
    last = db.session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).first()
    again = int(mona.post(f"/history/{last}/undo").location.rsplit("/", 1)[1])
    jobs.work_on(again)
    jobs.work_on(again)
    assert stages() == after
    assert list(living().values()).count("Negotiating") == 210


def test_i2_a_change_into_a_new_stage_asks_what_the_stages_before_need(browse, line):
    mona, before = browse.signed_in("Mona"), stages()
    data = b"Tend number,Name,Stage\n1,Old,Negotiating\n"
    number, page = values_page(mona, data, record="deal", match="tend", **{"policy-2": "overwrite"})
    run = int(sent(page, number, Negotiating=f"+{line}:").location.rsplit("/", 1)[1])
    jobs.work_on(run)
    assert batch(run).counts == {"refused": 1} and stages() == before
    assert mona.get(f"/batches/{run}").has("Negotiating needs this first: Budget.")


def test_i2_a_new_deal_that_lacks_what_its_stage_needs_is_refused(browse, line):
    mona = browse.signed_in("Mona")
    data = (
        b"Deal,Stage,Budget\nA,Proposal,\nB,Proposal,5\nC,Discovery,\n"
        b"D,Negotiating,\nE,Negotiation,\nF,Lead in,\n"
    )
    number, page = values_page(mona, data, record="deal", match="name")
    run = int(sent(page, number, Negotiating=f"+{line}:").location.rsplit("/", 1)[1])
    planned, done = go(mona, run)
    assert (planned, done) == ({"creates": 3, "refused": 3}, {"created": 3, "refused": 3})
    told = mona.get(f"/batches/{run}")
    for name in ("Proposal", "Negotiating", "Negotiation"):
        assert told.has(f"{name} needs this first: Budget.")


def test_i2_a_new_stage_whose_rows_are_all_refused_is_not_made(browse, line):
    mona, before = browse.signed_in("Mona"), stages()
    data = b"Tend number,Name,Stage,Budget\n1,Older,Odd,\n,Bad,Negotiating,x\n"
    over = {"policy-1": "overwrite"}
    number, page = values_page(mona, data, record="deal", match="tend", **over)
    run = int(sent(page, number, Negotiating=f"+{line}:", Odd="-").location.rsplit("/", 1)[1])
    assert go(mona, run)[1] == {"updated": 1, "refused": 1}
    assert stages() == before


def test_i2_who_runs_no_pipelines_is_offered_no_new_stage(browse, line):
    _number, page = values_page(browse.signed_in("Eva"), DATA, record="deal", match="name")
    assert "Make this stage" not in rows_of(page, 1)["Negotiating"][1]
    assert page.has("Who runs a team makes new ones:")
