"""V1: saved views: kept, shared, changed locally, pinned, opened by default, passed on."""

from urllib.parse import urlencode

import pytest

from crm.accounts.models import User
from crm.core.db import db
from crm.core.refusal import Refused
from crm.filters import actions
from crm.filters.models import SavedView
from crm.filters.queries import views_of
from crm.filters.queries.pinned import forget_counts
from crm.filters.queries.views import defaults_of
from tests.filters.reading import names


@pytest.fixture(autouse=True)
def _counts():
    forget_counts()


@pytest.fixture
def customers(demo, cast, write):
    """A view of Mona's for everybody: customers by name, with their addresses."""
    params = {"filter": "lifecycle.is:customer", "sort": "name", "columns": "name,email"}
    return write(
        lambda: (
            actions.create_view(
                "Our customers", "contact", params, by=cast["Mona"], sharing="all"
            ).id
        )
    )


def test_v1_a_list_is_kept_under_a_name_and_stands_in_the_sidebar(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/contacts?lifecycle=qualified&sort=name")
    link = next(n["href"] for n in page.root.all("a") if n.text == "Save as a view")
    saved = eva.get(link).form("/views", name="Qualified ones").submit()
    assert saved.status == 303
    shown = saved.follow()
    assert names(shown) == ["Hanne Dahl", "Marta Nowak"]
    entry = shown.root.one("ul", class_="nav views").one("a")
    assert entry.text == "Qualified ones 2" and entry["href"] == saved.location
    assert not browse.signed_in("Finn").get("/contacts").has("Qualified ones")


def test_v1_a_new_view_opens_the_lists_of_the_ticked_roles(demo, cast, browse):
    mona = browse.signed_in("Mona")
    kept = mona.get("/views/new?record=contact&query=filter%3Dlifecycle.is%3Acustomer")
    form = kept.form("/views", name="Customers", sharing="private")
    form.values["roles"] = ["rep"]
    refused = form.submit()
    assert refused.status == 422
    assert refused.has("A view that opens the list of others must be shared.")
    form = refused.form("/views", sharing="all")
    assert form.values["roles"] == "rep"
    assert form.submit().status == 303
    assert names(browse.signed_in("Eva").get("/contacts")) == ["Pieter de Vries"]


def test_v1_a_long_sidebar_leads_to_all_views(demo, cast, browse, write):
    whose = cast["Mona"].id

    def keep(first, last):
        by, params = db.session.get_one(User, whose), {"filter": "lifecycle.is:customer"}
        for n in range(first, last):
            actions.create_view(f"No. {n:02}", "contact", params, by=by, sharing="all")

    mona = browse.signed_in("Mona")
    write(lambda: keep(0, 7))
    assert not mona.get("/contacts").by_id("menu").all("a", href="/views")
    write(lambda: keep(7, 20))
    entries = mona.get("/contacts").root.one("ul", class_="nav views").all("a")
    assert [len(entries), entries[-1].text, entries[-1]["href"]] == [13, "All views", "/views"]


def test_v1_changes_to_a_shared_view_stay_local_until_it_is_saved_for_all(customers, browse):
    mona, eva = browse.signed_in("Mona"), browse.signed_in("Eva")
    url = f"/contacts?view={customers}"
    assert [n.text for n in eva.get(url).root.all("th", scope="col")] == ["Name", "E-mail"]
    local = eva.get(url + "&columns=name,owner")
    assert local.has("changed, not saved") and not local.has("Save for all")
    assert [n.text for n in local.root.all("th", scope="col")] == ["Name", "Owner"]
    assert not eva.get(url).has("changed, not saved")
    theirs = mona.get(url + "&sort=created&filter=")
    assert theirs.has("Save for all")
    theirs.form(f"/views/{customers}/content").submit()
    after = eva.get(url)
    assert not after.has("changed, not saved") and len(names(after)) > 5


def test_v1_who_saves_a_view_from_a_stale_list_overwrites_nobody(customers, browse):
    mona, olga = browse.signed_in("Mona"), browse.signed_in("Olga")
    url = f"/contacts?view={customers}"
    hers, theirs = mona.get(url + "&sort=created"), olga.get(url + "&columns=name,owner")
    hers.form(f"/views/{customers}/content").submit()
    late = theirs.form(f"/views/{customers}/content").submit()
    db.session.expire_all()
    kept = db.session.get(SavedView, customers).params
    assert (kept["sort"], kept["columns"]) == ("created", "name,email")
    shown = late.follow()
    assert shown.has("Somebody else saved this view meanwhile")
    assert shown.has("changed, not saved")
    assert [n.text for n in shown.root.all("th", scope="col")] == ["Name", "Owner"]
    shown.form(f"/views/{customers}/content").submit()
    db.session.expire_all()
    assert db.session.get(SavedView, customers).params["columns"] == "name,owner"


def test_v1_a_view_renamed_meanwhile_is_saved_over_without_a_question(customers, browse):
    mona, olga = browse.signed_in("Mona"), browse.signed_in("Olga")
    theirs = olga.get(f"/contacts?view={customers}&columns=name,owner")
    mona.get(f"/views/{customers}/edit").form(f"/views/{customers}", name="Ours").submit()
    assert theirs.form(f"/views/{customers}/content").submit().follow().has("Saved for everybody")


def test_v1_two_who_change_a_view_at_once_both_keep_what_they_typed(customers, browse):
    mona, olga = browse.signed_in("Mona"), browse.signed_in("Olga")
    path = f"/views/{customers}"

    hers, mine = mona.get(f"{path}/edit").form(path), olga.get(f"{path}/edit").form(path)
    assert hers.submit(is_pinned=None, roles=["rep"]).status == 303
    assert mine.submit(name="Buyers").status == 303
    view = db.session.get(SavedView, customers)
    assert (view.name, view.is_pinned, defaults_of(view)) == ("Buyers", False, ["rep"])


def test_v1_what_both_changed_of_a_view_is_shown_and_nothing_is_lost(customers, browse):
    mona, olga = browse.signed_in("Mona"), browse.signed_in("Olga")
    path = f"/views/{customers}"
    hers, mine = mona.get(f"{path}/edit").form(path), olga.get(f"{path}/edit").form(path)
    assert hers.submit(name="Clients", roles=["rep"]).status == 303
    late = mine.submit(name="Buyers", roles=["rep", "manager"])
    assert late.status == 409
    said = late.by_id("conflict").text
    for word in ("Clients", "Buyers", "Sales people", "Managers, Sales people"):
        assert word in said
    assert late.root.one("input", name="name")["value"] == "Buyers"
    assert late.form(path).submit(roles=["rep", "manager"]).status == 303
    view = db.session.get(SavedView, customers)
    assert view.name == "Buyers"
    assert sorted(defaults_of(view)) == ["manager", "rep"]


def test_v1_a_view_is_not_put_away_or_deleted_from_a_page_that_is_old(customers, browse):
    mona, olga = browse.signed_in("Mona"), browse.signed_in("Olga")
    path = f"/views/{customers}"
    old = olga.get(f"{path}/edit")
    mona.get(f"{path}/edit").form(path, name="Clients").submit()
    shown = old.form(f"{path}/archival").submit().follow()
    assert shown.has("Somebody else changed “Clients” meanwhile")
    typed = shown.form(path, name="Buyers")
    assert shown.form(f"{path}/archival").submit().follow().has("View put away.")
    # Whoever typed meanwhile is told, with what was typed.
    late = typed.submit()
    assert late.status == 409 and late.has("Somebody put this view away meanwhile")
    assert late.root.one("input", name="name")["value"] == "Buyers"
    # Its list is not lost either, and a button pressed twice harms nothing.
    data = {"record": "contact", "query": "sort=created", "base": ""}
    assert olga.post(f"{path}/content", data).follow().has("Save what you see as another one.")
    assert mona.post(f"{path}/archival").follow().has("Somebody put this view away already.")
    old = olga.get("/views")
    mona.post(f"{path}/restoration")
    assert old.form(f"{path}/deletion").submit().follow().has("Somebody else changed")
    assert db.session.get(SavedView, customers).archived_at is None


def test_v1_only_who_may_shares_and_changes_views_of_others(customers, cast, write, browse):
    with pytest.raises(Refused):
        write(lambda: actions.create_view("X", "contact", {}, by=cast["Eva"], sharing="all"))
    view = db.session.get(SavedView, customers)
    with pytest.raises(Refused):
        write(lambda: actions.save_over(view, {}, cast["Eva"]))
    eva = browse.signed_in("Eva")
    assert eva.get(f"/views/{customers}/edit").status == 404
    assert eva.post(f"/views/{customers}/content", {"record": "contact", "query": ""}).status == 303
    assert db.session.get(SavedView, customers).params["sort"] == "name"


def test_v1_a_list_opens_with_the_view_of_the_role(customers, cast, write, browse):
    view = db.session.get(SavedView, customers)
    write(lambda: actions.change_view(
        db.session.get(SavedView, customers), cast["Mona"], name=view.name, sharing="all",
        team_id=None, is_pinned=True, roles=["rep"],
    ))  # fmt: skip
    eva = browse.signed_in("Eva")
    assert eva.get("/contacts").has("Our customers")
    assert [n.text for n in eva.get("/contacts").root.all("th", scope="col")] == ["Name", "E-mail"]
    assert len(names(eva.get("/contacts?view=none"))) == 25
    mona = browse.signed_in("Mona").get("/contacts")
    assert [n.text for n in mona.root.all("th", scope="col")][1] == "Company"


def test_v1_pins_are_everybodys_own(customers, browse):
    eva, finn = browse.signed_in("Eva"), browse.signed_in("Finn")
    eva.post(f"/views/{customers}/pin", {"on": "0"})
    assert not eva.get("/contacts").root.all("ul", class_="nav views")
    assert finn.get("/contacts").root.one("ul", class_="nav views").has_class("views")


def test_v1_a_view_is_put_away_brought_back_and_deleted(customers, browse):
    mona, eva = browse.signed_in("Mona"), browse.signed_in("Eva")
    mona.post(f"/views/{customers}/archival")
    assert not eva.get(f"/contacts?view={customers}").has("Our customers")
    assert mona.get("/views").has("Put away")
    mona.post(f"/views/{customers}/restoration")
    assert eva.get(f"/contacts?view={customers}").has("Our customers")
    mona.post(f"/views/{customers}/archival")
    mona.post(f"/views/{customers}/deletion")
    assert db.session.get(SavedView, customers) is None


def test_v1_the_views_of_somebody_who_leaves_are_passed_on(customers, cast, write):
    (view,) = views_of(cast["Mona"])
    write(lambda: actions.transfer_view(db.session.get(SavedView, view.id), cast["Adam"]))
    assert views_of(cast["Mona"]) == []
    assert [one.id for one in views_of(cast["Adam"])] == [customers]


def test_v1_views_of_others_and_of_other_records_are_not_opened(customers, browse, cast, write):
    own = write(lambda: actions.create_view("Mine", "contact", {}, by=cast["Finn"]).id)
    eva = browse.signed_in("Eva")
    assert len(names(eva.get(f"/contacts?view={own}"))) == 25
    for path in (f"/views/{own}/edit", "/views/99999/edit"):
        assert eva.get(path).status == 404
    for junk in ("x", "-1", "9" * 30):
        assert eva.get(f"/contacts?view={junk}").status == 200


@pytest.mark.parametrize("text", ["all(cf_99.is:x)", "not(cf_99.is:x)", "all((("])
def test_v1_a_filter_of_which_nothing_is_known_any_more_means_nobody(demo, browse, text):
    eva = browse.signed_in("Eva")
    page = eva.get("/contacts", query_string={"filter": text})
    assert names(page) == []
    words = "The filter cannot be read." if "(((" in text else "so the list is empty"
    assert page.has(words)
    asked = {"record": "contact", "query": urlencode({"filter": text}), "all": "1"}
    assert eva.get("/batches/new", query_string=asked).has("The filter has to be mended first")


def test_v1_what_is_left_of_a_broken_filter_is_shown_and_no_more_than_that(
    demo, browse, write, cast
):
    text = "all(cf_99.is:x,name.contains:mira)"
    number = write(
        lambda: actions.create_view("Old", "contact", {"filter": text}, by=cast["Mona"]).id
    )
    mona = browse.signed_in("Mona")
    page = mona.get(f"/contacts?view={number}")
    assert names(page) == ["Mira Sommer"]
    assert page.has("is left out. Until it is mended, nothing is done")
    assert "Old 0" in page.root.one("ul", class_="nav views").text
    asked = {"record": "contact", "query": urlencode({"filter": text})}
    tried = mona.post("/batches", data={**asked, "all": "1", "act": "contacts.trash"})
    assert tried.status == 422 and tried.has("The filter has to be mended first")
    file = {**asked, "kind": "csv", "scope": "list", "columns": "list"}
    refused = mona.post("/exports", data=file)
    assert refused.status == 422 and refused.has("Part of the filter is not known any more.")
