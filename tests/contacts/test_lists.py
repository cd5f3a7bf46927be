"""The list of contacts: filters, orders, pages by key, and what it costs."""

from datetime import timedelta

import pytest

from crm.contacts import actions, queries
from crm.contacts.models import Contact
from crm.contacts.queries import Filters
from crm.core import clock
from crm.core.db import db


@pytest.fixture
def sixty(app, cast, write):
    """Sixty contacts of Eva: many of the same name, score and time; a third without a score."""

    def add():
        now = clock.now()
        for n in range(60):
            contact = actions.create(
                name=f"Anna {'ABC'[n % 3]}", owner_id=cast["Eva"].id, team_id=cast.sales.id
            )
            contact.quiz_score = None if n % 3 == 0 else n % 2 * 10
            contact.last_touch_at = None if n % 4 == 0 else now - timedelta(hours=n % 2)

    write(add)


def walk(eva, filters):
    """Every page forwards, then back to the first: the numbers in the order shown."""
    pages, after = [], None
    while True:
        listed = queries.listed(eva, filters, after=after)
        pages.append([row.id for row in listed.rows])
        assert listed.first == 1 + sum(len(page) for page in pages[:-1])
        last, after = listed, listed.next
        if not after:
            break
    back = [pages[-1]]
    while last.previous:
        last = queries.listed(eva, filters, before=last.previous)
        back.insert(0, [row.id for row in last.rows])
    return pages, back


@pytest.mark.parametrize("sort", ["name", "score", "touch", "created"])
@pytest.mark.parametrize("is_turned", [False, True])
def test_pages_over_ties_show_everybody_once_forwards_and_backwards(sixty, cast, sort, is_turned):
    pages, back = walk(cast["Eva"], Filters(sort=sort, is_turned=is_turned))
    assert [len(page) for page in pages] == [25, 25, 10]
    everybody = [number for page in pages for number in page]
    assert len(set(everybody)) == 60
    assert [number for page in back for number in page] == everybody


def test_those_without_a_score_stand_last_whichever_way(sixty, cast):
    for is_turned in (False, True):
        pages, _back = walk(cast["Eva"], Filters(sort="score", is_turned=is_turned))
        scores = [db.session.get(Contact, number).quiz_score for page in pages for number in page]
        assert scores[:40] == sorted(scores[:40], reverse=not is_turned)
        assert scores[40:] == [None] * 20


def test_a_place_of_another_order_or_junk_is_the_first_page(sixty, cast):
    eva = cast["Eva"]
    first = queries.listed(eva, Filters(sort="name"))
    place = queries.listed(eva, Filters(sort="score")).next
    for junk in (place, "x", "%", "W10", "\x00", "a" * 1000):
        again = queries.listed(eva, Filters(sort="name"), after=junk)
        assert [row.id for row in again.rows] == [row.id for row in first.rows]


def test_neighbours_follow_the_order_of_the_list(sixty, cast):
    eva, filters = cast["Eva"], Filters(sort="name")
    pages, _back = walk(eva, filters)
    order = [number for page in pages for number in page]
    third = db.session.get(Contact, order[2])
    assert queries.neighbours(eva, filters, third) == (order[1], order[3])
    first = db.session.get(Contact, order[0])
    assert queries.neighbours(eva, filters, first) == (None, order[1])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=mira", {"Mira Sommer"}),
        ("q=hafen.example", {"Mira Sommer", "Holger Petersen"}),
        ("q=040+36112", {"Mira Sommer"}),
        ("tag=solar", {"Jonas Petrov", "Katrin B\u00f6hm"}),
        ("lifecycle=qualified", {"Marta Nowak", "Hanne Dahl"}),
        ("owner=me&lifecycle=qualified", {"Marta Nowak"}),
        ("owner=nobody&tag=food", {"Paolo Conti"}),
    ],
)
def test_filters_leave_those_that_fit(demo, browse, query, found):
    page = browse.signed_in("Eva").get("/contacts?" + query)
    assert {n.text for n in page.root.all("a", class_="name")} == found


def test_a_filter_that_fits_nobody_says_so_and_leads_out(demo, browse):
    page = browse.signed_in("Eva").get("/contacts?q=zzzz&tag=solar")
    assert page.has("Nobody matches")
    assert page.root.all("a", href="/contacts")


def test_the_list_keeps_its_filters_through_the_pager(demo, browse):
    page = browse.signed_in("Eva").get("/contacts?sort=name&tier=")
    onward = page.root.one("a", rel="next")["href"]
    assert "sort=name" in onward
    second = page.browse.get(onward)
    assert second.has("Rows 26\u201339 of 39")
    assert second.root.one("a", rel="prev")


def test_htmx_gets_the_list_alone(demo, browse):
    part = browse.signed_in("Eva").htmx("get", "/contacts?q=mira", "section#list")
    assert not part.is_page
    assert part.root.children[0]["id"] == "list"
    assert part.has("Mira Sommer")
    assert not part.has("Theo Vogel")


def test_the_list_takes_eight_statements_whatever_it_shows(demo, browse):
    eva = browse.signed_in("Eva")
    for url in ("/contacts", "/contacts?sort=name", "/contacts?sort=score", "/contacts?owner=me"):
        assert eva.get(url).statements <= 8, url


def test_an_outsider_sees_an_empty_list(demo, browse):
    page = browse.signed_in("Otto").get("/contacts")
    assert page.has("Nobody here yet")
    assert not page.has("Mira Sommer")


def test_junk_in_the_address_filters_nothing(demo, browse):
    eva = browse.signed_in("Eva")
    for query in (
        "owner=abc",
        "owner=99999999999999999999",
        "company=-1",
        "sort=DROP",
        "tier=x",
        "lifecycle[]=x",
        "after=%F0%9F",
        "before=AAAA",
        "tag=" + "x" * 3000,
        "turned=2",
    ):
        assert eva.get("/contacts?" + query).status == 200, query
