"""Entries and tasks: what is recorded, when it is due, and who is told."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from crm.activities import actions, queries
from crm.activities.models import Entry, Task
from crm.activities.rules import Due
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.days import FAR
from crm.core.db import db
from crm.core.refusal import Conflict, Refused
from crm.notices.models import Notice


def at(text):
    return datetime.fromisoformat(text)


@pytest.fixture
def task(cast, write, ben):
    """Eva promised to call Ben today."""
    eva = cast["Eva"]
    write(
        lambda: actions.add_task(
            "Call Ben", owner_id=eva.id, contact_id=ben.id, due_on=date(2026, 11, 24), by=eva
        )
    )
    return db.session.scalars(select(Task)).one()


def test_a_call_is_kept_with_the_time_it_happened(cast, write, ben, the_clock):
    the_clock.set("2026-11-24T16:20")
    entry_id = write(
        lambda: (
            actions.log_call(
                contact_id=ben.id,
                by=cast["Eva"],
                outcome="no_answer",
                occurred_at=at("2026-11-24T15:50:00+01:00"),
            ).id
        )
    )
    entry = db.session.get(Entry, entry_id)
    assert entry.at == at("2026-11-24T14:50:00+00:00")
    assert entry.created_at > entry.at
    assert db.session.get(Contact, ben.id).last_out_at == entry.at


def test_a_call_logged_late_does_not_move_the_last_word_back(cast, write, ben, the_clock):
    eva = cast["Eva"]
    write(lambda: actions.log_call(contact_id=ben.id, by=eva, outcome="reached"))
    newest = db.session.get(Contact, ben.id).last_out_at
    early = clock.now() - timedelta(days=3)
    write(
        lambda: actions.log_call(contact_id=ben.id, by=eva, outcome="voicemail", occurred_at=early)
    )
    assert db.session.get(Contact, ben.id).last_out_at == newest


def test_a_call_from_them_is_their_last_word(cast, write, ben):
    write(
        lambda: actions.log_call(
            contact_id=ben.id, by=cast["Eva"], outcome="reached", direction="in"
        )
    )
    found = db.session.get(Contact, ben.id)
    assert found.last_in_at is not None
    assert found.last_out_at is None


@pytest.mark.parametrize(
    ("outcome", "later", "field"), [("maybe", 0, "outcome"), ("reached", 5, "at")]
)
def test_a_call_needs_an_outcome_and_lies_behind(cast, write, ben, outcome, later, field):
    when = clock.now() + timedelta(minutes=later)
    with pytest.raises(Refused) as refused:
        write(
            lambda: actions.log_call(
                contact_id=ben.id,
                by=cast["Eva"],
                outcome=outcome,
                occurred_at=when if later else None,
            )
        )
    assert refused.value.field == field
    assert db.session.scalars(select(Entry).where(Entry.kind == "call")).first() is None


def test_an_entry_with_a_key_is_written_once(cast, write, ben):
    first = write(lambda: actions.record("intake", contact_id=ben.id, dedupe_key="intake:1").id)
    again = write(lambda: actions.record("intake", contact_id=ben.id, dedupe_key="intake:1").id)
    assert first == again


def test_a_task_with_a_key_is_added_once(cast, write, ben):
    eva = cast["Eva"]

    def add():
        return actions.add_task("Call", owner_id=eva.id, contact_id=ben.id, dedupe_key="rule:1")

    assert write(lambda: add() is not None)
    assert write(lambda: add() is None)


def test_a_task_of_today_is_late_tomorrow_and_reminds_when_work_begins(task):
    assert task.due_by == at("2026-11-24T23:00:00+00:00")
    assert task.remind_at == at("2026-11-25T08:00:00+00:00")


def test_a_task_without_a_day_is_never_late(cast, write):
    write(lambda: actions.add_task("Some day", owner_id=cast["Eva"].id))
    found = db.session.scalars(select(Task)).one()
    assert (found.due_by, found.remind_at) == (FAR, None)


def test_ticking_off_is_said_once(task, cast, write):
    write(lambda: actions.complete_task(task, cast["Eva"], "Booked"))
    write(lambda: actions.complete_task(task, cast["Eva"]))
    told = db.session.scalars(select(Entry).where(Entry.kind == "task_done")).one()
    assert (told.title, told.body) == ("Call Ben", "Booked")
    assert (task.closed_as, task.closed_by_id) == ("done", cast["Eva"].id)
    assert task.remind_at is None


def test_opening_again_brings_the_reminder_back(task, cast, write):
    write(lambda: actions.complete_task(task, cast["Eva"]))
    write(lambda: actions.reopen_task(task, cast["Eva"]))
    assert task.is_open
    assert task.remind_at == at("2026-11-25T08:00:00+00:00")
    assert task.due_version == 2


def test_putting_off_counts_and_moves_the_reminder(task, cast, write):
    write(lambda: actions.snooze(task, cast["Eva"], due_on=date(2026, 11, 27)))
    assert (task.snoozes, task.due_version) == (1, 2)
    assert task.remind_at == at("2026-11-30T08:00:00+00:00")


def test_nothing_is_put_off_into_the_past(task, cast, write):
    with pytest.raises(Refused, match="later time"):
        write(lambda: actions.snooze(task, cast["Eva"], due_on=date(2026, 11, 23)))


def test_a_day_follows_its_new_owner_into_their_zone(task, cast, write):
    def hand_over():
        cast["Finn"].timezone = "Pacific/Auckland"
        actions.reassign_task(task, cast["Finn"], cast["Mona"])

    write(hand_over)
    assert task.due_on == date(2026, 11, 24)
    assert task.due_by == at("2026-11-24T11:00:00+00:00")
    told = db.session.scalars(select(Notice)).one()
    assert (told.user_id, told.url) == (cast["Finn"].id, f"/tasks/{task.id}")


def test_a_day_follows_its_owner_who_moved(task, cast, write):
    def move():
        cast["Eva"].timezone = "America/New_York"

    write(move)
    write(lambda: actions.refresh_days(queries.moved_days()))
    assert task.due_by == at("2026-11-25T05:00:00+00:00")
    assert queries.moved_days() == []


def test_closing_the_tasks_of_a_contact_leaves_those_of_other_sources(task, cast, write, ben):
    write(
        lambda: actions.add_task(
            "Routed", owner_id=cast["Eva"].id, contact_id=ben.id, source="routing"
        )
    )
    assert write(lambda: actions.close_tasks(ben.id, as_="reassigned", sources=["routing"])) == 1
    assert task.is_open


def test_a_stale_change_of_a_task_shows_both(task, cast, write):
    with pytest.raises(Conflict) as conflict:
        write(lambda: actions.change_task(task, cast["Eva"], version=0, title="Write to Ben"))
    assert conflict.value.fields == {"title": ("Call Ben", "Write to Ben")}


def test_the_next_step_is_the_same_promise_later(task, cast, write):
    due = Due(on=date(2026, 12, 1))
    made = write(lambda: actions.follow_task(task, cast["Eva"], due).id)
    found = db.session.get(Task, made)
    assert (found.title, found.contact_id) == ("Call Ben", task.contact_id)
    assert found.due_on == date(2026, 12, 1)
