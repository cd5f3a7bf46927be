"""F1, F6 and F7: what a task is about, how it ends, and what comes after it."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.accounts.models import Leave
from crm.activities import actions
from crm.activities.models import Task
from crm.batches import actions as batches
from crm.batches.models import Batch
from crm.companies import actions as companies
from crm.core.db import db
from crm.deals import actions as deals

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def eva(browse):
    return browse.signed_in("Eva")


def the_last():
    return db.session.query(Task).order_by(Task.id.desc()).first()


def test_f1_a_task_is_about_a_contact_a_company_and_a_deal(eva, write, cast, ben_id, ids):
    def records():
        team_id = cast.sales.id
        companies.create(name="Velo Voss", team_id=team_id, owner_id=ids["Eva"], by=cast["Eva"])
        stage = deals.create_default_pipeline().stages[0]
        deals.create("Fleet plan", stage=stage, by=cast["Eva"])

    write(records)
    page = eva.get("/tasks/new")
    saved = page.form("/tasks").submit(
        title="Send the offer", kind="mail", priority="1", day="2026-11-25",
        contact="ben@velovoss.example", company="velo voss", deal="Fleet plan",
    )  # fmt: skip
    assert saved.status == 303
    task = the_last()
    assert (task.kind, task.priority, task.contact_id) == ("mail", 1, ben_id)
    assert task.company_id
    assert task.deal_id
    page = eva.get(f"/tasks/{task.id}")
    for words in ("Ben Achterberg", "Velo Voss", "Fleet plan", "High"):
        assert page.has(words)
    changed = eva.get(f"/tasks/{task.id}/edit").form(f"/tasks/{task.id}").submit(deal="")
    assert changed.status == 303
    task = the_last()
    assert (task.deal_id, task.contact_id) == (None, ben_id)


def test_f1_a_name_that_nobody_has_is_refused_at_its_field(eva):
    page = eva.get("/tasks/new").form("/tasks").submit(title="Call", contact="Nobody Here")
    assert page.status == 422
    assert page.has("Nobody of this name.")


def test_f1_who_did_it_and_what_came_of_it_is_kept(eva, task_id):
    page = eva.get(f"/tasks/{task_id}")
    form = [f for f in page.root.all("form") if f.get("id") == "finish-form"]
    assert form
    eva.post(f"/tasks/{task_id}/completion", data={"outcome": "She signs on Friday."})
    page = eva.get(f"/tasks/{task_id}")
    assert page.has("She signs on Friday.")
    assert page.has("Closed by Eva Lindqvist")


def test_f7_done_offers_the_next_step_after_as_long_as_the_last_one_took(
    browse, write, ben_id, ids, the_clock
):
    def promise(day):
        return write(
            lambda: (
                actions.add_task(
                    "Call Ben", owner_id=ids["Eva"], contact_id=ben_id, due_on=day, kind="call"
                ).id
            )
        )

    first, second = promise(date(2026, 11, 24)), promise(date(2026, 12, 8))
    browse.signed_in("Eva").post(f"/tasks/{first}/completion")
    the_clock.set("2026-12-08T13:00")  # 14 days later
    eva = browse.signed_in("Eva")
    eva.post(f"/tasks/{second}/completion")
    page = eva.get(f"/tasks/{second}")
    assert page.has("In 14 days again, Tue 22 Dec") or page.has("In 14 days again, Tue, Dec 22")
    eva.post(f"/tasks/{second}/follow-ups", data={"next": "cadence"})
    made = the_last()
    assert (made.title, made.kind, made.due_on) == ("Call Ben", "call", date(2026, 12, 22))
    form = eva.get(f"/tasks/new?after={second}").form("/tasks")
    assert (form.values["title"], form.values["day"]) == ("Call Ben", "2026-12-22")
    assert form.values["contact"] == "ben@velovoss.example"


def test_f6_many_late_tasks_are_spread_over_the_next_five_working_days(cast, write, ids):
    morning = datetime.fromisoformat("2026-11-20T09:30+01:00")

    def plan():
        tasks = [
            actions.add_task(f"Call {n}", owner_id=ids["Eva"], due_on=date(2026, 11, 20)).id
            for n in range(6)
        ]
        tasks.append(actions.add_task("Timed", owner_id=ids["Eva"], due_at=morning).id)
        batch = batches.plan("tasks.spread", by=cast["Eva"], records=tasks)
        return batch.id, tasks

    number, tasks = write(plan)

    def work():
        batch = db.session.get(Batch, number)
        batches.start(batch, batch.user)
        batches.claim(number, "test")

    write(work)
    while write(lambda: batches.step(number, "test")):
        pass
    timed = db.session.get(Task, tasks.pop()).due_at
    assert (timed.hour, timed.minute) == (8, 30)  # 09:30 in Berlin, as before
    days = sorted([timed.date(), *(db.session.get(Task, one).due_on for one in tasks)])
    # Tuesday 24 November: Wed 25, Thu 26, Fri 27, Mon 30, Tue 1 December; seven over five days.
    assert set(days) == {
        date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 30),
        date(2026, 12, 1),
    }  # fmt: skip
    assert max(days.count(day) for day in set(days)) == 2
    assert {db.session.get(Task, one).snoozes for one in tasks} == {1}


def test_f6_tasks_with_a_time_are_spread_as_evenly(cast, write, ids):
    late = [datetime.fromisoformat(f"2026-11-20T{hour:02d}:30+01:00") for hour in range(9, 15)]

    def plan():
        # Half past midnight on Thursday 26 in Berlin is Wednesday in UTC: it counts for Thursday.
        for due in ("2026-11-26T00:30+01:00", "2026-11-26T23:30+01:00"):
            actions.add_task("There", owner_id=ids["Eva"], due_at=datetime.fromisoformat(due))
        tasks = [actions.add_task("Call", owner_id=ids["Eva"], due_at=at).id for at in late]
        return batches.plan("tasks.spread", by=cast["Eva"], records=tasks).id

    number = write(plan)
    write(lambda: batches.start(db.session.get(Batch, number), db.session.get(Batch, number).user))
    write(lambda: batches.claim(number, "test"))
    while write(lambda: batches.step(number, "test")):
        pass
    held = Counter(at.astimezone(BERLIN).day for at in db.session.scalars(select(Task.due_at)))
    # Eight over Wed 25, Thu 26 (two before), Fri 27, Mon 30 and Tue 1: the first three get two.
    assert held == {25: 2, 26: 2, 27: 2, 30: 1, 1: 1}


def test_f6_a_task_put_off_keeps_its_time_of_the_clock(browse, write, ids):
    due = datetime.fromisoformat("2026-11-24T15:30+01:00")
    number = write(lambda: actions.add_task("Meet", owner_id=ids["Eva"], due_at=due).id)
    eva = browse.signed_in("Eva")
    eva.post(f"/tasks/{number}/snooze", data={"until": "six_months"})
    assert db.session.get(Task, number).due_at == datetime.fromisoformat("2027-05-24T09:00+02:00")
    write(lambda: setattr(db.session.get(Task, number), "due_at", due))
    eva.post(f"/tasks/{number}/snooze", data={"until": "tomorrow"})
    put_off = db.session.get(Task, number)
    assert (put_off.due_on, put_off.due_at) == (None, due + timedelta(days=1))


def test_f13_next_steps_leave_out_the_days_of_a_leave(browse, cast, write, ids, task_id):
    def away():
        cast["Eva"].leaves.append(Leave(starts_on=date(2026, 11, 25), ends_on=date(2026, 11, 26)))

    write(away)
    eva = browse.signed_in("Eva")
    assert eva.get(f"/tasks/{task_id}/snooze").has("Tomorrow, Fri")
    eva.post(f"/tasks/{task_id}/snooze", data={"until": "tomorrow"})
    assert db.session.get(Task, task_id).due_on == date(2026, 11, 27)
