"""I3, I6: hundreds of rows in pieces: as one by one, past a kill -9, and taken back as one act."""

import multiprocessing
import os
import signal
import time

import pytest
from sqlalchemy import func, select

from crm import create_app
from crm.accounts.models import User
from crm.activities.models import Entry
from crm.batches import actions as batches
from crm.batches import jobs
from crm.batches.models import Batch, BatchItem
from crm.batches.rules import MANY_CHUNK
from crm.companies.models import Company, CompanyDomain
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, ContactEmail, Tagging
from crm.core.db import db, run
from crm.fields import actions as fields
from crm.fields.queries import values_of
from crm.history.models import ChangeSet, ChangeValue
from crm.search.models import SearchWord
from crm.transfer.models import ExternalId
from tests.conftest import settings
from tests.transfer.test_imports import batch, import_of, mapped, person_named, upload

HEAD = "ID,Name,E-mail,Phone,Company,Tags,Note\n"


@pytest.fixture
def eva(browse):
    return browse.signed_in("Eva")


def people(first, last):
    """Rows of people of three firms; the tenth is nobody, the fifteenth the fourteenth again."""
    rows = []
    for n in range(first, last):
        mail = f"p{n}@firm{n % 3}.example"
        if n % 100 == 15:
            mail = f"p{n - 1}@firm{(n - 1) % 3}.example"
        if n % 100 == 10:
            mail = "nobody"
        note = "Likes tea" if n % 100 == 20 else ""
        rows.append(f"x{n},Person {n},{mail},030 {2000000 + n},Firm {n % 3},vip,{note}")
    return (HEAD + "\n".join(rows) + "\n").encode()


def count(model, *which):
    return db.session.scalar(select(func.count()).select_from(model).where(*which))


def test_i3_rows_done_together_hold_all_that_stands_in_them(eva, cast):
    number, planned, after = import_of(eva, people(0, 130), **{"column-6": "note"})
    assert planned == {"creates": 126, "updates": 2, "refused": 2}
    assert after == {"created": 126, "updated": 2, "refused": 2}
    assert count(Company) == 3
    assert sorted(db.session.scalars(select(CompanyDomain.domain))) == [
        "firm0.example", "firm1.example", "firm2.example",
    ]  # fmt: skip
    one = person_named("Person 20")
    assert (one.email, one.phone, one.company.name) == (
        "p20@firm2.example", "+49302000020", "Firm 2",
    )  # fmt: skip
    assert [(one.tag.name, one.set_by) for one in one.taggings] == [("vip", "import")]
    assert (one.source, one.lifecycle, one.team_id) == ("import", "captured", cast.sales.id)
    assert one.last_touch_at is None  # a note of a file is no touch
    entries = select(Entry.kind, Entry.body).where(Entry.contact_id == one.id).order_by(Entry.kind)
    assert db.session.execute(entries).all() == [("created", ""), ("note", "Likes tea")]
    assert db.session.scalar(select(ExternalId.value).where(ExternalId.record_id == one.id)) == (
        "x20"
    )
    words = select(SearchWord.word).where(
        SearchWord.kind == "contact", SearchWord.record_id == one.id
    )
    assert {"person", "20", "p20@firm2.example"} <= set(db.session.scalars(words))
    assert eva.get("/search?q=Person 77").has("Person 77")
    made = select(ChangeValue.table, func.count()).where(
        ChangeValue.change_set_id == batch(number).change_set_id,
        ChangeValue.op == "insert",
        ChangeValue.table != "entry",
    )
    assert dict(db.session.execute(made.group_by(ChangeValue.table)).all()) == {
        "company": 3, "company_domain": 3, "contact": 126, "contact_email": 126,
        "contact_phone": 128, "tag": 1, "tagging": 126,
    }  # fmt: skip


def test_i3_a_value_that_must_be_unique_refuses_its_own_row_only(eva, write):
    key = write(lambda: fields.create("contact", "Number", "text", by=None, is_unique=True).id)
    rows = "".join(f"P {n},p{n}@x.example,{n if n != 9 else 7}\n" for n in range(30))
    data = f"Name,E-mail,Number\n{rows}".encode()
    number, _planned, after = import_of(eva, data, **{"column-2": f"cf_{key}"})
    assert after == {"created": 29, "refused": 1}
    refused = select(BatchItem.position, BatchItem.reason).where(
        BatchItem.batch_id == number, BatchItem.state == "refused"
    )
    ((position, reason),) = db.session.execute(refused).all()
    assert position == 10 and "another contact says this already" in reason
    assert values_of(person_named("P 8"))[f"cf_{key}"] == "8"


