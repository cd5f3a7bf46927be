"""A house in which one team has written a word into everything that can be written."""

from io import BytesIO
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from crm.accounts import actions as accounts
from crm.accounts.models import LoginSession, Membership, Team, User
from crm.activities import actions as activities
from crm.batches import jobs as batch_jobs
from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db, run
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.demo.everything import fill_records
from crm.fields import actions as fields
from crm.files import actions as files
from crm.filters.models import SavedView, Segment
from crm.history.models import ChangeSet, ChangeValue
from crm.leads.actions import capture
from crm.leads.rules import Arrival
from crm.mail import actions as mail
from crm.mail.models import Outbox
from crm.notices.models import Notice
from crm.quizzes.models import Attempt
from crm.search.actions import index_all
from crm.sequences.models import Enrolment, Sequence
from crm.transfer import jobs as transfer_jobs
from tests.quizzes.conftest import Prospect

CANARY = "Zanzibarquux"
OWN = "Wolpertingerine"  # what fields of the house's own say
KINDS = ("contacts", "companies", "deals", "tasks", "entries", "files", "views", "segments")


@pytest.fixture
def planted(app, cast, browse, the_clock):
    """Numbers by the name they have in an address; `records` by kind, `own` the field's keys.

    Eva of the sales team wrote all of it; Otto leads the partners, Sam has no team at all.
    """
    ids = {"records": {}, "own": {}}
    run(lambda: _records(cast, ids))
    run(lambda: _changes(ids))
    _by_a_prospect(browse, the_clock)
    eva = browse.signed_in("Eva")
    batch = eva.post("/batches", data=_tagging(ids["records"]["contacts"]))
    ids["batch_id"] = int(batch.location.rsplit("/", 1)[1])
    batch_jobs.work_on(ids["batch_id"])
    ids["import_id"] = _import(eva)
    ids["export_id"] = _export(browse.signed_in("Mona"))
    run(lambda: _rest(ids))
    db.session.remove()
    return SimpleNamespace(**ids)


def _records(cast, ids):
    fill_records(cast)
    eva, sales = cast["Eva"], cast.sales
    own = {record: f"cf_{fields.create(record, 'House word', 'text', by=None).id}"
           for record in ("contact", "company", "deal")}  # fmt: skip
    company = companies.create(f"{CANARY} GmbH", owner_id=eva.id, team_id=sales.id)
    contact = contacts.create(
        name=f"Ann {CANARY}", emails=[f"ann@{CANARY.lower()}.example"], owner_id=eva.id,
        team_id=sales.id, company_id=company.id, job_title=f"Chief {CANARY}", by=eva,
    )  # fmt: skip
    stage = db.session.scalars(select(Deal).order_by(Deal.id)).first().stage
    deal = deals.create(f"{CANARY} deal", stage=stage, by=eva, owner=eva, contact=contact)
    for record, row in (("contact", contact), ("company", company), ("deal", deal)):
        fields.set_values(row, {own[record]: f"First {OWN}"}, eva)
    note = activities.write_note(
        by=eva, body=f"A note on {CANARY} for @Otto", contact_id=contact.id
    )
    task = activities.add_task(
        f"Call {CANARY}", owner_id=eva.id, contact_id=contact.id, by=eva, team_id=sales.id
    )
    kept = files.keep(f"{CANARY}.txt", BytesIO(CANARY.encode()))
    found = files.attach(kept, by=eva, contact_id=contact.id)
    now = contact.created_at
    same = {"owner_id": eva.id, "sharing": "team", "team_id": sales.id,
            "created_at": now, "updated_at": now}  # fmt: skip
    view = SavedView(record="contact", name=f"{CANARY} view", **same)
    segment = Segment(name=f"{CANARY} people", folded=CANARY.lower(), **same)
    db.session.add_all([view, segment])
    db.session.flush()
    numbers = (contact.id, company.id, deal.id, task.id, note.id, found.id, view.id, segment.id)
    ids.update(
        own=own, records=dict(zip(KINDS, numbers, strict=True)), way_id=contact.emails[0].id,
        contact_id=contact.id, company_id=company.id, deal_id=deal.id, task_id=task.id,
        entry_id=note.id, attachment_id=found.id, view_id=view.id, segment_id=segment.id,
        field_id=int(own["contact"][3:]),
    )  # fmt: skip
    otto = cast["Otto"]
    otto.role = cast["Sam"].role = "manager"  # whoever may more meets more
    partner = contacts.create(name="Pia", owner_id=otto.id, team_id=cast.partners.id, by=otto)
    companies.create("Pia AG", owner_id=otto.id, team_id=cast.partners.id)
    deals.create("Pia deal", stage=stage, by=otto, owner=otto, contact=partner)
    of_sam = db.session.scalars(select(Membership).where(Membership.user_id == cast["Sam"].id))
    for one in of_sam:
        db.session.delete(one)


