"""V7: merging from the list's bar, with and without script, and the addresses afterwards."""

from urllib.parse import unquote

from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from tests.duplicates.conftest import rows


def test_v7_the_form_asks_which_record_stays_and_what_it_says(pair, browse):
    one, two = pair
    eva = browse.signed_in("Eva")
    listed = eva.get("/contacts")
    assert listed.has("More…")
    way = f"/batches/new?record=contact&act=contacts.merge&ids={one},{two}"
    links = [link.get("href") for link in eva.get(f"/contacts/{one}").root.all("a")]
    assert way in [unquote(link or "") for link in links]
    page = eva.get(way)
    assert page.has("Which record stays") and page.has("Head of buying")
    assert page.has("Sequences that the others were in stop. It can be undone for 30 days.")
    form = page.form("/batches")
    answer = form.submit(keep=str(two), take_job_title=str(one), take_name="0")
    shown = answer.follow()
    assert shown.has("This would happen") and shown.has("Taken over: Job title: Buyer")
    number = int(answer.location.rsplit("/", 1)[1])
    done = shown.form(f"/batches/{number}/start").submit().follow()
    assert done.has("See and undo")
    assert [row[1] for row in rows(number)] == ["done"]
    kept = db.session.get_one(Contact, two)
    assert (kept.name, kept.job_title) == ("Ada M. Lorenz", "Buyer")
    old = eva.get(f"/contacts/{one}")
    assert (old.status, old.location) == (301, f"/contacts/{two}")
    assert eva.get(f"/contacts/{two}").has("Ada Lorenz was merged into this")
    eva.post(f"/contacts/{one}/tags", {"name": "by the old address"})
    db.session.rollback()
    assert "by the old address" in [tag.name for tag in db.session.get_one(Contact, two).tags]
    assert eva.post(f"/contacts/{one}/restoration").status == 404
    assert not eva.get("/trash").has("Ada Lorenz")


def test_v7_only_who_may_delete_many_may_merge(pair, browse):
    one, two = pair
    rita = browse.signed_in("Rita")
    url = f"/batches/new?record=contact&id={one}&id={two}&act=contacts.merge"
    assert rita.get(url).status == 403
    assert not browse.signed_in("Otto").get(url).has("Lorenz")


def test_v7_one_row_alone_is_told_to_choose_more(pair, browse):
    page = browse.signed_in("Eva").get(
        f"/batches/new?record=contact&id={pair[0]}&act=contacts.merge"
    )
    assert page.has("Choose 2 to 10 rows to make one of them.")


def test_v7_all_that_match_are_merged_group_by_group(pair, browse):
    one, _two = pair
    eva = browse.signed_in("Eva")
    page = eva.get("/batches/new?record=contact&all=1&act=contacts.merge_groups")
    answer = page.form("/batches").submit(same="exact", stays="latest")
    number = int(answer.location.rsplit("/", 1)[1])
    assert [row[:2] for row in rows(number)] == [(one, "planned")]
    assert answer.follow().has("the same mailbox")


def test_v7_a_group_is_left_out_of_all_that_match_and_taken_in_again(pair, act, cast, browse):
    def twins(eva):
        return [
            contacts.create(name="Bo Twin", emails=[text], owner_id=eva.id, by=eva).id
            for text in ("bo.twin@gmail.com", "botwin@gmail.com", "b.otwin@gmail.com")
        ]

    bo, ada = act("Eva", twins), pair
    eva = browse.signed_in("Eva")
    page = eva.get("/batches/new?record=contact&all=1&act=contacts.merge_groups")
    url = page.form("/batches").submit(same="exact", stays="oldest").location
    number = int(url.rsplit("/", 1)[1])
    places = {record: place for place, (record, _how, _words) in enumerate(rows(number), 1)}
    assert set(places) == {ada[1], *bo[1:]}
    # One of a group leaves it whole: with half of it, its values would be chosen by nobody.
    out = f"{url}/items/{places[bo[2]]}/omission"
    page = eva.get(url)
    left = eva.htmx("post", out, "section#items", data={"csrf_token": page.browse.csrf()})
    assert {n["hx-target"] for n in left.root.all("hx-partial")} >= {"#progress"}
    assert left.has("1 to do, 2 skipped") and left.has("Left out by hand.")
    again = f"{url}/items/{places[bo[1]]}/inclusion"
    assert eva.get(url).form(again).submit().follow().has("3 to do")
    eva.get(url).form(out).submit()
    assert eva.get(url).form(f"{url}/start").submit().status == 303
    assert {row[0]: row[1] for row in rows(number)} == {
        ada[1]: "done", bo[1]: "skipped", bo[2]: "skipped"
    }  # fmt: skip
    assert eva.post(out).follow().has("Rows are left out before the work begins.")


def test_v7_the_history_of_a_merger_asks_no_more_for_further_tables(pair, plan, go, undo, browse):
    number = go(plan(list(pair)))
    eva = browse.signed_in("Eva")
    assert eva.get(f"/history/{number}").statements <= 12
    undone = eva.get(f"/history/{undo(number)}")
    assert undone.has("Ada M. Lorenz")
    assert undone.statements <= 12
