"""V1, V5: the list of tasks: chosen columns, any order, groups, fixed statements."""

from datetime import date

import pytest
from sqlalchemy import inspect

from crm.accounts.models import Leave
from crm.activities import actions, jobs
from crm.activities.models import Task
from crm.activities.routes.listing import ROWS
from crm.core.db import db
from crm.notices.models import Notice
from tests.filters.reading import names


@pytest.fixture
def seven(cast, write):
    """Tasks of Eva on the 24th of November: one late, two today, one this week, later, undated."""
    eva = cast["Eva"]
    days = [
        ("Late one", date(2026, 11, 20)), ("Today A", date(2026, 11, 24)),
        ("Today B", date(2026, 11, 24)), ("Thursday", date(2026, 11, 26)),
        ("Christmas", date(2026, 12, 24)), ("Some day", None), ("Was done", date(2026, 11, 23)),
    ]  # fmt: skip

    def add():
        for place, (title, day) in enumerate(days):
            task = actions.add_task(
                title, owner_id=eva.id, by=eva, due_on=day, priority=place % 2,
                kind="call" if place < 2 else "todo",
            )  # fmt: skip
        actions.complete_task(task, eva)

    write(add)


def heads(page):
    return [node.text.split(" ")[0] for node in page.root.all("a", class_="fold")]


def test_v1_tasks_are_sorted_and_shown_in_chosen_columns(seven, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/tasks")
    assert names(page)[:2] == ["Late one", "Today A"] and names(page)[-1] == "Some day"
    assert [n.text for n in page.root.all("th", scope="col")] == ["Title", "Due", "About", "Owner"]
    page = eva.get("/tasks?columns=title,kind,priority,created_at&sort=priority")
    assert names(page)[:3] == ["Some day", "Thursday", "Today A"]  # the three of high priority
    heads = [n.text for n in page.root.all("th", scope="col")]
    assert heads == ["Title", "Kind", "Priority", "Added"]
    assert page.has("Call") and page.has("High")
    assert names(eva.get("/tasks?when=done")) == ["Was done"]
    tabs = next(n["href"] for n in page.root.all("a") if n.text.startswith("Late"))
    assert "columns=" in tabs and "sort=priority" in tabs


def test_v1_tasks_in_groups_stand_under_late_today_and_later(seven, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/tasks?group=due")
    assert heads(page) == ["Late", "Today", "This", "Later", "No"]
    counts = [int(n.text) for n in page.root.all("span", class_="count")]
    assert counts[-5:] == [1, 2, 1, 1, 1]
    folded = eva.get(page.root.all("a", class_="fold")[1]["href"])
    assert heads(folded) == heads(page) and "Today A" not in names(folded)
    assert folded.root.all("a", class_="fold")[1]["aria-expanded"] == "false"
    assert heads(eva.get("/tasks?group=priority")) == ["High", "Normal"]
    assert heads(eva.get("/tasks?group=kind&who=team")) == ["To", "Call"]


def test_v5_no_list_of_tasks_takes_more_than_eight_statements(seven, browse):
    eva = browse.signed_in("Eva")
    eva.get("/tasks")
    for query in ("", "group=due", "group=owner&who=team", "columns=title,contact,deal,source"):
        assert eva.get("/tasks?" + query).statements <= 8, query


def test_f13_ones_own_list_holds_what_who_is_away_has_to_do(seven, cast, write, browse, the_clock):
    """On the 25th the four of Eva before it are late; the fifth, of Mona herself, is too."""
    eva, mona = cast["Eva"], cast["Mona"]

    def add():
        leave = Leave(starts_on=date(2026, 11, 25), ends_on=date(2026, 11, 26), delegate=mona)
        eva.leaves.append(leave)
        actions.add_task("Own", owner_id=mona.id, by=mona, due_on=date(2026, 11, 23))

    write(add)
    mona = browse.signed_in("Mona")
    assert names(mona.get("/tasks")) == ["Own"]
    the_clock.set("2026-11-25T10:00")
    jobs.remind_overdue()
    told = db.session.query(Notice).filter_by(title="4 tasks are late").one().url
    assert told == "/tasks?when=late"
    page = browse.signed_in("Mona").get(told)
    assert sorted(names(page)) == ["Late one", "Own", "Today A", "Today B"]
    assert page.html.count("For Eva Lindqvist, who is away.") == 3 and page.statements <= 8
    tabs = [n.text for n in page.root.all("a") if "when=" in (n.get("href") or "")]
    assert {"Open 7", "Late 4", "This week 1", "Later 2"} <= set(tabs)
    assert names(browse.signed_in("Sam").get("/tasks")) == []
    the_clock.set("2026-11-27T10:00")
    assert names(browse.signed_in("Mona").get("/tasks")) == ["Own"]


def test_v1_a_task_done_in_the_list_keeps_its_columns(seven, browse):
    eva = browse.signed_in("Eva")
    number = db.session.query(Task).filter_by(title="Thursday").one().id
    answer = eva.htmx(
        "post", f"/tasks/{number}/completion", f"tr#task-{number}", {"columns": "title,kind"}
    )
    row = answer.root.one("tr", id=f"task-{number}")
    assert row.has_class("is-done") and "Tomorrow" in row.text
    assert len(row.all("td")) == 3 and "To do" in row.text  # the box, the kind, the acts


def test_v5_every_order_and_group_of_tasks_has_an_index(app):
    indexes = inspect(db.engine).get_indexes(Task.__tablename__)
    leading = {one["column_names"][0] for one in indexes}
    assert leading >= {
        "created_at", "closed_at", "priority", "kind", "owner_id",
        "contact_id", "company_id", "deal_id",
    }  # fmt: skip


def test_v1_more_tasks_than_a_page_holds_are_walked_there_and_back(cast, browse, write):
    eva = cast["Eva"]

    def add():
        for number in range(2 * (ROWS + 1)):
            task = actions.add_task(f"Task {number}", owner_id=eva.id, by=eva)
            if number % 2:
                actions.complete_task(task, eva)

    write(add)
    browser = browse.signed_in("Eva")
    for url in ("/tasks", "/tasks?when=done"):
        first = browser.get(url)
        second = browser.get(first.root.one("a", rel="next")["href"])
        assert len({*names(first), *names(second)}) == len(names(first)) + 1 == ROWS + 1
        back = browser.get(second.root.one("a", rel="prev")["href"])
        assert names(back) == names(first)
