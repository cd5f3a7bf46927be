"""O3: who leaves hands on what they have, as one act that can be undone; then the account ends."""

import pytest
from sqlalchemy import func, select

from crm.accounts import actions as accounts
from crm.accounts.models import LoginSession, User
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.batches import actions as batches
from crm.batches import jobs
from crm.batches.models import Batch
from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.leads import actions as leads
from crm.leads import leaving
from crm.leads.models import AnswerClock, PoolMember
from crm.mail.models import Outbox
from tests.leads.conftest import ADA


@pytest.fixture
def desk(app, cast, write):
    """Four contacts, a company and a task of Eva's, and a place in a pool if there is one."""

    def fill():
        eva = cast["Eva"]
        people = [
            contacts.create(name=f"Person {n}", owner_id=eva.id, team_id=cast.sales.id, by=eva)
            for n in range(4)
        ]
        companies.create("Desk GmbH", owner_id=eva.id, team_id=cast.sales.id)
        activities.add_task("Call them", owner_id=eva.id, contact_id=people[0].id, by=eva)
        db.session.flush()

    write(fill)
    return {name: cast[name].id for name in ("Eva", "Finn", "Sam", "Olga", "Adam", "Mona")}


def user(number):
    return db.session.get(User, number)


def leave(write, desk, choices, by="Olga"):
    number = write(lambda: leaving.plan(user(desk["Eva"]), choices, user(desk[by])).id)
    write(lambda: batches.start(db.session.get(Batch, number), user(desk[by])))
    jobs.work_on(number)
    db.session.expire_all()
    return db.session.get(Batch, number)


def owned(model, number):
    return db.session.scalar(select(func.count()).where(model.owner_id == number))


def test_o3_contacts_are_split_evenly_and_the_rest_goes_to_one(desk, write):
    choices = {
        "contact": "evenly", "company": str(desk["Sam"]), "task": str(desk["Finn"]),
        "people": [desk["Finn"], desk["Sam"]],
    }  # fmt: skip
    batch = leave(write, desk, choices)
    assert (batch.state, batch.error) == ("done", "")
    assert owned(Contact, desk["Finn"]) == 2 and owned(Contact, desk["Sam"]) == 2
    assert owned(Company, desk["Sam"]) == 1
    assert db.session.scalars(select(Task.owner_id).where(Task.title == "Call them")).all() == [
        desk["Finn"]
    ]


def test_o3_the_account_ends_with_the_last_thing(desk, write):
    write(lambda: accounts.start_session(user(desk["Eva"])))
    leave(write, desk, {"contact": str(desk["Finn"])})
    eva = user(desk["Eva"])
    assert not eva.is_active
    open_ones = select(func.count()).where(
        LoginSession.user_id == eva.id, LoginSession.revoked_at.is_(None)
    )
    assert db.session.scalar(open_ones) == 0


def test_o3_each_receiver_gets_one_mail_with_a_sheet(desk, write, browse):
    batch = leave(write, desk, {"contact": "evenly", "people": [desk["Finn"], desk["Sam"]]})
    sent = db.session.scalars(select(Outbox.user_id).where(Outbox.kind == "leaving.sheet")).all()
    assert sorted(sent) == sorted([desk["Finn"], desk["Sam"]])
    number = batch.id
    finn = browse.signed_in("Finn").get(f"/hand-overs/{number}")
    assert finn.has("Person 0") and finn.has("Person 2") and not finn.has("Person 1")
    assert finn.has("Call them"), "the next task stands beside the contact"
    assert browse.signed_in("Otto").get(f"/hand-overs/{number}").status == 404
    assert browse.signed_in("Olga").get(f"/hand-overs/{number}").has("Person 1")


def test_o3_one_undo_gives_everything_back(desk, write, browse):
    batch = leave(write, desk, {"contact": str(desk["Finn"]), "company": str(desk["Finn"])})
    number = batch.change_set_id
    assert owned(Contact, desk["Eva"]) == 0
    browse.signed_in("Olga").post(f"/history/{number}/undo")
    db.session.expire_all()
    assert owned(Contact, desk["Eva"]) == 4 and owned(Company, desk["Eva"]) == 1


def test_o3_a_promise_keeps_its_time(desk, write, the_clock):
    number = write(lambda: leads.capture(ADA).contact.id)
    contact = db.session.get(Contact, number)
    if contact.owner_id != desk["Eva"]:
        write(
            lambda: leads.hand_over(
                db.session.get(Contact, number), user(desk["Eva"]), user(desk["Mona"])
            )
        )
    before = set(
        db.session.scalars(
            select(AnswerClock.due_at).where(
                AnswerClock.contact_id == number, AnswerClock.ended_at.is_(None)
            )
        )
    )
    leave(write, desk, {"contact": str(desk["Finn"])})
    after = db.session.execute(
        select(AnswerClock.due_at, AnswerClock.owner_id).where(
            AnswerClock.contact_id == number, AnswerClock.ended_at.is_(None)
        )
    ).all()
    assert {due for due, _ in after} == before
    assert {owner for _, owner in after} <= {desk["Finn"]}
    assert clock.now()


def test_o3_who_may_not_is_refused_before_anything_is_planned(desk, write):
    for by, choices in (
        ("Eva", {"contact": str(desk["Finn"])}),
        ("Mona", {"contact": str(desk["Finn"])}),
        ("Olga", {}),
        ("Olga", {"contact": "evenly"}),
    ):
        with pytest.raises(Refused):
            write(
                lambda by=by, choices=choices: leaving.plan(
                    user(desk["Eva"]), choices, user(desk[by])
                )
            )
    assert db.session.scalar(select(func.count()).select_from(Batch)) == 0


def test_o3_the_page_lists_what_they_have_and_plans_it(desk, browse):
    olga = browse.signed_in("Olga")
    path = f"/settings/users/{desk['Eva']}/leaving"
    page = olga.get(path)
    assert page.has("Contacts") and page.has("Open tasks")
    done = page.form(path, **{"to-contact": str(desk["Finn"]), "to-task": "", "to-company": ""})
    answer = done.submit()
    assert answer.status == 303 and "/batches/" in answer.location
    assert answer.follow().has("Hand on what Eva")
    assert browse.signed_in("Mona").get(path).status == 403
    assert db.session.scalar(select(func.count()).select_from(PoolMember)) is not None
