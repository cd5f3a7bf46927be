"""G2: after an erasure no byte of the database, its journal or a file says who it was."""

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.contacts.rules import fold
from crm.core import jobs
from crm.core.db import db, run
from crm.deals import actions as deals
from crm.deals.models import Deal, Stage
from crm.demo import routing, sequence
from crm.fields import actions as fields
from crm.fields.queries import values_of
from crm.history.models import ChangeSet, ChangeValue
from crm.leads.actions import capture
from crm.leads.models import Intake
from crm.leads.rules import Arrival
from crm.mail import actions as mail
from crm.notices import actions as notices
from crm.transfer.actions import erase
from tests.quizzes.conftest import Prospect, readiness  # noqa: F401 - a fixture

FIRST, LAST = "Zebrafinka", "Quittenbaum"
NAME = f"{FIRST} {LAST}"
MAIL = "zebra.quitten@birnbaum-works.example"
# What says who it is; the domain is the company's.
WORDS = (FIRST, LAST, "zebra.quitten", "555 0318 77", "55503187")


@pytest.fixture
def told(app, cast, browse, readiness, the_clock):  # noqa: F811
    """A person who took the quiz and of whom the house wrote everywhere; numbers by name."""
    run(lambda: routing.add(cast, sequence.add(cast)))
    page = Prospect(browse, the_clock).to_gate("Ada")
    the_clock.forward(seconds=5)
    form = page.form()
    form.values |= {"email": MAIL, "name": NAME, "phone": "+49 40 555 0318 77",
                    "result_mail": "1", "marketing": "1"}  # fmt: skip
    assert form.submit().status == 303
    return run(_write)


def named(name):
    return db.session.scalars(select(User).where(User.name.like(f"{name} %"))).one()


def _write():
    eva = named("Eva")
    sales = eva.teams[0]
    contact = db.session.scalars(select(Contact).where(Contact.name == NAME)).one()
    company = companies.create("Birnbaum", owner_id=eva.id, team_id=sales.id)
    deals.create_default_pipeline()
    stage = db.session.scalars(select(Stage).order_by(Stage.position)).first()
    deal = deals.create(f"Roof of {NAME}", stage=stage, by=eva, owner=eva, contact=contact)
    other = deals.create(f"Barn, see {NAME}", stage=stage, by=eva, owner=eva)
    own = fields.create("company", "Speaks for them", "text", by=None)
    fields.set_values(company, {f"cf_{own.id}": f"ask {NAME}"}, eva)
    by_hand = {"owner_id": eva.id, "by": eva, "team_id": sales.id}
    task = activities.add_task(f"Send {NAME} the offer", contact_id=contact.id, **by_hand)
    aside = activities.add_task(f"Ask {NAME}", deal_id=other.id, note=f"write to {MAIL}", **by_hand)
    activities.write_note(by=eva, body=f"{NAME} decides ({MAIL})", company_id=company.id)
    activities.write_note(by=eva, body=f"met {NAME.upper()}", deal_id=other.id)
    notices.tell(eva.id, kind="mention", title=f"{NAME} called", url="/", dedupe_key="z1")
    mail.queue("notice", dedupe_key="z2", to_address=eva.email, user_id=eva.id,
               context={"title": f"{NAME} waits"})  # fmt: skip
    capture(Arrival(source="form", idem_key="z3", name=NAME, email=MAIL, is_doubtful=True))
    return {"contact": contact.id, "task": task.id, "aside": aside.id, "deal": deal.id,
            "other": other.id, "company": company.id, "field": own.id}  # fmt: skip


def _rewrite(ids):
    """Later changes, so that the history holds the texts of before."""
    eva = named("Eva")
    for key in ("task", "aside"):
        task = db.session.get(Task, ids[key])
        task.title, task.note = f"{task.title} soon", f"{NAME} again"
        db.session.flush()
        task.title, task.note = "Offer", ""
    for key in ("deal", "other"):
        deal = db.session.get(Deal, ids[key])
        deal.name, deal.sort_name = "Roof", fold("Roof")
    contact = db.session.get(Contact, ids["contact"])
    contacts.change(contact, {"job_title": f"Head of {LAST} & Co"}, by=eva)


def bytes_of(app):
    """All that lies in the folder of data, after the bell that an erasure rings."""
    db.session.remove()
    jobs.fold_journal()
    folder = app.extensions["tend.config"]["DATA_DIR"]
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def said_in(app):
    return {
        (name, word)
        for name, data in bytes_of(app).items()
        for word in WORDS
        if word.lower().encode() in data.lower()
    }


def test_c10_no_byte_of_the_whole_file_says_who_it_was(app, told):
    run(lambda: _rewrite(told))
    assert {word for _name, word in said_in(app)} == set(WORDS)
    counts = [db.session.query(model).count() for model in (Task, ChangeSet, ChangeValue, Intake)]
    run(lambda: erase(db.session.get(Contact, told["contact"]), named("Olga"), "law"))
    assert said_in(app) == set()
    after = [db.session.query(model).count() for model in (Task, ChangeSet, ChangeValue, Intake)]
    assert all(now >= before for now, before in zip(after, counts, strict=True))
    aside = db.session.get(Task, told["aside"])
    assert (aside.title, aside.note) == ("Offer", "")


def test_c10_the_rest_of_a_text_stays(app, told):
    run(lambda: erase(db.session.get(Contact, told["contact"]), named("Olga"), "law"))
    aside = db.session.get(Task, told["aside"])
    assert aside.title == "Ask Deleted on request"
    assert aside.note == "write to Deleted on request"
    assert db.session.get(Deal, told["other"]).name == "Barn, see Deleted on request"
    company = db.session.get(Company, told["company"])
    assert values_of(company)[f"cf_{told['field']}"] == "ask Deleted on request"
