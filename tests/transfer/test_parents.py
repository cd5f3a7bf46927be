"""I1: the parent of a company comes from a file, by name, domain or number; never in a circle."""

import pytest
from sqlalchemy import select

from crm.batches.models import BatchItem
from crm.companies import actions as companies
from crm.companies.models import Company
from crm.core.db import db
from tests.transfer.test_imports import batch, import_of

NOT_THERE = "The company “{}” is not there. Put its row above this one."
CIRCLE = "{} belongs to {} itself, directly or not."


@pytest.fixture
def mona(browse):
    return browse.signed_in("Mona")


@pytest.fixture
def kai(write, cast):
    """Number of a company that is there, Kai AG at kai.example."""
    made = {"domains": ["kai.example"], "team_id": cast.sales.id}
    return write(lambda: companies.create("Kai AG", **made).id)


def taken(person, data, **more):
    """Counts of dry run and run, which must agree, and the reasons of refused rows by position."""
    number, before, after = import_of(person, data.encode(), "firms.csv", "company", **more)
    ran = {"creates": "created", "updates": "updated"}
    assert {ran.get(state, state): n for state, n in before.items()} == after
    rows = select(BatchItem.position, BatchItem.reason).where(
        BatchItem.batch_id == number, BatchItem.state == "refused"
    )
    return after, dict(db.session.execute(rows).all())


def parents():
    """Each company with its parent, by name."""
    db.session.remove()
    rows = list(db.session.scalars(select(Company).where(Company.deleted_at.is_(None))))
    names = {row.id: row.name for row in rows}
    return {row.name: names.get(row.parent_id) for row in rows}


def test_i1_a_parent_is_named_by_name_domain_or_number(mona, kai):
    data = (
        "Name,Domain,Parent company\n"
        f"A,a.example,kai ag\nB,b.example,kai.example\nC,c.example,#{kai}\nD,d.example,Nobody\n"
    )
    after, reasons = taken(mona, data)
    assert after == {"created": 3, "refused": 1}
    assert reasons == {4: NOT_THERE.format("Nobody")}
    assert parents() == {"Kai AG": None, "A": "Kai AG", "B": "Kai AG", "C": "Kai AG"}


def test_i1_a_parent_may_stand_in_a_row_above_and_not_below(mona):
    data = (
        "Name,Domain,Parent company\n"
        "Below,below.example,Holding\nHolding,holding.example,\nSub,sub.example,holding\n"
        "Subsub,subsub.example,Sub.example\n"
    )
    after, reasons = taken(mona, data)
    assert after == {"created": 3, "refused": 1}
    assert reasons == {1: NOT_THERE.format("Holding")}
    assert parents() == {"Holding": None, "Sub": "Holding", "Subsub": "Sub"}
    again, _reasons = taken(mona, data)  # the refused row goes in, the others say nothing new
    assert again == {"created": 1, "skipped": 3}
    assert parents()["Below"] == "Holding"


def test_i1_rows_apart_by_hundreds_find_their_parent(mona):
    firms = "".join(f"Firm {n},firm{n}.example,{'Firm 0' if n else ''}\n" for n in range(230))
    after, _reasons = taken(mona, f"Name,Domain,Parent company\n{firms}")
    assert after == {"created": 230}
    found = parents()
    assert found.pop("Firm 0") is None and set(found.values()) == {"Firm 0"}


def test_i1_no_file_makes_a_circle(mona, kai):
    data = "Name,Domain,Parent company\nA,a.example,Kai AG\nB,b.example,A\n"
    assert taken(mona, data)[0] == {"created": 2}
    circles = (
        "Name,Domain,Parent company\n"
        "Kai AG,kai.example,B\n"  # B belongs to A, A to Kai
        "A,a.example,A\n"
        "New,new.example,B\n"
        "Other,other.example,New\n"
        "New,new.example,Other\n"  # within the file
        "Fine,fine.example,Other\n"
    )
    after, reasons = taken(mona, circles, **{"policy-2": "overwrite"})
    assert after == {"created": 3, "refused": 3}
    assert reasons == {
        1: CIRCLE.format("B", "Kai AG"),
        2: CIRCLE.format("A", "A"),
        5: CIRCLE.format("Other", "New"),
    }
    assert parents() == {
        "Kai AG": None, "A": "Kai AG", "B": "A", "New": "B", "Other": "New", "Fine": "Other",
    }  # fmt: skip


def test_i1_two_rows_that_would_make_a_circle_together_are_told_so_before(mona, kai):
    assert taken(mona, "Name,Domain\nA,a.example\n")[0] == {"created": 1}
    data = "Name,Domain,Parent company\nA,a.example,Kai AG\nKai AG,kai.example,A\n"
    after, reasons = taken(mona, data)
    assert after == {"updated": 1, "refused": 1}
    assert reasons == {2: CIRCLE.format("A", "Kai AG")}
    assert parents() == {"Kai AG": None, "A": "Kai AG"}


def test_i6_a_parent_that_a_file_set_is_undone(mona, kai):
    number, _before, _after = import_of(
        mona, b"Name,Domain,Parent company\nA,a.example,Kai AG\n", "firms.csv", "company"
    )
    page = mona.get(f"/batches/{number}")
    assert page.has("Parent company") or page.has("Created")
    mona.post(f"/history/{batch(number).change_set_id}/undo")
    assert parents() == {"Kai AG": None}
