"""Taking in: scenario A at the level of actions, identity, repeats, owners that stay."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crm.accounts.models import Leave
from crm.activities.models import Entry, Task
from crm.contacts.models import Consent, Contact, ContactEmail
from crm.core import clock
from crm.core.db import db, run
from crm.core.refusal import Refused
from crm.leads import actions, queries
from crm.leads.models import AnswerClock, Assignment, Intake, Touch
from crm.leads.rules import Arrival
from crm.mail.models import Outbox
from crm.notices.models import Notice
from crm.sequences.models import Enrolment, EnrolmentStep
from tests.leads.conftest import ADA, BEN, BERLIN, CLEO, DORA, berlin, result


def notices(user):
    return [n.title for n in db.session.scalars(select(Notice).filter_by(user_id=user.id))]


def test_ada_becomes_evas_with_a_task_for_today_a_clock_and_a_mail(arrive, cast, count):
    done = arrive(ADA, "2026-11-24T14:03")
    ada = done.contact
    assert (ada.name, ada.email) == ("Ada Prospect", "ada@ada-works.example")
    assert ada.company.name == "Ada Works"
    assert sorted(tag.name for tag in ada.tags) == ["quiz:readiness", "tier:hot"]
    assert ada.owner_id == cast["Eva"].id
    assert ada.lifecycle == "assigned"
    task = db.session.scalars(select(Task)).one()
    assert task.title == "Call Ada Prospect – readiness 94"
    assert task.due_at == berlin("2026-11-24 17:00")
    assert task.owner_id == cast["Eva"].id
    [promise] = db.session.scalars(select(AnswerClock)).all()
    assert promise.due_at.astimezone(BERLIN).strftime("%H:%M") == "16:03"
    assert promise.owner_id == cast["Eva"].id
    assert count(Enrolment) == 0
    mail = db.session.scalars(select(Outbox)).one()
    assert (mail.kind, mail.lane, mail.to_address) == (
        "notice",
        "urgent",
        "eva@haselbach.example",
    )
    assert not mail.is_anonymous_cause
    assert notices(cast["Eva"]) == ["Hot, 94: Ada Prospect"]


def test_the_assignment_names_rule_place_and_who_is_next(arrive):
    reason = arrive(ADA).assignment.reason
    assert reason == (
        "Rule 1, “Score above 80”: Account executives in turn. "
        "Eva was next in turn (place 1 of 2). Finn is next."
    )


def test_the_same_arrival_four_times_is_one(arrive, count):
    outcomes = [arrive(ADA) for _ in range(4)]
    assert [done.is_repeat for done in outcomes] == [False, True, True, True]
    assert {done.contact.id for done in outcomes} == {outcomes[0].contact.id}
    assert {done.assignment.id for done in outcomes} == {outcomes[0].assignment.id}
    for model in (Contact, Intake, Assignment, Task, AnswerClock, Outbox, Notice):
        assert count(model) == 1, model


def test_ben_goes_into_the_sequence_without_an_owner(arrive, count):
    ben = arrive(BEN, "2026-11-24T14:10").contact
    assert ben.owner_id is None
    assert ben.lifecycle == "nurture"
    due = [
        step.due_at.astimezone(BERLIN).strftime("%a %d %H:%M")
        for step in db.session.scalars(select(EnrolmentStep).order_by(EnrolmentStep.position))
    ]
    assert due == ["Tue 24 14:20", "Thu 26 09:30", "Mon 30 09:30", "Thu 03 09:30", "Tue 08 09:30"]
    assert count(Task) == count(Assignment) == count(AnswerClock) == 0


def test_dora_said_no_to_mails_and_the_timeline_says_why_she_gets_none(arrive, count):
    done = arrive(DORA)
    assert count(Enrolment) == 0
    assert "no marketing consent" in done.note.lower()
    entry = db.session.scalars(select(Entry).where(Entry.kind == "nurture_stop")).one()
    assert entry.title == "Not enrolled in Readiness nurture"
    assert "no marketing consent" in entry.body.lower()
    assert done.contact.lifecycle == "captured"
    assert db.session.scalars(select(Consent)).one().is_granted is False


def test_cleo_comes_after_hours_and_finn_has_until_monday_evening(arrive, cast):
    arrive(ADA, "2026-11-24T14:03")
    cleo = arrive(CLEO, "2026-11-27T18:40").contact
    assert cleo.owner_id == cast["Finn"].id
    task = db.session.scalars(select(Task).where(Task.contact_id == cleo.id)).one()
    assert task.due_at == berlin("2026-11-30 17:00")


def test_ada_retakes_with_60_and_stays_with_eva_who_is_told(arrive, cast, count, write):
    ada = arrive(ADA).contact
    write(lambda: setattr(db.session.get(Contact, ada.id), "quiz_score", 94))
    done = arrive(result("Ada", 60, "warm"))
    assert done.outcome == "attached"
    assert done.contact.owner_id == cast["Eva"].id
    assert count(Task) == count(Assignment) == count(AnswerClock) == 1
    assert count(Enrolment) == 0
    assert notices(cast["Eva"])[-1] == "Ada Prospect is back: 94 → 60"
    assert count(Outbox) == 2


def test_a_second_result_above_80_stops_the_sequence(arrive, cast):
    arrive(BEN)
    ben = arrive(result("Ben", 90, "hot")).contact
    assert ben.owner_id == cast["Eva"].id
    assert ben.lifecycle == "assigned"
    enrolment = db.session.scalars(select(Enrolment)).one()
    assert (enrolment.state, enrolment.stop_reason) == ("stopped", "hot_result")


def test_the_same_mailbox_spelt_otherwise_is_the_same_person(arrive, count):
    arrive(result("Ann", 20, "cold", email="ann.lee@gmail.com"))
    done = arrive(result("Ann", 30, "cold", email="annlee+tend@googlemail.com"))
    assert done.outcome == "attached"
    assert done.intake.matched_by == "mailbox"
    assert count(Contact) == 1
    assert count(ContactEmail) == 2


def test_free_mail_makes_no_company_but_a_typed_one_does(arrive):
    assert arrive(result("Ann", 20, "cold", email="ann@gmail.com")).contact.company is None
    done = arrive(result("Bob", 20, "cold", email="bob@gmail.com", company=" Bob  GmbH "))
    assert done.contact.company.name == "Bob GmbH"


def test_empty_fields_are_filled_and_known_ones_stay(arrive):
    arrive(result("Ann", 20, "cold", email="ann@works.example", full_name=""))
    again = arrive(
        result(
            "Ann", 30, "cold", email="Ann@Works.example", full_name="Ann Lee", phone="030 555117"
        )
    )
    assert again.contact.name == "Ann Lee"
    third = arrive(result("Ann", 31, "cold", email="ann@works.example", full_name="Other"))
    assert third.contact.name == "Ann Lee"
    assert len(third.contact.phones) == 1


def test_the_first_touch_stays_the_first(arrive, write):
    def touch(source):
        row = Touch(at=clock.now(), utm_source=source)
        db.session.add(row)
        db.session.flush()
        return row.id

    first, second = write(lambda: touch("google")), write(lambda: touch("bing"))
    arrive(ADA, touch_id=first)
    ada = arrive(result("Ada", 60, "warm"), touch_id=second).contact
    assert ada.first_touch_id == first
    assert db.session.get(Touch, second).contact_id == ada.id


def test_a_company_owner_keeps_its_people(arrive, cast, write):
    ada = arrive(ADA).contact
    write(lambda: setattr(ada.company, "owner_id", cast["Sina"].id))
    done = arrive(result("Ida", 95, "hot", email="ida@ada-works.example"))
    assert done.contact.owner_id == cast["Sina"].id
    assert "Sina Roth owns the company" in done.assignment.reason


def test_somebody_on_leave_is_skipped_by_name(arrive, cast, write):
    write(
        lambda: db.session.add(
            Leave(user_id=cast["Eva"].id, starts_on=date(2026, 11, 23), ends_on=date(2026, 12, 4))
        )
    )
    done = arrive(ADA)
    assert done.contact.owner_id == cast["Finn"].id
    assert "Eva was skipped: on leave until 4 Dec." in done.assignment.reason


def test_who_stands_in_takes_the_turn_of_a_member_on_leave(arrive, cast, write):
    days = {"starts_on": date(2026, 11, 23), "ends_on": date(2026, 12, 4)}
    eva, sina = cast["Eva"].id, cast["Sina"].id
    write(lambda: db.session.add(Leave(user_id=eva, delegate_id=sina, **days)))
    done = arrive(ADA, "2026-11-24T14:03")
    assert done.contact.owner_id == sina
    reason = done.assignment.reason
    assert "Eva is on leave until 4 Dec, Sina Roth stands in. Finn is next." in reason
    assert arrive(CLEO).contact.owner_id == cast["Finn"].id


def test_an_owner_on_leave_keeps_the_contact_and_the_delegate_gets_the_mail(arrive, cast, write):
    arrive(ADA)
    write(
        lambda: db.session.add(
            Leave(
                user_id=cast["Eva"].id,
                starts_on=date(2026, 11, 23),
                ends_on=date(2026, 12, 4),
                delegate_id=cast["Sina"].id,
            )
        )
    )
    again = arrive(result("Ada", 60, "warm"))
    assert again.contact.owner_id == cast["Eva"].id
    assert len(notices(cast["Sina"])) == 1
    assert len(notices(cast["Eva"])) == 2
    last = db.session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
    assert last.to_address == "sina@haselbach.example"
    assert last.context["for"] == "Eva Lindqvist"


def test_nobody_left_in_the_pool_goes_to_the_managers_and_says_so(arrive, cast, write, count):
    def leave():
        for first in ("Eva", "Finn"):
            db.session.get(type(cast[first]), cast[first].id).deactivated_at = clock.now()

    write(leave)
    done = arrive(ADA)
    assert done.outcome == "unrouted"
    assert done.contact.owner_id is None
    assert done.contact.lifecycle == "captured"
    assert "Eva Lindqvist: no longer works here" in done.assignment.reason
    assert notices(cast["Mona"]) == ["Nobody has Ada Prospect"]
    assert db.session.scalars(select(Outbox)).one().to_address == "mona@haselbach.example"
    assert [i.id for i, _ in queries.waiting_intakes(cast["Mona"])] == [done.intake.id]
    assert queries.waiting_intakes(cast["Otto"]) == []


def test_who_waits_for_a_person_is_not_put_off_with_mails(arrive, cast, write, count):
    write(lambda: [setattr(cast[name], "deactivated_at", clock.now()) for name in ("Eva", "Finn")])
    arrive(ADA)
    again = arrive(result("Ada", 60, "warm"))
    assert (again.outcome, again.enrolment) == ("attached", None)
    assert again.contact.lifecycle == "captured"
    assert "still waits for a manager" in again.note
    assert count(Enrolment) == 0
    assert notices(cast["Mona"])[-1] == "Ada Prospect is back, and nobody has them yet"
    assert len(queries.waiting_intakes(cast["Mona"])) == 1


def test_a_hot_answer_that_nobody_can_take_ends_the_mails(arrive, cast, write, count):
    arrive(result("Ada", 60, "warm"))
    assert count(Enrolment, Enrolment.stopped_at.is_(None)) == 1
    write(lambda: [setattr(cast[name], "deactivated_at", clock.now()) for name in ("Eva", "Finn")])
    assert arrive(ADA).outcome == "unrouted"
    assert count(Enrolment, Enrolment.stopped_at.is_(None)) == 0


def test_a_doubtful_arrival_waits_for_a_person(arrive, cast, count):
    done = arrive(ADA, is_doubtful=True)
    assert (done.outcome, done.contact) == ("quarantined", None)
    assert count(Contact) == 0
    assert arrive(ADA).is_repeat
    intake_id = done.intake.id
    let_in = run(lambda: actions.release(db.session.get(Intake, intake_id), cast["Mona"]))
    assert let_in.contact.owner_id == cast["Eva"].id
    with pytest.raises(Refused):
        run(lambda: actions.release(db.session.get(Intake, intake_id), cast["Mona"]))


def test_a_form_message_stands_in_the_timeline_and_the_owner_is_told(arrive, cast):
    arrive(ADA, "2026-11-24T09:12")
    form = Arrival(
        source="form",
        idem_key="form:1",
        email="ada@ada-works.example",
        name="Ada",
        title="Contact form /contact",
        payload={"message": "Please call me."},
    )
    done = arrive(form, "2026-11-24T09:14")
    assert done.outcome == "attached"
    entry = db.session.scalars(select(Entry).where(Entry.kind == "intake")).one()
    assert (entry.title, entry.body) == ("Contact form /contact", "Please call me.")
    assert notices(cast["Eva"])[-1] == "Ada Prospect is back: Contact form /contact"


def test_an_address_that_is_none_is_refused(arrive, count):
    with pytest.raises(Refused):
        arrive(result("Bad", 20, "cold", email="not an address"))
    assert count(Intake) == 0


def test_the_clock_starts_when_the_arrival_came_in(arrive):
    before = clock.now()
    done = arrive(ADA)
    promise = queries.running_clock(done.contact.id)
    assert promise.started_at == done.intake.received_at
    assert timedelta() <= promise.started_at - before < timedelta(seconds=30)