def test_i3_a_unique_value_beside_a_reference_is_not_taken_by_its_own_row(eva, write, cast):
    holger = write(lambda: contacts.create(name="Holger", team_id=cast.sales.id)).id
    added = (("Customer no.", "text", {"is_unique": True}),
             ("Referred by", "reference", {"target": "contact"}))  # fmt: skip
    number_key, by_key = (
        write(lambda one=one: fields.create("contact", *one[:2], by=None, **one[2]).id)
        for one in added
    )
    rows = "".join(f"P {n},p{n}@x.example,K{n},Holger\n" for n in range(30))
    data = f"Name,E-mail,Customer no.,Referred by\n{rows}".encode()
    columns = {"column-2": f"cf_{number_key}", "column-3": f"cf_{by_key}"}
    _number, _planned, after = import_of(eva, data, **columns)
    assert after == {"created": 30}
    found = values_of(person_named("P 29"))
    assert (found[f"cf_{number_key}"], found[f"cf_{by_key}"]) == ("K29", holger)


def test_i4_an_address_that_somebody_has_refuses_its_own_row_only(eva, write, cast):
    write(lambda: contacts.create(name="Ada", emails=["a@x.example"], team_id=cast.partners.id).id)
    rows = "".join(f"P {n},X,{'a' if n == 3 else f'p{n}'}@x.example\n" for n in range(30))
    data = f"Name,Company,E-mail\n{rows}P 31,X,p5@x.example\n".encode()
    _number, _planned, after = import_of(eva, data, match="name")
    assert after == {"created": 29, "refused": 2}
    assert count(ContactEmail, ContactEmail.canonical == "a@x.example") == 1


def _work(found, number):
    with create_app(found).app_context():
        run(lambda: batches.claim(number, "dead"))
        with batches.as_one_act(db.session.get(Batch, number)):
            while run(lambda: batches.step(number, "dead")):
                pass


def test_i3_nothing_is_lost_or_doubled_when_the_worker_is_killed(eva, app, tmp_path, the_clock):
    number = mapped(eva, upload(eva, people(0, 330)))
    jobs.work_on(number)
    eva.post(f"/batches/{number}/start")
    db.session.remove()
    found = settings(tmp_path, tmp_path / "clock")
    worker = multiprocessing.get_context("spawn").Process(target=_work, args=(found, number))
    worker.start()
    while worker.is_alive() and batch(number).counts.get("created", 0) < MANY_CHUNK:
        time.sleep(0.01)
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    assert batch(number).state == "running", batch(number).counts
    the_clock.forward(seconds=61)
    jobs.work_on(number)
    assert batch(number).counts == {"created": 322, "updated": 4, "refused": 4}
    assert count(Contact, Contact.name.like("Person %")) == 322
    assert count(ContactEmail) == 322
    assert count(BatchItem, BatchItem.batch_id == number) == 330


def test_i6_an_import_of_hundreds_is_taken_back_in_pieces(eva, write, cast):
    eva_id = cast["Eva"].id
    write(
        lambda: contacts.create(name="Kept", emails=["p1@firm1.example"], team_id=cast.sales.id).id
    )
    number, _planned, after = import_of(eva, people(0, 330))
    assert after == {"created": 321, "updated": 5, "refused": 4}
    edited = person_named("Person 7").id
    boss = {"job_title": "Boss"}
    write(
        lambda: contacts.change(
            db.session.get_one(Contact, edited), boss, by=db.session.get_one(User, eva_id)
        )
    )
    answer = eva.post(f"/history/{batch(number).change_set_id}/undo")
    undoing = int(answer.location.rsplit("/", 1)[1])
    jobs.work_on(undoing)
    assert eva.get("/batches").has("Undo: import of “people.csv”")
    stays = "It stays, because others use it."  # the tag, which Person 7 wears
    assert count(BatchItem, BatchItem.reason == stays, BatchItem.state == "skipped") == 1
    # People, what the fifth kept one was given (company, phone, tag), three firms and a tag.
    assert sum(batch(undoing).counts.values()) < 321 + 30
    eva.post(f"/batches/{undoing}/start")
    jobs.work_on(undoing)
    assert batch(undoing).state == "done"
    assert eva.get("/history").has("Undone: import of “people.csv”")
    alive = select(Contact.name).where(Contact.deleted_at.is_(None))
    assert set(db.session.scalars(alive)) == {"Kept", "Person 7"}
    assert person_named("Kept").phones == []
    assert count(Company, Company.deleted_at.is_(None)) <= 3
    assert count(Tagging, Tagging.contact_id == person_named("Kept").id) == 0
    # Whoever was taken back frees the address: the file may come once more.
    _number, planned, _after = import_of(eva, people(0, 330))
    assert planned["creates"] == 320
    assert count(ChangeSet, ChangeSet.undo_of_id.is_not(None)) == 1
