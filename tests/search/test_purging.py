"""The trash is emptied after 30 days; what belongs to a living record too stays with that."""

import pytest
from sqlalchemy import select

from crm.activities import actions as activities
from crm.activities.models import Entry, Task
from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, ContactEmail
from crm.core.db import db
from crm.deals import actions
from crm.deals.models import Deal, Stage, StageVisit
from crm.schedule import CLOCK
from crm.search import spelling
from crm.search.jobs import purge_trash
from crm.search.models import SearchWord


def rows(model):
    db.session.expire_all()
    return list(db.session.scalars(select(model)))


@pytest.fixture
def mira(cast, write):
    eva = cast["Eva"]
    more = {"owner_id": eva.id, "team_id": cast.sales.id, "by": eva}
    return write(lambda: contacts.create(name="Mira Sommer", emails=["mira@hafen.example"], **more))


@pytest.fixture
def deal(cast, write, mira):
    """Eva's deal with Mira, in the first stage."""
    write(actions.create_default_pipeline)
    stage = db.session.scalars(select(Stage).order_by(Stage.position)).first()
    return write(lambda: actions.create("Hafen", stage=stage, by=cast["Eva"], contact=mira))


@pytest.fixture
def trashed(cast, write, deal, mira):
    """Mira in the trash, with a note about her and one about the deal she is in."""

    def fill():
        eva = cast["Eva"]
        activities.write_note(by=eva, body="About her", contact_id=mira.id)
        activities.write_note(by=eva, body="About both", contact_id=mira.id, deal_id=deal.id)
        contacts.delete(db.session.get(Contact, mira.id), eva)

    write(fill)
    return mira.id


def test_it_runs_by_the_clock():
    assert "crm.search.jobs.purge_trash" in {one.path for one in CLOCK}


def test_nothing_goes_before_30_days(trashed, the_clock):
    the_clock.forward(days=29, hours=23)
    purge_trash()
    assert [one.id for one in rows(Contact)] == [trashed]


def test_after_30_days_a_contact_and_all_its_own_is_gone(trashed, the_clock, deal):
    deal_id = deal.id
    the_clock.forward(days=30, minutes=1)
    purge_trash()
    assert rows(Contact) == [] and rows(ContactEmail) == []
    assert [(one.id, one.contact_id) for one in rows(Deal)] == [(deal_id, None)]
    notes = [(one.body, one.contact_id) for one in rows(Entry) if one.kind == "note"]
    assert notes == [("About both", None)]
    assert "contact" not in {one.kind for one in rows(SearchWord)}


def test_a_deal_and_a_company_go_and_the_contact_stays(cast, write, deal, mira, the_clock):
    mira_id, deal_id = mira.id, deal.id

    def fill():
        eva = cast["Eva"]
        company = companies.create(name="Old Works", team_id=cast.sales.id, by=eva)
        db.session.get(Contact, mira_id).company_id = company.id
        activities.add_task("Send it", owner_id=eva.id, contact_id=mira_id, deal_id=deal_id)
        companies.delete(company, eva)
        actions.delete(db.session.get(Deal, deal_id), eva)

    write(fill)
    the_clock.forward(days=31)
    purge_trash()
    assert rows(Deal) == [] and rows(StageVisit) == [] and rows(Company) == []
    assert [(one.id, one.company_id) for one in rows(Contact)] == [(mira_id, None)]
    assert [(one.contact_id, one.deal_id) for one in rows(Task)] == [(mira_id, None)]


def test_what_was_taken_out_again_stays(trashed, cast, write, the_clock):
    write(lambda: contacts.restore(db.session.get(Contact, trashed), cast["Eva"]))
    the_clock.forward(days=40)
    purge_trash()
    assert [one.id for one in rows(Contact)] == [trashed]


def test_v4_a_name_that_nobody_has_any_more_is_forgotten_with_the_trash(cast, write, the_clock):
    ours = write(lambda: contacts.create(name="Zebulon Quax", team_id=cast.sales.id).id)
    write(lambda: contacts.create(name="Mirabel Quax", team_id=cast.sales.id))
    write(lambda: contacts.delete(db.session.get(Contact, ours), cast["Eva"]))
    assert spelling.close(["zebulon"]) == [["zebulon"]]
    the_clock.forward(days=31)
    purge_trash()
    assert spelling.close(["zebulan", "quax"]) == [[], ["quax"]]


def test_v4_a_name_that_was_changed_is_forgotten(cast, write):
    ours = write(lambda: contacts.create(name="Zebulon Quax", team_id=cast.sales.id).id)
    change = {"name": "Nora Quax"}
    write(lambda: contacts.change(db.session.get(Contact, ours), change, by=cast["Eva"]))
    assert spelling.close(["zebulon", "quax", "nora"]) == [[], ["quax"], ["nora"]]
