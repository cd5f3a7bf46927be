"""F3 and F13: before, when due, and each working day while late; once each, and never a flood."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.accounts.models import Leave
from crm.activities import actions, jobs, letters, queries, rules
from crm.activities.models import Task
from crm.contacts.models import Contact
from crm.core.business_time import Calendar
from crm.core.db import db
from crm.leads import actions as leads
from crm.mail.message import write as write_mail
from crm.mail.models import Outbox
from crm.notices.models import Notice

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = Calendar(BERLIN, {day: [(9 * 60, 17 * 60)] for day in range(5)})


def at(text):
    return datetime.fromisoformat(text)


@pytest.fixture
def promise(cast, write, ben):
    """Eva promises something to Ben: promise("Call Ben", due_at=…) gives the task."""

    def add(title="Call Ben", **due):
        number = write(
            lambda: (
                actions.add_task(
                    title, owner_id=cast["Eva"].id, contact_id=ben.id, by=cast["Eva"], **due
                ).id
            )
        )
        return db.session.get(Task, number)

    return add


def run_at(the_clock, text):
    the_clock.set(text)
    jobs.remind_overdue()
    jobs.remind_overdue()


def keys():
    return list(db.session.scalars(select(Outbox.dedupe_key).order_by(Outbox.id)))


def subject(row):
    return letters.compose_reminder(row).subject


def rows():
    return list(db.session.scalars(select(Outbox).order_by(Outbox.id)))


@pytest.mark.parametrize(
    ("due", "before", "found"),
    [
        (
            rules.Due(at=at("2026-11-24T16:00+01:00")),
            30,
            [("before", "2026-11-24T15:30+01:00"), ("due", "2026-11-24T16:00+01:00")],
        ),
        (
            rules.Due(on=date(2026, 11, 24)),
            30,
            [("before", "2026-11-24T09:00+01:00"), ("due", "2026-11-25T09:00+01:00")],
        ),
        (rules.Due(on=date(2026, 11, 27)), 0, [("due", "2026-11-30T09:00+01:00")]),
        (rules.Due(), 30, []),
    ],
)
def test_f3_reminders_come_before_and_when_due(due, before, found):
    steps = rules.steps(due, CALENDAR, before=before)
    assert steps == [rules.Step(kind, at(text)) for kind, text in found]


def test_f3_a_late_task_comes_back_each_working_day_at_the_hour_through_clock_changes():
    # Friday 26 March 2027 16:00 +1; on Sunday the clocks go forward; Monday 09:00 is +2.
    late = at("2027-03-26T16:00+01:00")
    assert rules.repeat_at(late, 9, CALENDAR) == at("2027-03-29T09:00+02:00")
    assert rules.repeat_at(at("2027-03-29T09:00+02:00"), 9, CALENDAR) == at(
        "2027-03-30T09:00+02:00"
    )


def test_f3_before_due_and_overdue_each_once(promise, cast, write, the_clock):
    write(lambda: actions.save_wish(cast["Eva"], before_minutes=30))
    task = promise(due_at=at("2026-11-24T16:00+01:00"))
    n = task.id
    run_at(the_clock, "2026-11-24T15:29")
    assert keys() == []
    run_at(the_clock, "2026-11-24T15:30")
    assert keys() == [f"soon:{n}:1"]
    run_at(the_clock, "2026-11-24T16:00")
    assert keys() == [f"soon:{n}:1", f"due:{n}:1"]
    run_at(the_clock, "2026-11-25T08:59")
    assert len(keys()) == 2
    run_at(the_clock, "2026-11-25T09:00")
    run_at(the_clock, "2026-11-25T15:00")
    assert keys()[2:] == [f"late:{n}:1:2026-11-25"]
    run_at(the_clock, "2026-11-26T09:00")
    assert keys()[3:] == [f"late:{n}:1:2026-11-26"]
    assert [subject(row) for row in rows()] == [
        "Soon: Call Ben", "Due: Call Ben", "Still open: Call Ben", "Still open: Call Ben",
    ]  # fmt: skip


def test_f3_no_repeat_on_a_weekend(promise, the_clock):
    n = promise(due_at=at("2026-11-27T16:00+01:00")).id
    for text in ("2026-11-27T16:00", "2026-11-28T10:00", "2026-11-29T10:00", "2026-11-30T09:00"):
        run_at(the_clock, text)
    assert keys() == [f"due:{n}:1", f"late:{n}:1:2026-11-30"]


@pytest.mark.parametrize("act", ["done", "snooze", "reassign"])
def test_f3_repeats_stop_on_done_snooze_and_reassign(promise, cast, write, the_clock, act):
    task = promise(due_at=at("2026-11-24T16:00+01:00"))
    run_at(the_clock, "2026-11-24T16:00")
    acts = {
        "done": lambda: actions.complete_task(task, cast["Eva"]),
        "snooze": lambda: actions.snooze(task, cast["Eva"], due_on=date(2026, 12, 4)),
        "reassign": lambda: actions.reassign_task(task, cast["Finn"], cast["Eva"]),
    }
    write(acts[act])
    run_at(the_clock, "2026-11-25T09:30")
    to_eva = [row for row in rows() if row.to_address.startswith("eva@")]
    assert len(to_eva) == 1
    finn = [row.dedupe_key for row in rows() if row.to_address.startswith("finn@")]
    assert finn == ([f"due:{task.id}:2"] if act == "reassign" else [])


def test_f3_who_wants_no_repeats_gets_none(promise, cast, write, the_clock):
    write(lambda: actions.save_wish(cast["Eva"], repeats=False))
    promise(due_at=at("2026-11-24T16:00+01:00"))
    run_at(the_clock, "2026-11-24T16:00")
    run_at(the_clock, "2026-11-25T09:30")
    assert len(keys()) == 1


def test_f3_bell_and_mail_can_be_switched_off_one_by_one(promise, cast, write, the_clock):
    write(lambda: actions.save_wish(cast["Eva"], is_belled=False))
    promise(due_at=at("2026-11-24T16:00+01:00"))
    run_at(the_clock, "2026-11-24T16:00")
    assert len(keys()) == 1
    assert db.session.scalars(select(Notice)).all() == []
    write(lambda: actions.save_wish(cast["Eva"], is_belled=True, is_mailed=False))
    run_at(the_clock, "2026-11-25T09:00")
    assert len(keys()) == 1
    assert len(db.session.scalars(select(Notice)).all()) == 1


def test_f3_an_outage_ends_in_one_summary_and_not_in_a_flood(promise, the_clock):
    numbers = [promise(f"Call {n}", due_at=at(f"2026-11-24T16:{n:02}+01:00")).id for n in range(7)]
    run_at(the_clock, "2026-11-26T11:00")
    [row] = rows()
    assert row.kind == "reminder.summary"
    assert [one["task_id"] for one in row.context["tasks"]] == numbers
    letter = letters.compose_summary(row)
    written = write_mail(row, letter, row.created_at)
    assert written.subject == "Late: 7 tasks"
    assert written.headers["X-Tend-Kind"] == "reminder"
    assert written.headers["Auto-Submitted"] == "auto-generated"
    assert written.text.count("/go/") == written.html.count("/go/") == 7
    [told] = db.session.scalars(select(Notice))
    assert (told.title, told.url) == ("7 tasks are late", "/tasks?when=late")
    run_at(the_clock, "2026-11-27T09:00")
    assert [row.kind for row in rows()] == ["reminder.summary"] * 2


def test_f3_a_summary_names_what_is_still_open_when_it_leaves(promise, cast, write, the_clock):
    tasks = [promise(f"Call {n}", due_at=at("2026-11-24T16:00+01:00")) for n in range(3)]
    run_at(the_clock, "2026-11-25T09:00")
    [row] = rows()
    write(lambda: actions.complete_task(tasks[0], cast["Eva"]))
    assert letters.compose_summary(row).subject == "Late: 2 tasks"
    for task in tasks[1:]:
        write(lambda task=task: actions.complete_task(task, cast["Eva"]))
    assert letters.compose_summary(row) is None


def test_f13_late_tasks_wait_for_the_end_of_a_leave_unless_somebody_stands_in(
    promise, cast, write, the_clock
):
    n = promise(due_at=at("2026-11-24T16:00+01:00")).id
    run_at(the_clock, "2026-11-24T16:00")
    leave = Leave(starts_on=date(2026, 11, 25), ends_on=date(2026, 11, 27))
    write(lambda: cast["Eva"].leaves.append(leave))
    for day in (25, 26, 27):
        run_at(the_clock, f"2026-11-{day}T09:00")
    assert keys() == [f"due:{n}:1"]
    run_at(the_clock, "2026-11-30T09:00")
    assert keys()[1:] == [f"late:{n}:1:2026-11-30"]


def test_d_an_answer_in_between_is_asked_about_seven_days_before(promise, ben, write, the_clock):
    task = promise(due_at=at("2027-05-21T09:00+02:00"), note="Budget resets in May.")
    assert (task.remind_step, task.remind_at) == ("ask", at("2027-05-14T09:00+02:00"))
    the_clock.set("2027-04-12T10:00+02:00")
    write(lambda: leads.take_reply(contact_id=ben.id, at=at("2027-04-12T09:55+02:00"), text="Hm"))
    run_at(the_clock, "2027-05-14T09:00+02:00")
    asked = [row for row in rows() if row.dedupe_key == f"ask:{task.id}:1"]
    assert [subject(row) for row in asked] == ["Still needed? Call Ben"]
    text = write_mail(asked[0], letters.compose_reminder(asked[0]), asked[0].created_at).text
    assert "Is this still needed? Ben answered on" in text
    run_at(the_clock, "2027-05-21T09:00+02:00")
    assert f"due:{task.id}:1" in keys()


def test_d_without_an_answer_nothing_is_asked(promise, the_clock):
    task = promise(due_at=at("2027-05-21T09:00+02:00"))
    run_at(the_clock, "2027-05-14T09:00+02:00")
    assert keys() == []
    run_at(the_clock, "2027-05-21T09:00+02:00")
    assert keys() == [f"due:{task.id}:1"]


def test_d_the_owner_has_left_so_the_new_owner_is_reminded(promise, ben, cast, write, the_clock):
    task = promise(due_at=at("2027-05-21T09:00+02:00"))

    def leave():
        cast["Eva"].deactivated_at = at("2027-01-10T09:00+01:00")
        db.session.get(Contact, ben.id).owner_id = cast["Finn"].id

    write(leave)
    run_at(the_clock, "2027-05-21T09:00+02:00")
    assert [row.to_address for row in rows()] == ["finn@haselbach.example"]
    assert db.session.get(Task, task.id).owner_id == cast["Finn"].id
    assert queries.next_task(ben.id).id == task.id
