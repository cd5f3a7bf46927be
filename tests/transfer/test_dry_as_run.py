"""I2: what the dry run says of each row of a file is what the run does with it, row by row."""

import csv
import io
import random

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

POLICIES = ("fill", "overwrite", "append")
SEED = 1  # another one makes other files
ENDS = {"creates": "created", "updates": "updated", "skipped": "skipped", "refused": "refused"}


@pytest.fixture
def mona(browse):
    return browse.signed_in("Mona")


def tried_and_done(person, rows, record, **more):
    """What the dry run says of each row, and what came of it: state and, of refused ones, why."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    number = mapped(person, upload(person, out.getvalue().encode(), record=record), **more)
    kept = select(BatchItem.state, BatchItem.reason).where(BatchItem.batch_id == number)
    found = []
    for _phase in ("tried", "done"):
        jobs.work_on(number)
        assert not batch(number).is_active, batch(number).error
        said = db.session.execute(kept.order_by(BatchItem.position)).all()
        found.append([(state, why if state == "refused" else "") for state, why in said])
        person.post(f"/batches/{number}/start")
    return number, *found


def check_alike(person, rows, record, **more):
    _number, tried, done = tried_and_done(person, rows, record, **more)
    for row, dry, real in zip(rows[1:], tried, done, strict=True):
        assert (ENDS[dry[0]], dry[1]) == real, row
    return [state for state, _why in done]


@pytest.fixture
def people(cast, write):
    """Ada, Ben whose address is in the trash by now, and Otto's Far; numbers that must differ."""

    def add():
        key = fields.create("contact", "Member no.", "text", by=None, is_unique=True).key
        fields.create("contact", "Level", "select", by=None, options=["a", "b"])
        common = {"team_id": cast.sales.id, "owner_id": cast["Eva"].id}
        ada = contacts.create(name="Ada", emails=["ada@x.example"], phones=["030 111111"],
                              job_title="Head", **common)  # fmt: skip
        contacts.change(ada, {key: "M1"}, by=cast["Eva"])
        ben = contacts.create(name="Ben", emails=["ben@x.example"], **common)
        contacts.change(ben, {key: "M2"}, by=cast["Eva"])
        contacts.delete(ben, cast["Eva"])
        contacts.create(name="Far", emails=["far@x.example"], team_id=cast.partners.id)
        contacts.create(name="Cleo", emails=["c.leo+a@gmail.com"], **common)
        contacts.change(ada, {"company": "Hafen"}, by=cast["Eva"])

    write(add)


HEAD = ["Name", "E-mail", "Phone", "Company", "Title", "Owner", "Lifecycle",
        "Reason for the lifecycle", "Member no.", "Level", "Tags", "ID"]  # fmt: skip
CELLS = {
    "Name": ["Ada", "Nina", "Ben", "Nina Two", ""],
    "E-mail": ["ada@x.example", "ben@x.example", "far@x.example", "cleo@gmail.com", "n@x.example",
               "n@x.example; m@x.example", "m@x.example", "N@X.example;n@x.example",
               "ada@x.example;new@x.example", "new@x.example", "nonsense", "", ""],
    "Phone": ["030 111111", "+49 30 111111", "4471", "030 222222", "", ""],
    "Company": ["Hafen", "Werft", "", ""],
    "Title": ["Head", "Chief", "", ""],
    "Owner": ["Eva", "Otto", "Finn", *[""] * 5],
    "Lifecycle": ["Captured", "Assigned", "Spam", "Customer", *[""] * 6],
    "Reason for the lifecycle": ["no need", "", ""],
    "Member no.": ["M1", "M2", "M3", "m3", *[""] * 6],
    "Level": ["a", "b", "c", *[""] * 6],
    "Tags": ["vip", "vip; new", "", ""],
    "ID": ["1", "2", "3", ""],
}  # fmt: skip


def policies(dice, head):
    return {f"policy-{place}": dice.choice(POLICIES) for place in range(len(head))}


def nasty(dice, head, cells, count):
    return [head, *([dice.choice(cells[name]) for name in head] for _n in range(count))]


