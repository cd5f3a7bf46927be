"""Z3: a word that stands only in another team's records is met nowhere."""

from io import BytesIO

import pytest
from sqlalchemy import select

from crm.activities import actions as activities
from crm.companies import actions as companies
from crm.contacts import actions as contacts
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.demo.everything import fill_records
from crm.files import actions as files
from crm.filters.models import SavedView, Segment
from crm.mail.models import Outbox
from crm.notices.models import Notice
from tests.web.test_every_control import Walk

CANARY = "Zanzibarquux"


@pytest.fixture
def planted(app, cast, write):
    """The word in everything that the sales team can write; Otto is a partner."""
    ids = {}

    def fill():
        fill_records(cast)
        eva, sales = cast["Eva"], cast.sales
        cast["Otto"].role = "manager"  # of another team: whoever may more meets more
        company = companies.create(f"{CANARY} GmbH", owner_id=eva.id, team_id=sales.id)
        contact = contacts.create(
            name=f"Ann {CANARY}", emails=[f"ann@{CANARY.lower()}.example"], owner_id=eva.id,
            team_id=sales.id, company_id=company.id, job_title=f"Chief {CANARY}", by=eva,
        )  # fmt: skip
        stage = db.session.scalars(select(Deal).order_by(Deal.id)).first().stage
        deal = deals.create(f"{CANARY} deal", stage=stage, by=eva, owner=eva, contact=contact)
        activities.write_note(by=eva, body=f"A note on {CANARY} for @Otto", contact_id=contact.id)
        task = activities.add_task(
            f"Call {CANARY}", owner_id=eva.id, contact_id=contact.id, by=eva, team_id=sales.id
        )
        contacts.change(contact, {"job_title": f"Former {CANARY}"}, by=eva)
        kept = files.keep(f"{CANARY}.txt", BytesIO(CANARY.encode()))
        found = files.attach(kept, by=eva, contact_id=contact.id)
        now = contact.created_at
        same = {"owner_id": eva.id, "sharing": "team", "team_id": sales.id,
                "created_at": now, "updated_at": now}  # fmt: skip
        view = SavedView(record="contact", name=f"{CANARY} view", **same)
        segment = Segment(name=f"{CANARY} people", folded=CANARY.lower(), **same)
        db.session.add_all([view, segment])
        db.session.flush()
        ids.update(contacts=contact.id, companies=company.id, deals=deal.id, tasks=task.id,
                   views=view.id, segments=segment.id, files=found.id)  # fmt: skip

    write(fill)
    return ids


class Canary(Walk):
    """A walk that listens for the word."""

    heard = ()

    def _open(self, path, found_on):
        with self.app.app_context():
            text = self.reader.client.get(path).get_data(as_text=True)
        if CANARY.lower() in text.lower():
            self.heard = (*self.heard, path)
        return super()._open(path, found_on)


def test_z3_no_page_a_stranger_reaches_says_it(app, planted, browse):
    walk = Canary(app, browse.signed_in("Otto"))
    walk.everything()
    assert len(walk.ids) > 15
    assert walk.heard == ()


def test_z3_neither_search_nor_filters_nor_counts_know_it(app, planted, browse):
    otto = browse.signed_in("Otto")
    word = CANARY.lower()
    for path in (
        f"/contacts?q={word[:6]}", f"/companies?q={word[:6]}", f"/search?q={word[:6]}",
        f"/search?q=ann@{word[:6]}", "/contacts?filter=name.has:Ann", "/trash", "/history",
        "/history.csv", "/views", "/segments", "/batches", "/notifications", "/tasks?owner=all",
        f"/contacts?filter=segment.is:{planted['segments']}",
        f"/contacts?view={planted['views']}",
    ):  # fmt: skip
        answer = otto.client.get(path)
        assert answer.status_code == 200, path
        assert word not in answer.get_data(as_text=True).lower(), path


def test_z3_what_is_asked_for_by_number_is_not_there(planted, browse):
    otto = browse.signed_in("Otto")
    for kind, number in planted.items():
        for path in (f"/{kind}/{number}", f"/{kind}/{number}/edit", f"/{kind}/{number}/history"):
            answer = otto.client.get(path)
            assert CANARY.lower() not in answer.get_data(as_text=True).lower(), path
            assert answer.status_code in {403, 404, 405}, path


def test_z3_neither_bell_nor_mail_carries_it_to_strangers(planted, cast):
    otto = cast["Otto"].id
    for row in db.session.scalars(select(Notice).where(Notice.user_id == otto)):
        assert CANARY not in row.title + row.body
    sent = db.session.scalars(select(Outbox.id).where(Outbox.user_id == otto)).all()
    assert sent == []


def test_z3_a_mate_meets_it_everywhere(planted, browse):
    """The word is really there: else the tests above would hold for any product."""
    finn = browse.signed_in("Finn")
    word = CANARY.lower()
    for path in (
        f"/contacts?q={word}", f"/companies?q={word}", f"/search?q={word}", "/segments",
        f"/contacts/{planted['contacts']}", f"/contacts/{planted['contacts']}/history",
        f"/deals/{planted['deals']}", f"/tasks/{planted['tasks']}",
    ):  # fmt: skip
        assert word in finn.client.get(path).get_data(as_text=True).lower(), path
