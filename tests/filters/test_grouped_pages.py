"""V1: the pages of lists in groups: heads, folding, the rest of a group, what it costs."""

import re

from sqlalchemy import select

from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.filters.queries import Grouped
from tests.filters.reading import names


def heads(page):
    """What stands in the heads of groups."""
    return [node.text for node in page.root.all("a", class_="fold")]


def test_v1_contacts_are_grouped_and_a_group_is_opened_alone(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/contacts?group=lifecycle&sort=name")
    assert "Qualified" in heads(page) and page.statements <= 8
    offers = {n.text: n["href"] for n in page.root.one("div", id="group-menu").all("a")}
    assert {"No groups", "Owner", "Lifecycle", "Tier level", "Company"} <= set(offers)
    assert offers["No groups"] == "/contacts?sort=name"
    whole = eva.get("/contacts?group=owner")
    rest = next(n for n in whole.root.all("a") if re.match(r"All \d", n.text))
    alone = eva.get(rest["href"])
    assert "Owner is" in alone.root.text and not heads(alone)
    said = rest.text.removeprefix("All ").split(":")[0]
    assert alone.has(f"of {said}") and len(names(alone)) == min(int(said), 25)


def test_v1_a_group_is_folded_and_unfolded_by_its_head(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/contacts?group=quiz_level&sort=name")
    every = heads(page)
    turned = eva.get(page.root.all("a", class_="fold")[0]["href"])
    first = turned.root.all("a", class_="fold")[0]
    assert first["aria-expanded"] == "false" and heads(turned) == every
    assert len(names(turned)) < len(names(page))
    assert names(eva.get(first["href"])) == names(page)


def test_v1_a_fold_keeps_what_is_folded_on_other_pages(demo, browse):
    page = browse.signed_in("Eva").get("/contacts?group=owner&shut=4711")
    assert all("4711" in node["href"] for node in page.root.all("a", class_="fold"))


def test_v1_a_page_whose_groups_are_empty_still_leads_to_the_others():
    assert Grouped([], None, "place") and Grouped([], "place", None)
    assert not Grouped([])


def test_v1_companies_and_groups_of_records_are_paged_by_name(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/contacts?group=company&sort=name")
    assert page.statements <= 8
    seen, url = [], "/contacts?group=company&sort=name"
    while url:
        page = eva.get(url)
        seen += heads(page)
        onward = page.root.all("a", rel="next")
        url = onward[0]["href"] if onward else None
    firms = seen[:-1]
    assert "Hafen GmbH" in firms and seen[-1] == "Company: none"
    assert firms == sorted(firms, key=str.casefold) and len(set(seen)) == len(seen)
    assert eva.get("/companies?group=owner").statements <= 8


def test_v1_a_grouping_is_kept_in_a_view_and_its_folds_too(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/contacts?group=owner&shut=none")
    link = next(n["href"] for n in page.root.all("a") if n.text == "Save as a view")
    shown = eva.get(link).form("/views", name="By owner").submit().follow()
    assert heads(shown) == heads(page) and "changed, not saved" not in shown.html


def test_v1_a_group_that_makes_no_sense_is_no_group(demo, browse):
    eva = browse.signed_in("Eva")
    for junk in ("nonsense", "email", "cf_99", "name"):
        page = eva.get(f"/contacts?group={junk}")
        assert page.status == 200 and not heads(page)
    for place in ("after=x", "before=W10", "after=" + "a" * 300):
        assert eva.get(f"/contacts?group=company&{place}").status == 200


def test_v1_an_outsider_sees_no_group(demo, browse):
    assert heads(browse.signed_in("Otto").get("/contacts?group=owner")) == []


def test_v1_who_has_two_tags_stands_in_both_groups_and_the_page_says_so(demo, browse, write):
    def tagged():
        mira = db.session.scalars(select(Contact).where(Contact.name.like("Mira %"))).one()
        for name in ("Alpha", "Beta"):
            contacts.tag(mira, name)
        return mira.id

    mira, eva = write(tagged), browse.signed_in("Eva")
    page = eva.get("/contacts?group=tags&sort=name&q=mira")
    assert {"Alpha", "Beta"} <= set(heads(page))
    assert page.has("may come to more than the list") and page.has("in a group above too")
    assert len(names(page)) >= 2 and len(set(names(page))) == 1
    assert len([n for n in page.root.all("tr") if n.get("id") == f"contact-{mira}"]) == 1
    assert len(page.root.all("input", name="id")) == 1
    assert page.has("groups on this page, rows in all: 1")
    assert not eva.get("/contacts?group=owner").has("may come to more than the list")
