"""Each act can be taken back; what changed since is named and stays."""

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.contacts.queries import by_email
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals import actions as deals
from crm.deals.models import Deal, Stage, StageVisit
from crm.history import writing
from crm.history.models import ChangeSet
from crm.leads import actions as leads
from crm.leads.models import Assignment
from tests.history.conftest import contact, last


def now(number):
    return db.session.get_one(Contact, number)


def save(number, by, **values):
    contacts.change(now(number), values, by=by)


def test_undo_gives_every_field_its_old_value(act, undo, ada):
    number = act("Eva", lambda eva: save(ada, eva, name="Ada King", emails=[], tags=["vip"]))
    assert contact(ada).emails == []
    undo(number)
    found = contact(ada)
    assert (found.name, found.sort_name, found.last_name) == ("Ada Lorenz", "ada lorenz", "Lorenz")
    assert [row.address for row in found.emails] == ["ada@nordhafen.example"]
    assert found.tags == []


def test_an_undo_can_be_undone(act, undo, ada):
    number = act("Eva", lambda eva: save(ada, eva, name="Ada King"))
    undo(undo(number))
    assert contact(ada).name == "Ada King"


def test_undoing_twice_is_refused(act, undo, ada):
    number = act("Eva", lambda eva: save(ada, eva, name="Ada King"))
    undo(number)
    with pytest.raises(Refused, match="undone already"):
        undo(number)


def test_what_changed_since_is_kept_and_named(act, undo, ada):
    number = act("Eva", lambda eva: save(ada, eva, name="Ada King", job_title="Boss"))
    act("Finn", lambda finn: save(ada, finn, job_title="Harbour master"))
    undo(number)
    found = contact(ada)
    assert (found.name, found.job_title) == ("Ada Lorenz", "Harbour master")
    assert last().undo_of_id == number
    [[value_id, why, *fields]] = last().details["kept"]
    assert (why, fields) == ("changed", ["job_title"])
    assert value_id


def test_a_name_and_what_is_derived_from_it_stay_together(act, undo, ada):
    number = act("Eva", lambda eva: save(ada, eva, name="ADA KING"))
    act("Finn", lambda finn: save(ada, finn, name="Ada King"))  # folded the same
    with pytest.raises(Refused, match="changed since"):
        undo(number)
    assert contact(ada).sort_name == "ada king"


def test_an_added_contact_goes_to_the_trash_and_comes_back(act, undo):
    number = act("Eva", lambda eva: contacts.create(name="Ben", emails=["ben@b.example"], by=eva))
    ben = last().record_id
    undone = undo(number)
    assert contact(ben).deleted_at is not None
    assert by_email("ben@b.example") is None
    undo(undone)
    assert contact(ben).deleted_at is None
    assert by_email("ben@b.example")[0].id == ben


def test_an_added_contact_that_was_edited_since_stays(act, undo):
    number = act("Eva", lambda eva: contacts.create(name="Ben", by=eva))
    ben = last().record_id
    act("Finn", lambda finn: save(ben, finn, job_title="Buyer"))
    with pytest.raises(Refused, match="changed since"):
        undo(number)
    assert contact(ben).deleted_at is None


def test_C11_undoing_a_deletion_brings_back_address_and_tasks(act, undo, ada, cast):
    eva_id = cast["Eva"].id
    act("Eva", lambda eva: activities.add_task("Call Ada", owner_id=eva_id, contact_id=ada, by=eva))
    number = act("Eva", lambda eva: contacts.delete(now(ada), eva))
    assert db.session.scalars(select(Task.closed_as)).all() == ["cancelled"]
    undo(number)
    db.session.rollback()
    assert db.session.scalars(select(Task.closed_as)).all() == [None]
    assert by_email("ada@nordhafen.example")[0].id == ada


def test_C11_an_address_that_somebody_else_has_by_now_is_named(act, undo, ada):
    number = act("Eva", lambda eva: contacts.delete(now(ada), eva))
    act("Eva", lambda eva: contacts.create(name="B", emails=["ada@nordhafen.example"], by=eva))
    undo(number)
    assert contact(ada).deleted_at is None
    assert contact(ada).emails == []
    assert [why for _value, why, *_fields in last().details["kept"]] == ["taken"]
    assert by_email("ada@nordhafen.example")[0].name == "B"


def test_a_task_that_was_added_is_cancelled_and_a_done_one_is_open_again(act, undo, ada, cast):
    eva_id = cast["Eva"].id
    added = act(
        "Eva", lambda eva: activities.add_task("Call", owner_id=eva_id, contact_id=ada, by=eva)
    )
    task_id = db.session.scalars(select(Task.id)).one()
    done = act("Eva", lambda eva: activities.complete_task(task(task_id), eva, "reached"))
    undo(done)
    assert (task(task_id).closed_as, task(task_id).outcome) == (None, "")
    undo(added)
    assert task(task_id).closed_as == "cancelled"


def task(number):
    return db.session.get_one(Task, number)


