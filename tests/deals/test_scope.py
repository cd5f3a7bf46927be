"""V1, V2: the state and pipeline of the list of deals are defaults; a filter may ask further."""

import pytest
from sqlalchemy import select

from crm.core.db import db
from crm.deals import actions
from crm.deals.models import Pipeline
from crm.filters import actions as filters
from tests.batches.test_bar import bar
from tests.filters.reading import names

LEFT_OUT = "The filter asks for more than that."


@pytest.fixture
def five(cast, write, stages):
    """Eva's in Sales: Open one, Open two, Won one, Lost one; in Partners in francs: Abroad."""

    def make():
        eva = cast["Eva"]

        def add(name, stage, cents):
            return actions.create(name, stage=stage, by=eva, amount_cents=cents)

        add("Open one", stages["Discovery"], 10_000)
        add("Open two", stages["Proposal"], 20_000)
        actions.close(
            add("Won one", stages["Discovery"], 40_000), eva, is_won=True, amount_cents=40_000
        )
        actions.close(
            add("Lost one", stages["Discovery"], 80_000), eva, is_won=False, reason="price"
        )
        line = actions.create_pipeline("Partners", "CHF", by=cast["Mona"])
        add("Abroad", next(one for one in line.stages if one.kind == "open"), 70_000)

    write(make)
    lines = {one.name: one for one in db.session.scalars(select(Pipeline))}
    sales, partners = lines["Sales"], lines["Partners"]
    won = next(one.id for one in sales.stages if one.kind == "won")
    away = next(one.id for one in partners.stages if one.kind == "open")
    return {"sales": sales.id, "partners": partners.id, "won": won, "away": away}


def listed(eva, query):
    page = eva.get(f"/deals?as=table&sort=name&{query}")
    assert page.statements <= 8
    return names(page)


ASKED = {
    "": "Open one, Open two",
    "state=all": "Lost one, Open one, Open two, Won one",
    "pipeline=all": "Abroad, Open one, Open two",
    "state=all&pipeline=all": "Abroad, Lost one, Open one, Open two, Won one",
    "filter=state.is:won": "Won one",
    "filter=state.one_of:won|lost|open": "Lost one, Open one, Open two, Won one",
    "filter=not(state.is:open)": "Lost one, Won one",
    "filter=closed_on.last:300": "Lost one, Won one",
    "filter=lost_reason.is:price": "Lost one",
    "filter=any(lost_reason.is:price,name.is:open one)": "Lost one, Open one",
    "filter=pipeline.is:{partners}": "Abroad",
    "filter=pipeline.one_of:{sales}|{partners}": "Abroad, Open one, Open two",
    "filter=stage.is:{won}": "Won one",
    "filter=stage.is:{away}": "Abroad",
    # What the address says stands beside the filter.
    "state=won&filter=amount.gt:1": "Won one",
    "state=won&filter=state.is:lost": "",
    "pipeline={sales}&filter=pipeline.is:{partners}": "",
    # What is asked of the other deals of a person is not asked of these.
    "filter=contact.none(deals.some(state.is:won))": "Open one, Open two",
}


def test_v2_a_filter_reaches_the_deals_it_speaks_of(five, browse):
    eva = browse.signed_in("Eva")
    for query, expected in ASKED.items():
        assert ", ".join(listed(eva, query.format(**five))) == expected, query


def test_v1_the_page_says_which_state_and_pipelines_it_shows(five, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/deals?as=table&filter=state.one_of:won|open")
    state = page.root.one("nav", **{"aria-label": "State"})
    assert [(one.text, one.get("aria-current")) for one in state.all("a")] == [
        ("Open", None), ("Won", None), ("Lost", None), ("All", "true"),
    ]  # fmt: skip
    assert "state=open" in state.all("a")[0]["href"]
    # 100 and 200 and 400 euros in Sales; 700 francs more beyond.
    assert page.by_id("totals").text == "3 deals, €700."
    every = eva.get("/deals?as=table&pipeline=all&state=all")
    assert every.root.one("h1").text == "Deals: all pipelines"
    assert every.by_id("totals").text == "5 deals, €1,500, CHF700."
    empty = eva.get("/deals?as=table&q=won+one")
    [wider] = [one for one in empty.root.all("a") if one.text.startswith("Look in every")]
    assert names(eva.get(wider["href"])) == ["Won one"]


def test_v1_groups_views_and_bulk_follow_what_the_list_shows(five, browse, people, write):
    eva = browse.signed_in("Eva")
    page = eva.get("/deals?as=table&state=all&pipeline=all&group=stage")
    heads = page.root.all("th", scope="colgroup") or page.root.all("tr", class_="group")
    assert len(heads) == 5 and heads[0].text.startswith("Sales: Discovery")
    chosen = bar(eva, "deal", None, "deals.trash", "as=table&filter=state.one_of:won|lost|open")
    assert chosen.has("4 rows: all that match the list")
    params = {"as": "table", "filter": "state.one_of:won|lost"}
    number = write(lambda: filters.create_view("Closed", "deal", params, by=people("Eva")).id)
    view = eva.get(f"/deals?view={number}")
    assert sorted(names(view)) == ["Lost one", "Won one"]
    [link] = [one for one in view.root.all("a") if one["href"] == f"/deals?view={number}"][:1]
    assert link.text.endswith("2")


def test_d3_the_board_keeps_one_pipeline_and_says_so(five, browse):
    eva = browse.signed_in("Eva")
    board = eva.get(f"/deals?filter=pipeline.is:{five['partners']}")
    assert board.has("Deals: Partners pipeline") and board.has("Abroad")
    assert not board.has(LEFT_OUT)
    for query in (
        "state.is:won",
        f"pipeline.one_of:{five['sales']}|{five['partners']}",
        f"stage.is:{five['away']}",
    ):
        board = eva.get(f"/deals?filter={query}")
        assert board.has("here of Sales") and board.has(LEFT_OUT), query
        [table] = [one for one in board.root.all("a") if one.text == "Show all of them as a table"]
        assert names(eva.get(table["href"])), query
    assert not eva.get("/deals?filter=amount.gt:1").has(LEFT_OUT)
