"""I2, D12: a value without a currency has its pipeline's; the trial shows what will be stored."""

import pytest
from sqlalchemy import select

from crm.batches import jobs
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal
from tests.transfer.test_imports import batch, mapped, upload

DATA = (
    "Name,Value,Stage\nYen,1234,Lead in\nEuro,12.50 EUR,Lead in\nParts,12.50,Lead in\n"
)  # fmt: skip


@pytest.fixture
def mona(browse, write):
    write(lambda: deals.create_default_pipeline("JPY").id)
    return browse.signed_in("Mona")


def test_i2_the_trial_shows_a_value_in_the_currency_of_its_pipeline(mona):
    run = mapped(mona, upload(mona, DATA.encode(), "deals.csv", "deal"), match="name")
    jobs.work_on(run)
    assert batch(run).counts == {"creates": 2, "refused": 1}
    page = mona.get(f"/batches/{run}")
    assert page.has("¥1,234") and page.has("€12.50")
    assert page.has("Value: “12.50” has more decimals than JPY.")
    mona.post(f"/batches/{run}/start")
    jobs.work_on(run)
    assert batch(run).counts == {"created": 2, "refused": 1}
    rows = select(Deal.name, Deal.amount_cents, Deal.currency).order_by(Deal.name)
    assert list(db.session.execute(rows)) == [("Euro", 1250, "EUR"), ("Yen", 1234, "JPY")]
    assert mona.get("/deals?as=table&state=all").has("¥1,234")


def test_i2_a_value_without_a_currency_keeps_that_of_its_deal(mona, write, cast):
    def add():
        stage = deals.create_pipeline("Euro", "EUR", by=cast["Mona"]).stages[0]
        made = deals.create("Old", stage=stage, by=cast["Mona"], amount_cents=500)
        return made.id

    number = write(add)
    data = f"Number in Tend,Name,Value\n{number},Old,12.50\n"
    keys = {"column-0": "id", "match": "id"}
    first = b"Ref,Name,Value\nr1,Other,9\n"
    run = mapped(mona, upload(mona, first, "deals.csv", "deal"), **keys)
    jobs.work_on(run)
    mona.post(f"/batches/{run}/start")
    jobs.work_on(run)
    run = mapped(
        mona, upload(mona, data.encode(), "deals.csv", "deal"),
        **{"column-0": "tend", "match": "tend", "policy-2": "overwrite"},
    )  # fmt: skip
    jobs.work_on(run)
    mona.post(f"/batches/{run}/start")
    jobs.work_on(run)
    rows = select(Deal.name, Deal.amount_cents, Deal.currency).order_by(Deal.name)
    assert list(db.session.execute(rows)) == [("Old", 1250, "EUR"), ("Other", 9, "JPY")]
