"""Scenario B: a promise to call, met in time, broken, logged late, handed on."""

import pytest
from sqlalchemy import select

from crm.activities import actions as activities
from crm.activities.models import Entry, Task
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.leads import actions, queries
from crm.leads.models import AnswerClock, AnswerPolicy, ClockAlert
from crm.mail.models import Outbox
from crm.notices.models import Notice
from crm.sequences.models import Enrolment
from tests.leads.conftest import BEN, BERLIN, berlin, result


@pytest.fixture
def ben(seniors_first, arrive, cast):
    """Ben's 80 at Tue 14:03: Sam's."""
    return arrive(BEN, "2026-11-24T14:03").contact.id


@pytest.fixture
def tick(the_clock):
    """Do what the clock process does, at a time of that Tuesday."""

    def at(time, day="2026-11-24"):
        the_clock.set(f"{day}T{time}")
        run(actions.sweep)

    return at


def call(contact_id, by, outcome="no_answer", at=None):
    run(lambda: activities.log_call(contact_id=contact_id, by=by, outcome=outcome, occurred_at=at))
    run(lambda: actions.settle(contact_id))


def the_clock_of(contact_id):
    return db.session.scalars(
        select(AnswerClock).where(AnswerClock.contact_id == contact_id).order_by(AnswerClock.id)
    ).all()


def reminders():
    return db.session.scalars(select(Outbox).where(Outbox.kind == "reminder.clock")).all()


def test_above_70_goes_to_sam_due_at_16_03(ben, cast):
    [promise] = the_clock_of(ben)
    assert db.session.get(Contact, ben).owner_id == cast["Sam"].id
    assert promise.due_at.astimezone(BERLIN).replace(microsecond=0, second=0) == berlin(
        "2026-11-24 16:03"
    )


@pytest.mark.parametrize(("pct", "owner"), [(70, None), (71, "Sam")])
def test_exactly_70_is_not_above_70(seniors_first, arrive, cast, pct, owner):
    contact = arrive(result("Eve", pct, "warm")).contact
    assert contact.owner_id == (cast[owner].id if owner else None)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-24T16:30", "2026-11-25 10:30"),
        ("2026-11-27T16:45", "2026-11-30 10:45"),
    ],
)
def test_the_reminder_waits_for_working_hours(seniors_first, arrive, start, due):
    contact = arrive(BEN, start).contact
    [promise] = the_clock_of(contact.id)
    assert promise.due_at.replace(microsecond=0, second=0) == berlin(due)


def test_round_the_clock_is_due_the_same_evening(seniors_first, routing, arrive, write):
    write(lambda: setattr(db.session.get(AnswerPolicy, routing.policy.id), "calendar", "always"))
    contact = arrive(BEN, "2026-11-24T16:45").contact
    [promise] = the_clock_of(contact.id)
    assert promise.due_at.replace(microsecond=0, second=0) == berlin("2026-11-24 18:45")


def test_a_call_without_answer_meets_it_after_97_minutes_and_nothing_is_sent(
    ben, cast, tick, the_clock, count
):
    the_clock.set("2026-11-24T14:30")
    run(lambda: activities.log_mail(contact_id=ben, by=cast["Sam"], subject="Hello", body="Hi"))
    run(lambda: actions.settle(ben))
    assert the_clock_of(ben)[0].is_running
    the_clock.set("2026-11-24T15:40:05")
    call(ben, cast["Sam"])
    [promise] = the_clock_of(ben)
    assert promise.met_minutes == 97
    assert not promise.is_late_logged
    assert db.session.get(Contact, ben).lifecycle == "attempted"
    assert db.session.scalars(select(Task.closed_as)).all() == ["done"]
    tick("16:03:10")
    assert reminders() == []
    assert count(ClockAlert) == 0


def test_without_a_call_there_is_one_notice_one_mail_and_one_task(ben, cast, tick, count):
    tick("15:45")
    warned = db.session.scalars(select(Notice).where(Notice.kind == "clock_warn")).one()
    assert warned.user_id == cast["Sam"].id
    tick("16:03:10")
    tick("16:03:20")
    [mail] = reminders()
    assert mail.to_address == "sam@haselbach.example"
    told = db.session.scalars(select(Notice).where(Notice.kind == "reminder")).one()
    assert told.title == "No call logged for Ben in 2 h"
    assert told.body == (
        "Ben Prospect: "
        "Warm 80 · 51 to 500 people · This quarter · Decides, or owns the budget · +493023125772"
    )
    task = db.session.scalars(select(Task).where(Task.source == "clock")).one()
    assert task.title == "No call logged for Ben in 2 h"
    assert task.remind_at is None
    assert the_clock_of(ben)[0].breached_at == the_clock_of(ben)[0].due_at
    assert db.session.scalars(select(Notice.user_id).where(Notice.kind == "breach")).all() == [
        cast["Mona"].id
    ]
    assert count(ClockAlert, ClockAlert.step == "due") == 1


def test_at_16_18_it_goes_to_sina_and_sams_tasks_are_closed_as_reassigned(ben, cast, tick):
    tick("16:03:10")
    tick("16:17:50")
    assert db.session.get(Contact, ben).owner_id == cast["Sam"].id
    tick("16:18:10")
    assert db.session.get(Contact, ben).owner_id == cast["Sina"].id
    sams = db.session.scalars(select(Task).where(Task.owner_id == cast["Sam"].id)).all()
    assert {task.closed_as for task in sams} == {"reassigned"}
    sinas = db.session.scalars(select(Task).where(Task.owner_id == cast["Sina"].id)).one()
    assert sinas.title == "Call Ben Prospect – readiness 80"
    first, second = the_clock_of(ben)
    assert (first.ended_as, first.owner_id) == ("reassigned", cast["Sam"].id)
    assert (second.owner_id, second.hop, second.is_running) == (cast["Sina"].id, 1, True)
    reason = queries.last_assignment(ben).reason
    assert reason.startswith("Sam logged no call in time.")


