"""The pages that are open all day send few statements, however many rows they show."""

import pytest
from sqlalchemy import select

from crm.activities import actions as activities
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.deals.models import Deal
from crm.demo import everything
from crm.leads.actions import capture
from crm.leads.models import Touch
from crm.leads.rules import Arrival, ConsentGiven
from crm.sequences.actions import enrol
from crm.sequences.models import Sequence

MOST = 8


@pytest.mark.parametrize("name", ["Eva", "Mona", "Olga"])
@pytest.mark.parametrize("url", ["/contacts", "/contacts?sort=name", "/deals", "/search?q=a"])
def test_lists_take_eight_statements_at_most(browse, name, url):
    page = browse.signed_in(name).get(url)
    assert page.status == 200
    assert page.statements <= MOST, page.statements


def test_the_frame_takes_one_statement_besides_the_sign_in(browse):
    assert browse.signed_in("Eva").get("/new").statements == 2
    assert browse.signed_in("Olga").get("/new").statements == 2  # how mail stands included


def test_the_day_takes_eight_statements_at_most(browse):
    page = browse.signed_in("Eva").get("/")
    assert page.statements <= MOST, page.statements


@pytest.fixture
def full(cast, write):
    """Records that have all there is: Mira, whom an arrival brought again, her company, a deal."""

    def add():
        everything.fill_records(cast)
        mira = db.session.scalars(select(Contact).where(Contact.name == "Mira Sommer")).one()
        visit = Touch(at=clock.now(), utm_source="google", contact_id=mira.id)
        db.session.add(visit)
        db.session.flush()
        mira.first_touch_id, mira.quiz_score = visit.id, 80
        agrees = ConsentGiven("marketing", True, "Yes", 1, "en", "", "")
        capture(Arrival("form", "again", email=mira.mailbox, title="Asks", consents=(agrees,)))
        links = {"quiz_link": "/q/readiness", "result_link": "/q/readiness/r/1"}
        sequence = db.session.scalars(select(Sequence)).first()
        enrol(mira, sequence, source="user", context=links)
        deal = db.session.scalars(select(Deal).where(Deal.contact_id == mira.id)).first()
        for ids in ({"contact_id": mira.id}, {"company_id": mira.company_id}, {"deal_id": deal.id}):
            note = activities.write_note(by=cast["Eva"], body="One", **ids)
            activities.reply(note, cast["Mona"], "Two")
        return {"contacts": mira.id, "companies": mira.company_id, "deals": deal.id}

    return write(add)


@pytest.mark.parametrize("name", ["Eva", "Olga"])
def test_records_take_eight_statements_at_most_whatever_they_have(browse, full, asked, name):
    reader = browse.signed_in(name)
    for place, number in full.items():
        reader.get(f"/{place}/{number}")  # what was opened is written down now and then
        asked.clear()
        page = reader.get(f"/{place}/{number}")
        assert page.status == 200
        assert len(asked) <= MOST, "\n".join(asked)
