"""Two people at one task at the same time: neither loses what they did."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.activities.models import Entry, Task
from crm.contacts import actions as contact_actions
from crm.core.db import db


@pytest.fixture
def mira(cast, write):
    """The address of a contact whom all of Sales see."""
    eva = cast["Eva"]
    address = "mira@hafen.example"
    more = {"owner_id": eva.id, "team_id": cast.sales.id, "by": eva}
    write(lambda: contact_actions.create(name="Mira Sommer", emails=[address], **more))
    return address


@pytest.fixture
def eva(browse, task_id, mira):
    """Eva at her browser; task and contacts were added before she opened it."""
    return browse.signed_in("Eva")


def test_a_stale_edit_of_a_title_keeps_what_a_colleague_linked(eva, browse, task_id, ben_id):
    stale = eva.get(f"/tasks/{task_id}/edit").form(f"/tasks/{task_id}", title="Call them")
    mona = browse.signed_in("Mona")
    freed = mona.get(f"/tasks/{task_id}/edit").form(f"/tasks/{task_id}", contact="")
    assert freed.submit().status == 303
    assert stale.submit().status == 303
    task = db.session.get(Task, task_id)
    assert (task.title, task.contact_id) == ("Call them", None)


def test_a_record_that_two_people_named_is_shown_with_both(eva, browse, task_id, ben_id, mira):
    stale = eva.get(f"/tasks/{task_id}/edit").form(f"/tasks/{task_id}", contact="")
    mona = browse.signed_in("Mona")
    address = mona.get(f"/tasks/{task_id}/edit")
    assert address.form(f"/tasks/{task_id}", contact=mira).submit().status == 303
    page = stale.submit()
    assert page.status == 409
    assert page.has("Contact: Mira Sommer")
    again = page.form(f"/tasks/{task_id}").submit()
    assert (again.status, db.session.get(Task, task_id).contact_id) == (303, None)


def test_what_the_second_typed_about_a_task_that_is_done_is_kept(eva, browse, task_id):
    url = f"/tasks/{task_id}/completion"
    browse.signed_in("Mona").post(url, data={"outcome": "No answer."})
    page = eva.post(url, data={"outcome": "He signs on Friday."})
    assert page.status == 409
    assert page.has("Mona Keller ticked this off meanwhile")
    assert page.by_id("finish-outcome").raw.strip() == "He signs on Friday."
    assert db.session.get(Task, task_id).outcome == "No answer."
    assert page.form(url).submit().status == 303
    outcome = db.session.get(Task, task_id).outcome
    assert outcome == "No answer.\nEva Lindqvist: He signs on Friday."
    note = db.session.scalars(select(Entry).where(Entry.kind == "note")).one()
    assert note.body == "Call Ben: He signs on Friday."


def test_ticking_off_what_somebody_else_did_says_so(eva, browse, task_id):
    url = f"/tasks/{task_id}/completion"
    browse.signed_in("Mona").post(url)
    row = eva.htmx("post", url, f"li#task-{task_id}")
    assert row.has("Somebody else closed this already.")


def test_a_stale_page_puts_nothing_off_over_somebody_else(eva, browse, task_id):
    url = f"/tasks/{task_id}/snooze"
    stale = eva.get(url).form(url, until="next_week")
    mona = browse.signed_in("Mona")
    mona.get(url).form(url, until="tomorrow").submit()
    page = stale.submit()
    assert page.status == 409
    assert page.has("Now due: Wed 25 Nov")
    assert db.session.get(Task, task_id).due_on == date(2026, 11, 25)
    assert page.form(url).submit().status == 303
    assert db.session.get(Task, task_id).due_on == date(2026, 12, 1)


def test_c12_a_due_time_that_two_people_set_reads_as_it_does_elsewhere(eva, browse, task_id):
    url = f"/tasks/{task_id}"
    stale = eva.get(f"{url}/edit").form(url, day="2026-11-27", time="11:00")
    other = browse.signed_in("Mona").get(f"{url}/edit")
    assert other.form(url, day="2026-11-26", time="11:00").submit().status == 303
    page = stale.submit()
    assert page.status == 409
    assert page.has("Due: Thu 26 Nov, 11:00")