def test_it_never_goes_back_and_ends_with_a_manager(ben, cast, tick):
    for time in ("16:03:10", "16:18:10"):
        tick(time)
    for time in ("10:18:20", "10:33:30", "10:33:40"):
        tick(time, "2026-11-25")
    assert db.session.get(Contact, ben).owner_id == cast["Sina"].id
    last = db.session.scalars(select(Notice).where(Notice.kind == "unanswered")).one()
    assert last.user_id == cast["Mona"].id
    tasks = db.session.scalars(select(Task).where(Task.owner_id == cast["Mona"].id)).all()
    assert [task.title for task in tasks] == ["Decide who calls Ben Prospect"]


def test_a_call_logged_late_with_an_earlier_time_meets_it_and_the_alert_stays(
    ben, cast, tick, the_clock, count
):
    tick("16:03:10")
    the_clock.set("2026-11-24T16:10")
    call(ben, cast["Sam"], "reached", berlin("2026-11-24 15:50"))
    [promise] = the_clock_of(ben)
    assert promise.is_late_logged
    assert promise.breached_at is None
    assert promise.met_minutes == 107  # 14:03 to 15:50
    assert count(ClockAlert, ClockAlert.step == "due") == 1
    assert db.session.get(Contact, ben).lifecycle == "contacted"


def test_logged_at_16_20_for_15_50_it_is_sams_and_sinas_clock_is_over(ben, cast, tick, the_clock):
    tick("16:03:10")
    tick("16:18:10")
    the_clock.set("2026-11-24T16:20")
    call(ben, cast["Sam"], "reached", berlin("2026-11-24 15:50"))
    first, second = the_clock_of(ben)
    assert first.is_late_logged
    assert (second.ended_as, second.is_running) == ("cancelled", False)
    assert db.session.scalars(select(Task).where(Task.closed_at.is_(None))).all() == []


def test_a_call_after_the_due_time_meets_it_but_the_breach_stays(ben, cast, tick, the_clock):
    tick("16:03:10")
    the_clock.set("2026-11-24T16:10:05")
    call(ben, cast["Sam"])
    [promise] = the_clock_of(ben)
    assert promise.met_minutes == 127
    assert promise.breached_at is not None
    assert not promise.is_late_logged


def test_who_was_away_gives_one_reminder_and_the_whole_grace(ben, cast, tick):
    tick("16:40")
    assert len(reminders()) == 1
    tick("16:50")
    assert db.session.get(Contact, ben).owner_id == cast["Sam"].id
    tick("16:55:20")
    assert db.session.get(Contact, ben).owner_id == cast["Sina"].id
    assert len(reminders()) == 1


@pytest.mark.parametrize("end", ["deleted", "disqualified", "merged"])
def test_a_contact_that_is_gone_is_not_reminded_of(ben, cast, tick, end):
    def finish():
        contact = db.session.get(Contact, ben)
        if end == "deleted":
            contacts.delete(contact, cast["Mona"])
        elif end == "disqualified":
            actions.disqualify(contact, by=cast["Sam"], reason="No budget")
        else:
            other = contacts.create(name="Ben Twin", emails=["twin@ben-works.example"])
            actions.move_clocks(ben, other.id)
            contact.merged_into_id = other.id
            contact.deleted_at = contact.created_at

    run(finish)
    tick("16:03:10")
    if end == "merged":
        assert len(reminders()) == 1
        assert reminders()[0].contact_id != ben
    else:
        assert reminders() == []
        assert the_clock_of(ben)[0].ended_as == "cancelled"


def test_handing_over_by_hand_keeps_the_time_promised(ben, cast, the_clock, tick):
    the_clock.set("2026-11-24T15:00")
    run(
        lambda: actions.hand_over(
            db.session.get(Contact, ben), cast["Eva"], cast["Mona"], "Knows them"
        )
    )
    first, second = the_clock_of(ben)
    assert first.ended_as == "reassigned"
    assert (second.owner_id, second.due_at) == (cast["Eva"].id, first.due_at)
    task = db.session.scalars(select(Task)).one()
    assert task.owner_id == cast["Eva"].id
    tick("16:03:10")
    assert [mail.to_address for mail in reminders()] == ["eva@haselbach.example"]


def test_a_talk_stops_the_sequence_of_a_contact_without_owner(arrive, cast, the_clock):
    ben = arrive(BEN).contact.id
    call(ben, cast["Eva"], "reached")
    enrolment = db.session.scalars(select(Enrolment)).one()
    assert (enrolment.state, enrolment.stop_reason) == ("stopped", "contacted")
    assert db.session.get(Contact, ben).lifecycle == "contacted"


def test_a_lost_bell_is_made_good_by_the_sweep(ben, cast, the_clock):
    the_clock.set("2026-11-24T15:40")
    run(lambda: activities.log_call(contact_id=ben, by=cast["Sam"], outcome="reached"))
    assert the_clock_of(ben)[0].is_running
    assert run(actions.settle_lost) == 1
    assert not the_clock_of(ben)[0].is_running
    assert run(actions.settle_lost) == 0


def test_the_reminder_stays_in_the_history(ben, tick):
    tick("16:03:10")
    entry = db.session.scalars(select(Entry).where(Entry.kind == "reminder")).one()
    assert entry.title == "No call logged for Ben in 2 h"
