"""V6: what the list of tasks shows is changed in its place: title, due, owner and priority."""

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions
from crm.activities.models import Task
from crm.core.db import db
from crm.notices.models import Notice


@pytest.fixture
def task(cast, write):
    eva = cast["Eva"]
    return write(
        lambda: (
            actions.add_task(
                "Call Ada", owner_id=eva.id, due_on=date(2026, 12, 1), by=eva, team_id=cast.sales.id
            ).id
        )
    )


def the(number):
    db.session.remove()
    return db.session.get(Task, number)


def test_v6_cells_of_a_task_are_links_to_their_forms_and_save_without_script(browse, task):
    eva = browse.signed_in("Eva")
    finn = db.session.scalars(select(User.id).where(User.name.like("Finn%"))).one()
    page = eva.get("/tasks?columns=title,due,owner,priority")
    for key, value in (("title", "Call Ada again"), ("due", "2026-12-03"), ("priority", "1")):
        url = f"/cells/task/{task}/{key}"
        assert page.root.all("a", href=url)
        form = eva.get(url)
        assert form.status == 200 and form.has("Call Ada")
        assert form.form(url).submit(value=value).location.endswith("/tasks")
    found = the(task)
    assert (found.title, found.due_on, found.priority) == ("Call Ada again", date(2026, 12, 3), 1)
    assert found.due_by == datetime(2026, 12, 3, 23, 0, tzinfo=UTC)  # midnight in Berlin
    url = f"/cells/task/{task}/owner"
    mona = browse.signed_in("Mona")
    mona.get(url).form(url).submit(value=str(finn))
    assert the(task).owner_id == finn
    assert db.session.query(Notice).filter_by(user_id=finn, kind="task").count() == 1


def test_v6_htmx_gets_the_cell_as_the_list_draws_it_and_undo_takes_it_back(browse, task):
    eva = browse.signed_in("Eva")
    url, target = f"/cells/task/{task}/title", f"div#cell-task-{task}-title"
    assert eva.htmx("get", url, target).root.all("input", name="value")
    said = {"value": "Call Ben", "base": json.dumps("Call Ada")}
    saved = eva.htmx("post", url, target, data=said)
    assert saved.status == 200 and saved.root.one("a", href=f"/tasks/{task}").text == "Call Ben"
    assert saved.root.all("a", href=url) and not saved.root.all("h1")
    undo = next(n["action"] for n in saved.root.all("form") if "/undo" in n["action"])
    eva.post(undo)
    assert the(task).title == "Call Ada"


def test_v6_a_time_stays_a_time_in_the_zone_of_who_sets_it(browse, write, task):
    at = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    write(lambda: setattr(db.session.get(Task, task), "due_at", at))
    write(lambda: setattr(db.session.get(Task, task), "due_on", None))
    eva, url = browse.signed_in("Eva"), f"/cells/task/{task}/due"
    form = eva.get(url).form(url)
    assert form.values["value"] == "2026-12-01T09:00"
    form.submit(value="2026-12-02T10:30")
    assert the(task).due_at == datetime(2026, 12, 2, 9, 30, tzinfo=UTC)
    eva.get(url).form(url).submit(value="")
    assert (the(task).due_at, the(task).due_on) == (None, None)


def test_v6_a_task_changed_meanwhile_answers_409_and_a_closed_one_refuses(browse, write, task):
    eva, url = browse.signed_in("Eva"), f"/cells/task/{task}/title"
    form = eva.get(url).form(url)
    write(lambda: setattr(db.session.get(Task, task), "title", "Theirs"))
    refused = form.submit(value="Mine")
    assert refused.status == 409 and refused.has("Theirs")
    assert refused.form(url).submit().status == 303 and the(task).title == "Mine"
    assert eva.get(url).form(url).submit(value="").status == 422
    form = eva.get(url).form(url)
    write(lambda: actions.cancel_task(db.session.get(Task, task), None))
    closed = form.submit(value="Late")
    assert closed.status == 422 and closed.has("closed already") and the(task).title == "Mine"
    assert not eva.get("/tasks?when=done&columns=title").root.all("a", href=url)


def test_v6_others_neither_see_nor_change_a_cell(browse, task):
    url = f"/cells/task/{task}/title"
    assert browse.signed_in("Otto").get(url).status == 404
    assert browse.signed_in("Rita").get(url).status == 403
    assert browse.signed_in("Eva").get(f"/cells/task/{task}/kind").status == 404