@pytest.mark.parametrize("match", ["email", "id", "phone", "name"])
def test_i2_people_end_as_the_dry_run_said(mona, people, match, monkeypatch):
    monkeypatch.setattr("crm.batches.actions.driving.DRY_CHUNK", 7)  # keys outlive their piece
    dice = random.Random(f"{match} {SEED}")
    wins = policies(dice, HEAD)
    rows = nasty(dice, HEAD, CELLS, 45)
    states = check_alike(mona, rows, "contact", match=match, **wins)
    assert {"created", "refused"} <= set(states)


@pytest.fixture
def firms(cast, write):
    """Hafen with its domain and number, one in the trash, one of the others."""

    def add():
        key = fields.create("company", "Firm no.", "text", by=None, is_unique=True).key
        common = {"team_id": cast.sales.id, "by": cast["Eva"]}
        companies.create("Hafen", domains=["hafen.example"], custom={key: "F1"}, **common)
        gone = companies.create("Gone", domains=["gone.example"], **common)
        companies.delete(gone, cast["Eva"])
        companies.create("Far", domains=["far.example"], team_id=cast.partners.id)

    write(add)


FIRM = ["Name", "Domain", "City", "Phone", "Owner", "Firm no."]
FIRMS = {
    "Name": ["Hafen", "Werft", "Kai", ""],
    "Domain": ["hafen.example", "www.hafen.example; kai.example", "kai.example", "gmail.com",
               "gone.example", "far.example", "werft.example", "werft.example;kai.example", ""],
    "City": ["Ulm", "Kiel", ""],
    "Phone": ["030 1", "x", "", ""],
    "Owner": ["Eva", "Otto", *[""] * 5],
    "Firm no.": ["F1", "F2", "f2", *[""] * 5],
}  # fmt: skip


@pytest.mark.parametrize("match", ["domain", "name"])
def test_i2_companies_end_as_the_dry_run_said(mona, firms, match, monkeypatch):
    monkeypatch.setattr("crm.batches.actions.driving.DRY_CHUNK", 7)
    dice = random.Random(f"{match} {SEED}")
    wins = policies(dice, FIRM)
    states = check_alike(mona, nasty(dice, FIRM, FIRMS, 45), "company", match=match, **wins)
    assert {"created", "refused"} <= set(states)


@pytest.fixture
def sales(cast, write):
    """Deals in a pipeline whose second stage asks for a budget and the last for a number."""

    def add():
        line = deals.create_default_pipeline()
        needs = [line.stages[1].id]
        fields.create("deal", "Budget", "number", by=None, needs=needs)
        number = fields.create("deal", "Offer no.", "text", by=None, is_unique=True)
        hafen = companies.create("Hafen", team_id=cast.sales.id, by=cast["Eva"])
        contacts.create(name="Mira", emails=["mira@x.example"], team_id=cast.sales.id)
        for place, name in enumerate(("Roof", "Barn")):
            deal = deals.create(name, stage=line.stages[0], by=cast["Mona"], company_id=hafen.id)
            fields.set_values(deal, {number.key: f"N{place}"}, cast["Mona"])

    write(add)


DEAL = ["Deal", "Company", "Contact", "Stage", "Why it was lost", "Closed on", "Amount", "Owner",
        "Budget", "Offer no.", "ID"]  # fmt: skip
DEALS = {
    "Deal": ["Roof", "Barn", "Shed", ""],
    "Company": ["Hafen", "Nowhere", "Hafen", ""],
    "Contact": ["mira@x.example", "Mira", "", "", "Ghost"],
    "Stage": ["Lead in", "Discovery", "Won", "Lost", "Elsewhere", "", ""],
    "Why it was lost": ["price", "Too expensive", "", ""],
    "Closed on": ["2026-01-15", "2031-01-01", "", ""],
    "Amount": ["100", "1.5 EUR", "x", "", ""],
    "Owner": ["Eva", "Otto", *[""] * 5],
    "Budget": ["5", "", ""],
    "Offer no.": ["N0", "N1", "N2", *[""] * 5],
    "ID": ["1", "2", "3", "4", ""],
}  # fmt: skip


@pytest.mark.parametrize("match", ["id", "name"])
def test_i2_deals_end_as_the_dry_run_said(mona, sales, match, monkeypatch):
    monkeypatch.setattr("crm.batches.actions.driving.DRY_CHUNK", 7)
    dice = random.Random(f"{match} {SEED}")
    wins = policies(dice, DEAL)
    states = check_alike(mona, nasty(dice, DEAL, DEALS, 45), "deal", match=match, **wins)
    assert {"created", "refused"} <= set(states)
