"""Reminders: once a due time, in time, and not about what is done."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from crm.accounts.models import Leave, User
from crm.activities import actions, jobs, letters
from crm.activities.models import Task
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.mail.message import write as write_mail
from crm.mail.models import Outbox
from crm.notices.models import Notice


@pytest.fixture
def task(cast, write, ben):
    """Eva promised to call Ben at 16:00."""
    eva = cast["Eva"]
    write(
        lambda: actions.add_task(
            "Call Ben about the offer",
            owner_id=eva.id,
            contact_id=ben.id,
            due_at=datetime.fromisoformat("2026-11-24T16:00:00+01:00"),
            note="Budget resets in May.",
            by=eva,
        )
    )
    return db.session.scalars(select(Task)).one()


def mails():
    return list(db.session.scalars(select(Outbox).where(Outbox.kind == "reminder")))


def test_nothing_is_sent_before_it_is_due(task, the_clock):
    the_clock.set("2026-11-24T15:59")
    jobs.remind_overdue()
    assert mails() == []


def test_one_bell_and_one_mail_at_the_due_time_whoever_looks_again(task, the_clock):
    the_clock.set("2026-11-24T16:00")
    jobs.remind_overdue()
    jobs.remind_overdue()
    told = db.session.scalars(select(Notice)).one()
    assert (told.user_id, told.url) == (task.owner_id, f"/tasks/{task.id}")
    mail = mails()[0]
    assert len(mails()) == 1
    assert mail.dedupe_key == f"due:{task.id}:1"


def test_an_outage_is_caught_up_with_one_reminder(task, the_clock):
    the_clock.set("2026-11-26T11:00")
    jobs.remind_overdue()
    assert len(mails()) == 1


def test_putting_off_gives_the_new_time_its_own_reminder(task, cast, write, the_clock):
    the_clock.set("2026-11-24T16:00")
    jobs.remind_overdue()
    write(lambda: actions.snooze(task, cast["Eva"], due_on=date(2026, 11, 25)))
    assert letters.is_done(mails()[0]) == "the task was put off or handed on meanwhile"
    the_clock.set("2026-11-26T09:00")
    jobs.remind_overdue()
    assert [mail.dedupe_key for mail in mails()] == [f"due:{task.id}:1", f"due:{task.id}:2"]
    assert letters.is_done(mails()[1]) is None


def test_nothing_is_sent_about_what_is_done(task, cast, write, the_clock):
    the_clock.set("2026-11-24T16:00")
    jobs.remind_overdue()
    write(lambda: actions.complete_task(task, cast["Eva"]))
    assert letters.is_done(mails()[0]) == "the task was done meanwhile"


def test_the_task_of_who_left_goes_to_who_runs_the_team(task, cast, ben, write, the_clock, browse):
    eva, mona, ben_id, task_id = cast["Eva"].id, cast["Mona"].id, ben.id, task.id

    def leave():
        db.session.get_one(Contact, ben_id).owner_id = eva
        db.session.get_one(Task, task_id).team_id = cast.sales.id
        db.session.get_one(User, eva).deactivated_at = clock.now()

    write(leave)
    the_clock.set("2026-11-24T16:00")
    jobs.remind_overdue()
    assert db.session.get_one(Task, task_id).owner_id == mona
    told = db.session.scalars(select(Notice).where(Notice.user_id == mona)).all()
    assert {one.url for one in told} == {f"/tasks/{task_id}"}
    assert any("left and nobody else has this" in one.body for one in told)
    assert [mail.user_id for mail in mails()] == [mona]
    page = browse.signed_in("Mona")
    for url in (f"/contacts/{ben_id}", "/contacts", "/contacts?columns=name,owner,email"):
        assert page.get(url).has("(left)"), f"{url} marks the owner who left"


def test_f13_many_tasks_of_who_left_are_one_notice(cast, ids, write, the_clock):
    def leave():
        for n in range(7):
            due = datetime.fromisoformat("2026-11-24T16:00+01:00")
            actions.add_task(
                f"Call {n}", owner_id=ids["Eva"], due_at=due, team_id=cast.sales.id, by=cast["Eva"]
            )
        db.session.get_one(User, ids["Eva"]).deactivated_at = clock.now()

    write(leave)
    the_clock.set("2026-11-24T16:01")
    jobs.remind_overdue()
    told = db.session.scalars(select(Notice).where(Notice.kind == "task")).all()
    assert [(one.user_id, one.title, one.url) for one in told] == [
        (ids["Mona"], "7 tasks of Eva Lindqvist wait for somebody", "/tasks")
    ]


def test_who_wants_no_mail_gets_the_bell_only(task, cast, write, the_clock):
    def decline():
        cast["Eva"].mail_on = False

    write(decline)
    the_clock.set("2026-11-24T16:00")
    jobs.remind_overdue()
    assert mails() == []
    assert db.session.scalars(select(Notice)).one().kind == "task_overdue"


def test_the_mail_holds_the_whole_story_and_one_link(task, cast, write, ben, the_clock):
    write(
        lambda: actions.log_call(
            contact_id=ben.id, by=cast["Eva"], outcome="voicemail", note="Left my number."
        )
    )
    the_clock.set("2026-11-24T16:00")
    jobs.remind_overdue()
    row = mails()[0]
    written = write_mail(row, letters.compose_reminder(row), row.created_at)
    for text in (written.text, written.html):
        assert "Call Ben about the offer" in text
        assert "Budget resets in May." in text
        assert "Call, voicemail" in text
        assert "+49 30 23125772" in text
    assert written.text.count("/go/") == 1
    assert written.headers["Auto-Submitted"] == "auto-generated"


def away(cast, first, stands_in=None):
    return lambda: cast[first].leaves.append(
        Leave(
            starts_on=date(2026, 11, 23),
            ends_on=date(2026, 11, 27),
            delegate_id=cast[stands_in].id if stands_in else None,
        )
    )


def test_while_the_owner_is_away_who_stands_in_is_reminded(task, cast, write, the_clock):
    write(away(cast, "Eva", "Sina"))
    the_clock.set("2026-11-24T16:00")
    jobs.remind_overdue()
    [mail] = mails()
    assert mail.to_address == "sina@haselbach.example"
    text = write_mail(mail, letters.compose_reminder(mail), clock.now()).text
    assert "For Eva Lindqvist, who is away." in text
    told = {one.user_id: one.body for one in db.session.scalars(select(Notice))}
    assert told == {
        cast["Eva"].id: "Due now",
        cast["Sina"].id: "For Eva Lindqvist, who is away. Due now",
    }


def test_where_nobody_stands_in_the_owner_is_still_told(task, cast, write, the_clock):
    write(away(cast, "Eva"))
    the_clock.set("2026-11-24T16:00")
    jobs.remind_overdue()
    assert [mail.to_address for mail in mails()] == ["eva@haselbach.example"]
