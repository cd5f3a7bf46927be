"""V1, V5: the table of deals: chosen columns, any order, pages by key, fixed statements."""

from datetime import date

import pytest
from sqlalchemy import inspect

from crm.core.db import db
from crm.deals import actions
from crm.deals.models import Deal
from tests.filters.reading import names


@pytest.fixture
def sixty(cast, write, stages):
    """Sixty open deals of Eva: Deal 00 … Deal 59; each third without a value or a day."""

    def make():
        for number in range(60):
            deal = actions.create(
                f"Deal {number:02}",
                stage=stages["Discovery"],
                by=cast["Eva"],
                amount_cents=None if number % 3 == 0 else (number % 7) * 10_000,
            )
            if number % 3:
                deal.close_on = date(2026, 12, 1 + number % 5)

    write(make)


def walked(eva, url):
    """The names over all pages of a list, forward; the statements of no page exceed eight.

    One more asks in orders of names whether there are few rows.
    """
    most = 9 if any(f"sort={one}" in url for one in ("stage", "owner", "company")) else 8
    found, pages = [], []
    while url:
        page = eva.get(url)
        assert page.statements <= most, (url, page.statements)
        found += names(page)
        pages.append(page)
        onward = page.root.all("a", rel="next")
        url = onward[0]["href"] if onward else None
    return found, pages


def test_v5_the_table_of_deals_is_sorted_by_value_and_what_has_none_stands_last(sixty, browse):
    found, pages = walked(browse.signed_in("Eva"), "/deals?as=table&sort=amount")
    assert len(pages) == 2 and len(found) == len(set(found)) == 60
    # 40 have a value. 60,000 falls to nought; the later made of the same value comes first.
    assert found[:3] == ["Deal 55", "Deal 41", "Deal 34"]
    assert set(found[40:]) == {f"Deal {number:02}" for number in range(0, 60, 3)}
    assert pages[0].has("Rows 1–50 of 60") and pages[1].has("Rows 51–60 of 60")


@pytest.mark.parametrize(
    "sort", ["name", "amount", "close_on", "created_at", "stage", "owner", "company"]
)
@pytest.mark.parametrize("turned", ["", "1"])
def test_v5_pages_of_every_order_lead_there_and_back(sixty, browse, sort, turned):
    eva = browse.signed_in("Eva")
    found, pages = walked(eva, f"/deals?as=table&sort={sort}&turned={turned}")
    assert len(found) == len(set(found)) == 60
    back = eva.get(pages[1].root.one("a", rel="prev")["href"])
    assert names(back) == names(pages[0])


def test_v1_columns_of_the_table_of_deals_are_chosen_and_carried(sixty, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/deals?as=table&columns=amount,created_at,nonsense&sort=created_at")
    assert [n.text for n in page.root.all("th", scope="col")] == ["Name", "Value", "Added"]
    head = page.root.all("th", scope="col")[1].one("a")["href"]
    assert "as=table" in head and "columns=" in head and "sort=amount" in head
    won = next(n["href"] for n in page.root.all("a") if n.text.startswith("Won"))
    assert "columns=" in won and "sort=created_at" in won
    offers = [n.text for n in eva.get("/filters/columns?record=deal").root.all("li")]
    assert any(text.startswith("Next step") for text in offers)
    assert any(text.startswith("Who") for text in offers)


def test_v5_every_column_the_table_of_deals_is_sorted_by_has_an_index(app):
    indexes = inspect(db.engine).get_indexes(Deal.__tablename__)
    leading = {tuple(one["column_names"]) for one in indexes}
    assert leading >= {
        (column, "id") for column in ("sort_name", "amount_cents", "close_on", "created_at")
    }
