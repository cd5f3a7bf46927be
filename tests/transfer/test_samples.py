"""I1, I2: cells are shown as they are read under what is chosen now; reasons are shown too."""

import pytest
from sqlalchemy import select

from crm.batches import jobs
from crm.contacts import actions as contacts
from crm.contacts.models import Tag
from crm.contacts.queries import tag_names
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Stage
from crm.fields import actions as fields
from crm.transfer.models import Import
from tests.transfer.test_deciding import values_page
from tests.transfer.test_differing import tried
from tests.transfer.test_imports import batch, mapped, upload


@pytest.fixture
def mona(browse):
    return browse.signed_in("Mona")


@pytest.fixture
def money(write, cast):
    return write(lambda: fields.create("contact", "Turnover", "money", by=cast["Mona"]).id)


DATA = b"Name,Turnover,Phone\nAda,1.234,020 7946 0958\n"


def test_i1_a_choice_shows_at_once_how_cells_are_read_and_keeps_nothing(mona, money):
    file = upload(mona, DATA)
    page = mona.get(f"/import/{file}")
    before = page.by_id("column-row-1").text
    form = page.form(f"/import/{file}/mapping")
    said = {**form.values, "decimal": ".", "country": "GB", "column-0": ""}
    for headers in ({}, {"HX-Request": "true", "HX-Target": "section#mapping"}):
        shown = mona.post(f"/import/{file}/samples", data=said, headers=headers)
        assert shown.status == 200
        assert "1.234 read as €1,234 " in before
        assert "“1.234” has more decimals than EUR." in shown.by_id("column-row-1").text
        assert "read as +442079460958" in shown.by_id("column-row-2").text
        column = shown.by_id("column-0").all("option")
        assert not [one for one in column if "selected" in one.attrs]
    kept = db.session.get(Import, file)
    assert kept.habits["country"] == "DE" and kept.columns[0]["key"] == "name"
    assert mona.get(f"/import/{file}").by_id("column-row-1").text == before
    wrong = mona.post(f"/import/{file}/samples", data={**said, "country": "GBR"})
    assert wrong.status == 422 and wrong.has("Give a country as two letters")


def test_i1_other_letters_are_shown_at_once_and_leave_the_columns_as_they_were_chosen(mona):
    file = upload(mona, "Wer,Ort\nBöhm,Köln\n".encode("cp850"))
    mapped(mona, file, **{"column-0": "name", "column-1": "job_title"})
    hx = {"HX-Request": "true", "HX-Target": "section#mapping"}
    said = {"encoding": "cp850", "delimiter": ","}
    answer = mona.post(f"/import/{file}/reading", data=said, headers=hx)
    assert answer.status == 200 and "Böhm" in answer.html
    found = db.session.get(Import, file)
    assert [one["key"] for one in found.columns] == ["name", "job_title"]
    assert found.batch_id is None  # the dry run of other letters is left
    form = mona.get(f"/import/{file}").form(f"/import/{file}/mapping")
    chosen = {**form.values, **said, "country": "GB", "column-1": ""}
    answer = mona.post(f"/import/{file}/reading", data=chosen, headers=hx)
    assert answer.by_id("country")["value"] == "GB"  # what was chosen and not sent yet stays
    db.session.expire_all()
    assert [one["key"] for one in db.session.get(Import, file).columns] == ["name", None]
    said["encoding"] = "utf-16"
    answer = mona.post(f"/import/{file}/reading", data=said, headers=hx)
    assert answer.status == 422 and answer.headers["HX-Retarget"] == "#looks"


def test_i2_lost_deals_and_ended_leads_show_their_reasons(mona, write, cast):
    def add():
        line = deals.create_default_pipeline()
        deals.create("Old", stage=line.stages[0], by=cast["Mona"])
        contacts.create(name="Ada", emails=["a@x.example"], owner_id=cast["Mona"].id)

    write(add)
    data = b"Deal,Stage,Why it was lost,Closed on,Tend number\nOld,Lost,price,2026-01-15,1\n"
    over = {"policy-1": "overwrite", "match": "tend"}
    _number, [lines] = tried(mona, data, record="deal", **over)
    assert lines == [
        "Stage Lead in → becomes Lost", "Why it was lost – → becomes Too expensive",
        "Closed on – → becomes Thu 15 Jan",
    ]  # fmt: skip
    data = b"Deal,Stage,Why it was lost\nNew,Lost,price\n"
    _number, [lines] = tried(mona, data, record="deal", match="name")
    assert "Why it was lost Too expensive" in lines
    data = b"E-mail,Lifecycle,Reason for the lifecycle\na@x.example,Spam,writes rubbish\n"
    _number, [lines] = tried(mona, data, **{"policy-1": "overwrite"})
    assert lines[1] == "Reason for the lifecycle – → becomes writes rubbish"
    assert db.session.scalar(select(Stage.kind).where(Stage.name == "Lost")) == "lost"


def test_i2_every_tag_is_known_however_many_there_are_and_typed(mona, write, cast):
    def add():
        row = contacts.create(name="Old", team_id=cast.sales.id)
        contacts.tag_all(row, [f"a{n:03}" for n in range(250)] + ["zebra"], by=cast["Mona"])

    write(add)
    assert "zebra" not in tag_names()
    number, page = values_page(mona, b"Name,Tags\nAda,zebra; new one\nBen,other\n")
    assert not page.has("zebra") and page.has("new one")
    assert not page.root.all("option", value="=a001")
    form = page.form(f"/import/{number}/values")
    assert (form.values["value-1-0"], form.values["value-1-1"]) == ("new one", "other")
    bad = page.form(f"/import/{number}/values", **{"value-1-0": "a, b"}).submit()
    assert bad.status == 422
    answer = page.form(f"/import/{number}/values", **{"value-1-0": "ZEBRA", "value-1-1": ""})
    run = int(answer.submit().location.rsplit("/", 1)[1])
    for _phase in range(2):
        jobs.work_on(run)
        mona.post(f"/batches/{run}/start")
    assert batch(run).counts == {"created": 2}
    assert not db.session.scalars(select(Tag).where(Tag.name.in_(["other", "new one"]))).all()