def _changes(ids):
    """What the history then tells as changed."""
    for model, record in ((Contact, "contact"), (Company, "company"), (Deal, "deal")):
        row = db.session.get(model, ids[f"{record}_id"])
        fields.set_values(row, {ids["own"][record]: OWN}, None)
        if record == "contact":
            contacts.change(row, {"job_title": f"Former {CANARY}"}, by=None)


def _by_a_prospect(browse, the_clock):
    """Arrival, attempt, enrolment and mails, as a quiz brings them."""
    page = Prospect(browse, the_clock).to_gate("Ben")
    the_clock.forward(seconds=5)
    said = {"email": f"ben@{CANARY.lower()}.example", "name": f"Ben {CANARY}", "marketing": "1"}
    assert page.form(**said).submit().status == 303


def _tagging(number):
    return {"record": "contact", "id": [number], "act": "contacts.tag", "tag": "vip"}  # fmt: skip


def _import(eva):
    sheet = BytesIO(f"email,name\nnobody,{CANARY}\n".encode())
    answer = eva.post("/import", data={"record": "contact", "file": (sheet, f"{CANARY}.csv")})
    return int(answer.location.rsplit("/", 1)[1])


def _export(mona):
    answer = mona.post("/exports", data={"record": "contact", "kind": "csv", "scope": "all",
                                         "columns": "all"})  # fmt: skip
    number = int(answer.location.rsplit("/", 1)[1])
    transfer_jobs.write_exports(number)
    return number


def _rest(ids):
    index_all()
    sales_id = db.session.scalars(select(Team.id).where(Team.name == "Sales")).one()
    ben = db.session.scalars(select(Contact.id).where(Contact.name == f"Ben {CANARY}")).one()
    eva = db.session.scalars(select(User).where(User.name.like("Eva%"))).one()
    mail.queue("nurture", dedupe_key=CANARY, to_address=f"ben@{CANARY.lower()}.example",
               to_name=f"Ben {CANARY}", contact_id=ben)  # fmt: skip
    db.session.scalars(select(Sequence)).one().team_id = sales_id
    leave = accounts.add_leave(eva, clock.now().date(), clock.now().date())
    change = select(ChangeValue).where(ChangeValue.contact_id == ids["contact_id"])
    value = db.session.scalars(change.where(ChangeValue.op == "update")).first()
    db.session.add(Notice(user_id=eva.id, kind="mention", title=CANARY, body=CANARY, url="/",
                          dedupe_key=CANARY, created_at=clock.now()))  # fmt: skip
    held = Arrival(source="form", idem_key=CANARY, name=f"Cat {CANARY}", is_doubtful=True,
                   email=f"cat@{CANARY.lower()}.example", team_id=sales_id)  # fmt: skip
    ids["intake_id"] = capture(held).intake.id
    db.session.flush()
    attempt = db.session.scalars(select(Attempt).where(Attempt.contact_id == ben)).one()
    ids.update(
        attempt_id=attempt.id, quiz_id=attempt.quiz_version.quiz_id, set_id=value.change_set_id,
        value_id=value.id, team_id=sales_id, leave_id=leave.id, user_id=eva.id,
        **{
            name: db.session.scalars(select(model.id).where(where).order_by(model.id)).first()
            for name, model, where in (
                ("enrolment_id", Enrolment, Enrolment.contact_id == ben),
                ("mail_id", Outbox, Outbox.contact_id == ben),
                ("notice_id", Notice, Notice.title == CANARY),
                ("sequence_id", Sequence, Sequence.id.is_not(None)),
                ("session_id", LoginSession, LoginSession.user_id == eva.id),
            )
        },
    )  # fmt: skip
    assert None not in ids.values(), ids
    assert db.session.get(ChangeSet, ids["set_id"])
