"""V7 for deals: stage, owner, value, close date, won and lost, over many at once."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal, Pipeline
from tests.batches.test_bar import bar, go


@pytest.fixture
def three(cast, write):
    """Three deals of Eva's in the first stage, with their stages by name."""

    def add():
        line = deals.create_default_pipeline()
        first = line.stages[0]
        return [
            deals.create(
                f"Deal {n}", stage=first, by=cast["Eva"], amount_cents=1000 * n,
                close_on=date(2026, 12, n) if n < 3 else None,
            ).id
            for n in (1, 2, 3)
        ]  # fmt: skip

    return write(add)


def stage(name):
    line = db.session.scalars(select(Pipeline)).first()
    return str(next(one.id for one in line.stages if one.name == name))


def all_of(ids):
    db.session.remove()
    return db.session.scalars(select(Deal).where(Deal.id.in_(ids)).order_by(Deal.id)).all()


def test_v7_deals_move_shift_and_change_together(browse, three):
    eva = browse.signed_in("Eva")
    assert eva.get("/deals?as=table").root.all("input", name="id", form="chosen")
    done = go(eva, bar(eva, "deal", three, "deals.stage"), stage=stage("Proposal"))
    assert done.has("3 done")
    assert [one.stage.name for one in all_of(three)] == ["Proposal"] * 3
    done = go(eva, bar(eva, "deal", three, "deals.shift"), days="31")
    assert done.has("2 done, 1 skipped")
    assert [one.close_on for one in all_of(three)] == [date(2027, 1, 1), date(2027, 1, 2), None]
    done = go(eva, bar(eva, "deal", three, "deals.set", picked="amount"), value="14.400,50")
    assert done.has("3 done")
    assert [one.amount_cents for one in all_of(three)] == [1_440_050] * 3


def test_v7_all_that_match_means_the_table_with_its_stage_and_words(browse, three):
    eva = browse.signed_in("Eva")
    page = bar(eva, "deal", None, "deals.trash", "as=table&q=deal+2")
    assert page.has("1 row: all that match the list")
    assert bar(eva, "deal", None, "deals.trash", "as=table&state=won").has("Nothing is chosen")


def test_v7_deals_are_lost_with_a_reason_and_won_with_their_value(browse, three):
    eva = browse.signed_in("Eva")
    page = bar(eva, "deal", three[:2], "deals.close", picked="lost")
    assert page.form("/batches").submit(reason="").status == 422
    assert go(eva, page, reason="price").has("2 done")
    lost = all_of(three)[0].closure
    assert (lost.is_won, lost.reason) == (False, "price")
    assert go(eva, bar(eva, "deal", three, "deals.close", picked="won")).has("1 done, 2 skipped")
    assert all_of(three)[2].closure.amount_cents == 3000


def test_v6_a_value_that_somebody_changed_meanwhile_is_told_as_money_is_written(
    browse, three, write
):
    eva, deal = browse.signed_in("Eva"), three[0]
    url = f"/cells/deal/{deal}/amount"
    form = eva.get(url).form(url)
    write(lambda: setattr(db.session.get(Deal, deal), "amount_cents", 11100))
    refused = form.submit(value="90")
    assert refused.status == 409
    assert refused.has("Now: 111") and not refused.has("11100")
