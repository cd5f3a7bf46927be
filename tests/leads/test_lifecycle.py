"""Moves through the lifecycle, what they refuse and what ends with them."""

import pytest
from sqlalchemy import select

from crm.activities.models import Entry, Task
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.core.refusal import Refused
from crm.leads import actions, queries
from crm.leads.models import LifecycleChange
from crm.sequences.models import Enrolment
from tests.leads.conftest import ADA, BEN


def move(contact_id, to, **why):
    return run(lambda: actions.move(db.session.get(Contact, contact_id), to, **why))


def test_every_move_is_kept_with_who_when_and_on_what_evidence(arrive):
    ada = arrive(ADA).contact.id
    [change] = queries.lifecycle_changes(ada)
    assert (change.from_lifecycle, change.to_lifecycle, change.actor) == (
        "captured",
        "assigned",
        "rule",
    )
    assert change.evidence.startswith("assignment:")


def test_a_person_cannot_skip_the_talk(arrive, cast):
    ada = arrive(ADA).contact.id
    with pytest.raises(Refused, match="log the call, mail or meeting"):
        move(ada, "contacted", by=cast["Eva"])
    with pytest.raises(Refused, match="that comes after contacted"):
        move(ada, "qualified", by=cast["Eva"])
    with pytest.raises(Refused):
        move(ada, "opportunity", by=cast["Eva"])


def test_disqualifying_needs_a_reason_and_ends_the_work(arrive, cast):
    ada = arrive(ADA).contact.id
    with pytest.raises(Refused, match="Say why"):
        run(lambda: actions.disqualify(db.session.get(Contact, ada), by=cast["Eva"], reason=" "))
    run(
        lambda: actions.disqualify(db.session.get(Contact, ada), by=cast["Eva"], reason="No budget")
    )
    assert db.session.get(Contact, ada).lifecycle == "disqualified"
    assert db.session.scalars(select(Task.closed_as)).all() == ["cancelled"]
    assert queries.running_clock(ada) is None
    entry = db.session.scalars(select(Entry).where(Entry.kind == "lifecycle")).all()[-1]
    assert (entry.title, entry.body) == ("Assigned to Disqualified", "No budget")


def test_disqualifying_stops_the_sequence(arrive, cast):
    ben = arrive(BEN).contact.id
    run(lambda: actions.disqualify(db.session.get(Contact, ben), by=cast["Eva"], reason="Student"))
    assert db.session.scalars(select(Enrolment.state)).all() == ["stopped"]


def test_moving_to_where_it_is_changes_nothing(arrive, count):
    ada = arrive(ADA).contact.id
    assert move(ada, "assigned") is None
    assert count(LifecycleChange) == 1


def test_a_disqualified_contact_who_comes_back_is_worked_on_again(arrive, cast, count):
    ada = arrive(ADA).contact.id
    run(lambda: actions.disqualify(db.session.get(Contact, ada), by=cast["Eva"], reason="No"))
    again = arrive(ADA, idem_key="second")
    assert again.contact.lifecycle == "assigned"
    assert queries.running_clock(ada) is not None
    assert count(Task, Task.closed_at.is_(None)) == 1
