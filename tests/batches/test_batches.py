"""V7: acts over many records: dry run, small pieces, results row by row, resuming."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.accounts.actions import switch_rights
from crm.accounts.models import User
from crm.accounts.rules import RIGHTS
from crm.batches import actions, jobs
from crm.batches.models import Batch, BatchItem
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tag, Tagging
from crm.core import clock
from crm.core.db import db
from crm.core.sheets import plain_cell, safe_cell
from crm.history.models import ChangeSet


@pytest.fixture
def people_ids(cast, write):
    """130 contacts of the Sales team; every tenth has the tag already."""

    def add():
        eva, made = cast["Eva"], []
        for n in range(130):
            one = contacts.create(name=f"Person {n:03}", team_id=cast.sales.id, by=eva)
            if n % 10 == 0:
                contacts.tag(one, "vip", by=eva)
            made.append(one.id)
        return made

    return write(add)


@pytest.fixture
def eva_id(cast):
    return cast["Eva"].id


def planned(write, eva_id, ids, key="contacts.tag"):
    def act():
        eva = db.session.get(User, eva_id)
        return actions.plan(key, by=eva, records=ids, options={"tag": "vip"}).id

    return write(act)


def batch(number):
    db.session.remove()
    return db.session.get(Batch, number)


def tagged():
    db.session.remove()
    return db.session.scalar(
        select(func.count()).select_from(Tagging).join(Tag).where(Tag.name == "vip")
    )


def go(write, number, eva_id):
    write(lambda: actions.start(db.session.get(Batch, number), db.session.get(User, eva_id)))


def test_v7_the_dry_run_counts_and_changes_nothing(app, write, eva_id, people_ids):
    number = planned(write, eva_id, people_ids)
    jobs.work_on(number)
    found = batch(number)
    assert found.state == "checked"
    assert found.counts == {"planned": 117, "skipped": 13}
    assert tagged() == 13


def test_v7_it_is_done_row_by_row_as_one_act(app, write, eva_id, people_ids):
    number = planned(write, eva_id, people_ids)
    jobs.work_on(number)
    before = db.session.scalar(select(func.max(ChangeSet.id)))
    go(write, number, eva_id)
    jobs.work_on(number)
    found = batch(number)
    assert (found.state, found.counts) == ("done", {"done": 117, "skipped": 13})
    assert tagged() == 130
    sets = db.session.scalars(select(ChangeSet.id).where(ChangeSet.id > before)).all()
    assert sets == [found.change_set_id]


def test_v7_all_that_match_are_pinned_by_one_statement(app, write, eva_id, people_ids):
    number = planned(write, eva_id, select(Contact.id).where(Contact.name < "Person 100"))
    assert batch(number).total == 100
    write(lambda: contacts.create(name="Person 099b"))
    jobs.work_on(number)
    assert batch(number).total == 100


def test_v7_of_a_select_that_takes_only_so_many_those_are_pinned(app, write, eva_id, people_ids):
    last = select(Contact.id).order_by(Contact.id.desc()).limit(30)
    number = planned(write, eva_id, last)
    assert batch(number).total == 30
    pinned = select(BatchItem.record_id).where(BatchItem.batch_id == number)
    assert sorted(db.session.scalars(pinned)) == sorted(people_ids)[-30:]


def test_v7_a_fault_of_ours_ends_the_batch_and_says_so(app, write, eva_id, people_ids, browse):
    eva = browse.signed_in("Eva")

    def with_no_word():
        by = db.session.get(User, eva_id)
        return actions.plan("contacts.tag", by=by, records=people_ids, options={"tag": 7}).id

    number = write(with_no_word)
    with pytest.raises(AttributeError):
        jobs.work_on(number)
    assert batch(number).state == "failed"
    assert eva.get(f"/batches/{number}").has("This met a fault in Tend itself and has stopped.")


def test_v7_a_killed_worker_leaves_a_place_to_go_on_from(
    app, write, eva_id, people_ids, the_clock, browse
):
    eva = browse.signed_in("Eva")
    number = planned(write, eva_id, people_ids)
    jobs.work_on(number)
    go(write, number, eva_id)
    assert write(lambda: actions.claim(number, "dead"))
    assert write(lambda: actions.step(number, "dead"))
    assert batch(number).counts["done"] == 50  # those first that were planned
    jobs.work_on(number)  # the lease still runs
    assert batch(number).counts["done"] == 50
    assert not eva.get(f"/batches/{number}").has("Nobody has worked on this")
    the_clock.forward(seconds=20)
    assert eva.get(f"/batches/{number}").has("Nobody has worked on this for 20 seconds")
    the_clock.forward(seconds=11)
    jobs.work_on(number)
    assert not eva.get(f"/batches/{number}").has("Nobody has worked on this")
    assert batch(number).counts == {"done": 117, "skipped": 13}
    assert tagged() == 130


def test_v7_who_stole_the_lease_works_alone(app, write, eva_id, people_ids, the_clock):
    number = planned(write, eva_id, people_ids)
    jobs.work_on(number)
    go(write, number, eva_id)
    write(lambda: actions.claim(number, "first"))
    the_clock.forward(seconds=61)
    assert write(lambda: actions.claim(number, "second"))
    assert not write(lambda: actions.step(number, "first"))
    assert write(lambda: actions.step(number, "second"))


def test_v7_stopping_keeps_what_was_done(app, write, eva_id, people_ids):
    number = planned(write, eva_id, people_ids)
    jobs.work_on(number)
    go(write, number, eva_id)
    write(lambda: actions.claim(number, "one"))
    write(lambda: actions.step(number, "one"))
    write(lambda: actions.cancel(db.session.get(Batch, number), db.session.get(User, eva_id)))
    write(lambda: actions.step(number, "one"))
    found = batch(number)
    assert (found.state, found.counts["done"], found.counts["planned"]) == ("cancelled", 50, 67)


def test_v7_rows_one_may_not_see_are_refused_with_the_reason(app, write, eva_id, cast):
    foreign, own = write(
        lambda: (
            contacts.create(name="Of Partners", team_id=cast.partners.id).id,
            contacts.create(name="Of Sales", team_id=cast.sales.id).id,
        )
    )
    number = planned(write, eva_id, [foreign, own])
    rows = db.session.execute(
        select(BatchItem.record_id, BatchItem.state, BatchItem.reason).order_by(BatchItem.position)
    ).all()
    assert rows[0] == (foreign, "refused", "It is gone, or you may not see it.")
    assert rows[1] == (own, "planned", "")
    assert batch(number).state == "checked"


def test_v7_somebody_who_left_meanwhile_does_nothing_more(app, write, eva_id, people_ids):
    number = planned(write, eva_id, people_ids)
    jobs.work_on(number)
    go(write, number, eva_id)
    write(lambda: setattr(db.session.get(User, eva_id), "deactivated_at", clock.now()))
    jobs.work_on(number)
    found = batch(number)
    assert found.state == "failed"
    assert "may no longer do this" in found.error
    assert tagged() == 13


def owner():
    return db.session.scalars(select(User).where(User.role == "owner")).one()


def test_v7_the_page_shows_the_plan_the_rows_and_the_way_to_do_it(
    browse, write, eva_id, people_ids
):
    number = planned(write, eva_id, people_ids[:25])
    eva = browse.signed_in("Eva")
    page = eva.get(f"/batches/{number}")
    assert page.has("Add the tag “vip”")
    assert page.has("22 to do, 3 skipped")
    assert page.has("Nothing has changed yet.")
    assert page.has("It has the tag already.")
    asked = eva.htmx("GET", f"/batches/{number}", "section#progress")
    assert asked.has("22 to do, 3 skipped") and asked.has("It has the tag already.")
    assert page.form(f"/batches/{number}/start").submit().status == 303
    jobs.work_on(number)
    assert eva.get(f"/batches/{number}").has("22 done, 3 skipped")
    assert eva.get("/batches").has("Add the tag “vip”")
    assert eva.get(f"/batches/{number}/results.csv").status == 403
    assert not eva.get(f"/batches/{number}").has("All rows as CSV")
    usual = {right for right, roles in RIGHTS.items() if "rep" in roles}
    write(lambda: switch_rights("rep", {*usual, "export_records"}, owner()))
    assert eva.get(f"/batches/{number}").has("All rows as CSV")
    lines = eva.get(f"/batches/{number}/results.csv").html.splitlines()
    assert lines[0] == "number,name,state,reason"
    assert len(lines) == 26
    assert browse.signed_in("Finn").get(f"/batches/{number}").status == 404


def test_v7_old_results_are_forgotten(app, write, eva_id, people_ids, the_clock):
    number = planned(write, eva_id, people_ids[:3])
    the_clock.set((clock.now() + timedelta(days=31)).isoformat())
    jobs.sweep()
    assert batch(number) is None
    assert db.session.scalar(select(func.count()).select_from(BatchItem)) == 0


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@a", "\tb", "'=c", " =d", "'it", "’s"])
def test_i4_a_cell_is_safe_and_comes_back_as_it_was(text):
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", " ="))
    assert plain_cell(safe_cell(text)) == text


@pytest.mark.parametrize("text", ["+49 30 1234", "-5", "12.50", "plain", ""])
def test_i4_numbers_and_plain_words_stay(text):
    assert safe_cell(text) == text
