"""I2: the dry run shows field by field what each row changes, and what stays and why."""

import pytest
from sqlalchemy import select

from crm.batches import jobs
from crm.batches.models import BatchItem
from crm.companies import actions as companies
from crm.contacts import actions as contacts
from crm.core.db import db
from crm.deals import actions as deals
from crm.fields import actions as fields
from tests.transfer.test_imports import batch, mapped, upload


@pytest.fixture
def mona(browse):
    return browse.signed_in("Mona")


@pytest.fixture
def ada(cast, write):
    """Ada of Hafen, who is Eva's, with a budget and a day of their own fields."""

    def add():
        budget = fields.create("contact", "Budget", "money", by=None).key
        ends = fields.create("contact", "Contract ends", "on", by=None).key
        row = contacts.create(
            name="Ada Vogel", emails=["ada@x.example"], phones=["030 1234567"], job_title="Head",
            team_id=cast.sales.id, owner_id=cast["Eva"].id, by=cast["Eva"],
        )  # fmt: skip
        contacts.change(row, {budget: [990000, "EUR"], ends: "2026-12-24"}, by=cast["Eva"])
        contacts.tag(row, "vip", by=cast["Eva"])
        return row.id

    return write(add)


def tried(person, data, record="contact", **more):
    """The lines of the dry run's rows, as they are read."""
    number = mapped(person, upload(person, data, record=record), **more)
    jobs.work_on(number)
    page = person.get(f"/batches/{number}")
    return number, [
        [" ".join(line.text.split()) for line in row.all("li")]
        for row in page.root.one("section", id="items").one("tbody").all("tr")
    ]


def test_i2_a_row_shows_old_and_new_as_the_product_writes_them(mona, ada):
    data = (
        b"email;title;owner;budget;contract ends;phone;tags\n"
        b"ada@x.example;Chief;Mona;12.500,50;31.01.2027;030 99;VIP, new\n"
    )
    over = {f"policy-{n}": "overwrite" for n in range(1, 5)}
    number, [lines] = tried(mona, data, **over)
    assert lines == [
        "Job title Head → becomes Chief",
        "Phone +49301234567 → becomes +49301234567, 030 99",
        "Tags vip → becomes vip, new",
        "Owner Eva Lindqvist → becomes Mona Keller",
        "Budget €9,900 → becomes €12,500.50",
        "Contract ends Thu 24 Dec → becomes Sun, 31 Jan 2027",
    ]
    reason = db.session.scalar(select(BatchItem.reason).where(BatchItem.batch_id == number))
    assert "Budget: €9,900.00 → €12,500.50" in reason
    assert batch(number).counts == {"updates": 1}


def test_i2_an_instant_is_shown_with_its_time_and_a_small_number_whole(mona, write):
    def add():
        fields.create("contact", "Seen at", "at", by=None)
        fields.create("contact", "Height", "number", by=None)

    write(add)
    data = b"name;seen at;height\nBo;28.03.2027 14:30;0,000001\nCy;28.03.2027 02:30;1,85\n"
    number, [bo, cy] = tried(mona, data, zone="Europe/Berlin")
    assert ("Seen at Sun, 28 Mar 2027, 14:30" in bo, "Height 0.000001" in bo) == (True, True)
    assert batch(number).counts == {"creates": 1, "refused": 1} and cy == []
    why = db.session.scalar(select(BatchItem.reason).where(BatchItem.state == "refused"))
    assert why == "seen at: Clocks in Europe/Berlin go forward over “28.03.2027 02:30”."


def test_i2_what_is_not_empty_stays_and_the_row_says_why(mona, ada):
    _number, [lines] = tried(mona, b"email;title;budget;source\nada@x.example;Chief;100;Fair\n")
    why = ": something is known already, and the column is on “Keep it”)"
    assert lines == [
        "Source – → becomes Fair",
        f"Job title stays Head (the file says Chief{why}",
        f"Budget stays €9,900 (the file says €100{why}",
    ]


def test_i2_a_row_joined_with_an_earlier_one_shows_what_it_adds_to_that(mona, ada):
    data = (
        b"email;name;title;locale;tags\n"
        b"new@x.example;Nina;;;a\n"
        b"NEW@x.example;Nina;Buyer;;b\n"
        b"new@x.example;Nina;Chief;de;a\n"
        b"new@x.example;Nina;Buyer;;\n"
    )
    number, rows = tried(mona, data)
    assert batch(number).counts == {"creates": 1, "updates": 2, "skipped": 1}
    assert rows[1] == ["Job title – → becomes Buyer", "Tags a → becomes a, b"]
    assert rows[2][0] == "Language – → becomes German"
    assert rows[2][1].startswith("Job title stays Buyer (the file says Chief:")
    assert mona.get(f"/batches/{number}").has("Joined with an earlier row about the same one.")
    mona.post(f"/batches/{number}/start")
    jobs.work_on(number)
    assert batch(number).counts == {"created": 1, "updated": 2, "skipped": 1}
    assert mona.get(f"/batches/{number}").by_id("item-2").all("li")[0].text.endswith("Buyer")


def test_i2_tags_for_all_rows_are_told_and_skipped_where_they_are_worn(mona, ada):
    data = b"email;name\nada@x.example;Ada Vogel\n"
    _number, [lines] = tried(mona, data, tags="vip, fair")
    assert lines == ["Tags vip → becomes vip, fair"]
    number, _rows = tried(mona, data, tags="vip")
    assert batch(number).counts == {"skipped": 1}


def test_i2_what_an_import_sets_on_new_deals_only_is_said(mona, cast, write):
    def add():
        line = deals.create_default_pipeline()
        one, _two = (companies.create(n, team_id=cast.sales.id, by=cast["Eva"]) for n in "ab")
        made = deals.create("Deal", stage=line.stages[0], by=cast["Mona"], company_id=one.id)
        return made.id

    number = write(add)
    data = f"Number in Tend;Deal;Company;Amount\n{number};Deal;b;100\n".encode()
    _batch, [lines] = tried(mona, data, record="deal", match="tend")
    assert lines[0] == "Value – → becomes €100"
    assert lines[1] == "Company stays a (the file says b: an import sets this on new records only)"


def test_i2_the_dry_run_refuses_what_the_run_refuses(mona, ada, write, cast):
    data = b"email;title;lifecycle\nada@x.example;Chief;Assigned\nada@x.example;Boss;Captured\n"
    data += b"ada@x.example;Head of all;Assigned\n"
    over = {"policy-1": "overwrite", "policy-2": "overwrite"}
    number, _lines = tried(mona, data, **over)
    kept = select(BatchItem.state, BatchItem.reason).where(BatchItem.batch_id == number)
    tested = db.session.execute(kept.order_by(BatchItem.position)).all()
    assert [row.state for row in tested] == ["updates", "refused", "updates"]
    assert tested[1].reason.startswith("Assigned cannot become Captured: that comes after")
    mona.post(f"/batches/{number}/start")
    jobs.work_on(number)
    db.session.remove()
    assert db.session.execute(kept.order_by(BatchItem.position)).all() == [
        ("updated", ""), tested[1], ("updated", ""),
    ]  # fmt: skip