def test_more_than_thirty_days_ago_is_refused(act, undo, ada, the_clock):
    number = act("Eva", lambda eva: save(ada, eva, name="Ada King"))
    the_clock.forward(days=31)
    with pytest.raises(Refused, match="30 days"):
        undo(number)
    assert clock.now() > db.session.get_one(ChangeSet, number).at


def test_what_touched_records_of_others_is_not_undone_by_an_outsider(act, undo, ada):
    number = act("Eva", lambda eva: save(ada, eva, name="Ada King"))
    with pytest.raises(Refused, match="do not see"):
        undo(number, "Otto")
    assert contact(ada).name == "Ada King"


def test_visits_stay_with_the_stage_that_changed_since(act, undo, cast, write):
    write(deals.create_default_pipeline)
    stages = {one.name: one.id for one in db.session.scalars(select(Stage))}
    act("Eva", lambda eva: deals.create("Hafen", stage=stage(stages["Lead in"]), by=eva))
    deal = last().record_id
    first = act("Eva", lambda eva: deals.move(the(deal), stage(stages["Discovery"]), eva))
    act("Eva", lambda eva: deals.move(the(deal), stage(stages["Proposal"]), eva))
    with pytest.raises(Refused, match="changed since"):
        undo(first)
    open_visits = select(StageVisit.stage_id).where(StageVisit.left_at.is_(None))
    assert db.session.scalars(open_visits).all() == [stages["Proposal"]]


def stage(number):
    return db.session.get_one(Stage, number)


def the(deal):
    return db.session.get_one(Deal, deal)


def test_a_contact_from_the_trash_still_has_what_it_was_added_with(act, undo):
    number = act(
        "Eva",
        lambda eva: contacts.enter(name="Ben", emails=["ben@b.example"], tags=["vip"], by=eva),
    )
    ben = last().record_id
    undo(number)
    act("Eva", lambda eva: contacts.restore(now(ben), eva))
    assert [row.address for row in contact(ben).emails] == ["ben@b.example"]
    assert [tag.name for tag in contact(ben).tags] == ["vip"]


def test_a_set_of_several_transactions_is_undone_step_by_step(act, undo, ada, write, cast):
    set_id = write(lambda: writing.open_set("user", "bulk", user_id=cast["Eva"].id))
    for name in ("Ada One", "Ada Two", "Ada Three"):
        with writing.acting("user", set_id=set_id):
            write(lambda name=name: save(ada, None, name=name))
    undo(set_id)
    assert contact(ada).name == "Ada Lorenz"


def test_an_owner_change_is_undone_with_its_reason_and_promise(act, undo, ada, cast):
    finn = cast["Finn"].id
    before = db.session.scalars(select(Assignment.id)).all()
    number = act("Eva", lambda eva: leads.hand_over(now(ada), db.session.get_one(User, finn), eva))
    assert contact(ada).owner_id == finn
    undo(number)
    assert contact(ada).owner_id == cast["Eva"].id
    assert db.session.scalars(select(Assignment.id)).all() == before


def test_I6_a_new_record_that_was_changed_stays_whole_and_so_does_its_company(act, undo, browse):
    def add(eva):
        company = companies.create("Müller Bau", by=eva)
        alone = companies.create("Alone", by=eva)
        db.session.flush()
        found = contacts.create(name="Jo", phones=["+49301234567"], company_id=company.id, by=eva)
        db.session.flush()
        return company, alone, found

    kept = {}
    number = act("Eva", lambda eva: kept.update(rows=[one.id for one in add(eva)]))
    _company, alone, jo = kept["rows"]
    act("Finn", lambda finn: save(jo, finn, job_title="Boss"))
    page = browse.signed_in("Eva").get(f"/history/{number}")
    said = page.by_id("conflicts").text
    assert "Changed since (Job title), so all of it stays." in said
    assert "Other records name it, so all of it stays." in said
    undo(number)
    assert contact(jo).company.deleted_at is None
    assert db.session.get_one(Company, alone).deleted_at is not None
    assert [[why, *fields] for _id, why, *fields in last().details["kept"]] == [
        ["changed", "job_title"],
        ["used"],
    ]


def test_I6_a_company_goes_with_the_only_contact_that_names_it(act, undo):
    def add(eva):
        company = companies.create("Müller Bau", by=eva)
        db.session.flush()
        contacts.create(name="Jo", company_id=company.id, by=eva)

    number = act("Eva", add)
    undo(undo(undo(number)))
    assert [one.deleted_at is None for one in db.session.scalars(select(Company))] == [False]


def test_I6_a_company_that_somebody_linked_since_stays(act, undo, ada):
    number = act("Eva", lambda eva: companies.create("Müller Bau", by=eva))
    company = last().record_id
    act("Finn", lambda finn: setattr(now(ada), "company_id", company))
    with pytest.raises(Refused, match="It is in use by now"):
        undo(number)
    assert contact(ada).company.deleted_at is None
