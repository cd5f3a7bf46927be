"""Scenario E, the parts of leads: an answer stops the mails and gives somebody a task."""

import pytest
from sqlalchemy import select

from crm.activities.models import Entry, Task
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db, run
from crm.core.refusal import Refused
from crm.leads import actions, queries
from crm.mail.models import Outbox
from crm.notices.models import Notice
from crm.sequences.models import Enrolment, EnrolmentStep
from tests.leads.conftest import ADA, BEN, berlin


@pytest.fixture
def ben(arrive):
    return arrive(BEN, "2026-11-24T14:10").contact.id


def reply(contact_id, message_id="<1@velovoss.example>", text="Friday works.", **more):
    return run(
        lambda: actions.take_reply(
            contact_id=contact_id, at=clock.now(), text=text, message_id=message_id, **more
        )
    )


def test_bens_answer_stops_the_mails_and_becomes_somebodys_task(ben, cast, the_clock):
    the_clock.set("2026-11-25T11:02")
    entry = reply(ben)
    assert (entry.kind, entry.direction, entry.body) == ("mail_in", "in", "Friday works.")
    enrolment = db.session.scalars(select(Enrolment)).one()
    assert (enrolment.state, enrolment.stop_reason, enrolment.cause) == (
        "stopped",
        "replied",
        "<1@velovoss.example>",
    )
    states = db.session.scalars(select(EnrolmentStep.state)).all()
    assert states.count("cancelled") >= 4
    contact = db.session.get(Contact, ben)
    assert contact.owner_id == cast["Eva"].id
    assert contact.lifecycle == "assigned"
    assert queries.last_assignment(ben).reason.startswith("Rule 2, “Answered a mail”")
    task = db.session.scalars(select(Task)).one()
    assert (task.title, task.owner_id) == ("Answer Ben Prospect", cast["Eva"].id)
    assert task.due_at.replace(microsecond=0, second=0) == berlin("2026-11-25 15:02")


def test_the_same_message_again_changes_nothing(ben, count):
    first = reply(ben)
    again = reply(ben)
    assert again.id == first.id
    assert count(Task) == count(Outbox) == 1
    assert count(Entry, Entry.kind == "mail_in") == 1


def test_an_answer_on_friday_afternoon_is_due_on_monday(ben, the_clock):
    the_clock.set("2026-11-27T15:00")
    reply(ben)
    task = db.session.scalars(select(Task)).one()
    assert task.due_at.replace(microsecond=0, second=0) == berlin("2026-11-30 11:00")


def test_the_owner_keeps_who_answers_and_is_told(arrive, cast):
    ada = arrive(ADA).contact.id
    reply(ada)
    contact = db.session.get(Contact, ada)
    assert contact.owner_id == cast["Eva"].id
    assert contact.lifecycle == "contacted"
    titles = db.session.scalars(select(Notice.title).where(Notice.kind == "reply")).all()
    assert titles == ["Ada Prospect answered"]


def test_logged_by_hand_the_one_who_logs_it_is_not_told(arrive, cast, count):
    ada = arrive(ADA).contact.id
    reply(ada, message_id="", by=cast["Eva"])
    assert count(Notice, Notice.kind == "reply") == 0
    assert count(Task, Task.source == "reply") == 1


def test_without_a_rule_for_answers_the_manager_gets_the_task(ben, routing, cast, write):
    write(lambda: db.session.delete(db.session.get(type(routing.answered), routing.answered.id)))
    reply(ben)
    task = db.session.scalars(select(Task)).one()
    assert task.owner_id == cast["Mona"].id
    assert db.session.get(Contact, ben).owner_id is None
    assert "It waits for a manager" in queries.last_assignment(ben).reason


def test_an_answer_from_somebody_who_is_gone_is_refused(ben):
    with pytest.raises(Refused):
        reply(ben + 99)


def test_settling_after_an_answer_leaves_the_lifecycle_alone(ben):
    reply(ben)
    run(lambda: actions.settle(ben))
    run(actions.settle_lost)
    assert db.session.get(Contact, ben).lifecycle == "assigned"
