"""V5, V7, I7: what the words of a list find is in the list, however many there are."""

import csv
import io
import re

import pytest
from sqlalchemy import insert, select

from crm.companies.models import Company
from crm.contacts.models import Contact, ContactEmail
from crm.core import clock
from crm.core.db import db
from crm.search import narrowing
from crm.search.models import SearchWord
from crm.transfer import jobs
from crm.transfer.models import Export

MANY = 1200
EVAS = 1150  # the last fifty are nobody's


@pytest.fixture
def many(app, cast, write):
    """Contacts and companies "Massen 0000" to "Massen 1199"; one has an address."""

    def add():
        now, team, eva = clock.now(), cast.sales.id, cast["Eva"].id
        for kind, model in (("contact", Contact), ("company", Company)):
            rows = [
                {
                    "name": f"Massen {n:04}",
                    "sort_name": f"massen {n:04}",
                    "team_id": team,
                    "owner_id": eva if n < EVAS else None,
                    "created_at": now,
                    "updated_at": now,
                    "lifecycle_at": now,
                }
                for n in range(MANY)
            ]
            names = {column.key for column in model.__table__.columns}
            rows = [{key: row[key] for key in row if key in names} for row in rows]
            db.session.execute(insert(model), rows)
            mine = select(model.id, model.name).where(model.name.like("Massen %"))
            words = [
                {"kind": kind, "record_id": number, "word": word}
                for number, name in db.session.execute(mine).all()
                for word in (*name.lower().split(), "massenhaft")
            ]
            db.session.execute(insert(SearchWord), words)
        last = db.session.scalars(select(Contact.id).where(Contact.name == "Massen 1199")).one()
        address = dict.fromkeys(("address", "canonical", "mailbox_key"), "mp1199@x.example")
        row = {"contact_id": last, "domain": "x.example", **address}
        db.session.execute(insert(ContactEmail), [row])
        return last

    return write(add)


def shown(page):
    return [name for n in range(MANY) if (name := f"Massen {n:04}") in page.text]


def test_v5_words_that_find_more_than_a_thousand_cut_nothing(browse, many):
    eva = browse.signed_in("Eva")
    assert "Rows 1–25 of 1,000+" in eva.get("/contacts?q=massen").text
    falling = eva.get("/contacts?q=massen&sort=name&turned=1")
    assert shown(falling) == [f"Massen {n:04}" for n in range(1175, 1200)]
    page, counts = falling, []
    while page.root.all("a", rel="next"):
        page = eva.get(page.root.one("a", rel="next")["href"])
        counts += re.findall(r"Rows .+ of [\d,+]+", page.text)
    assert counts[38:] == [
        "Rows 976–1,000 of 1,000+", "Rows 1,001–1,025 of 1,025+", "Rows 1,026–1,050 of 1,050+",
        "Rows 1,051–1,075 of 1,075+", "Rows 1,076–1,100 of 1,100+", "Rows 1,101–1,125 of 1,125+",
        "Rows 1,126–1,150 of 1,150+", "Rows 1,151–1,175 of 1,175+", "Rows 1,176–1,200 of 1,200",
    ]  # fmt: skip
    nobodys = eva.get("/contacts?q=massen&owner=nobody&sort=name")
    assert "Rows 1–25 of 50" in nobodys.text and "Massen 1150" in nobodys.text
    one = eva.get("/contacts?q=massen&filter=all(email.begins:mp1199)")
    assert shown(one) == ["Massen 1199"] and "Rows 1–1 of 1" in one.text
    both = eva.get("/contacts?q=massen+1199")
    assert shown(both) == ["Massen 1199"]
    grouped = eva.get("/contacts?q=massen&group=owner&shut=")
    assert "1,000+" in grouped.text
    beside = eva.get(f"/contacts/{many}?list=1&q=massen&sort=name")
    assert f"/contacts/{many - 1}?" in beside.html
    companies = eva.get("/companies?q=massen&sort=name&turned=1")
    assert shown(companies) == [f"Massen {n:04}" for n in range(1175, 1200)]


def test_v7_all_that_match_are_all_in_a_batch_and_in_a_file(browse, many):
    eva = browse.signed_in("Eva")
    page = eva.get("/batches/new?record=contact&query=q%3Dmassen&all=1")
    assert re.search("1,?200 rows", page.text)
    answer = browse.signed_in("Mona").post(
        "/exports",
        data={"record": "contact", "kind": "csv", "scope": "list", "columns": "list", "all": "1",
              "query": "q=massen&sort=name"},
    )  # fmt: skip
    number = int(answer.location.rsplit("/", 1)[1])
    jobs.write_exports(number)
    db.session.remove()
    data = db.session.get(Export, number).data
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    names = [next(cell for cell in row if cell.startswith("Massen ")) for row in rows]
    assert names == [f"Massen {n:04}" for n in range(MANY)]


@pytest.mark.parametrize("often", [20_000, 1100, 100])
def test_v5_frequent_words_find_the_same_however_they_are_asked(cast, many, monkeypatch, often):
    monkeypatch.setattr(narrowing, "OFTEN", often)
    for text, count in (
        ("massen", 1200),
        ("massen massenh", 1200),
        ("massen 11", 100),
        ("1199", 1),
    ):
        asked = narrowing.narrowed(cast["Eva"], "contact", text)
        found = db.session.scalars(select(Contact.name).where(asked, Contact.name != "x")).all()
        assert len(found) == len(set(found)) == count, text
