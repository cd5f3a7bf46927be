"""C10: after an erasure no table, no index and no file holds the person; the counts stay."""

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, inspect, select, text

from crm.accounts.models import SecurityEvent
from crm.activities import actions as activities
from crm.activities.models import Entry, NoteDraft
from crm.batches import jobs as batch_jobs
from crm.contacts import actions as contacts
from crm.contacts.models import Consent, Contact
from crm.contacts.queries import has_consent
from crm.core import clock
from crm.core.db import db
from crm.fields import actions as fields
from crm.files import actions as files
from crm.history.models import ChangeSet
from crm.mail import queries as mail
from crm.search import purging
from crm.transfer import jobs
from crm.transfer.actions import erase

CANARY = "zebrafink"
LONG_AGO = datetime(2020, 1, 2, tzinfo=UTC)
MAIL = f"{CANARY}@hafen.example"


def everything():
    """All that the database holds, as text, by table."""
    db.session.remove()
    found = {}
    for table in inspect(db.engine).get_table_names():
        rows = db.session.execute(text(f'SELECT * FROM "{table}"')).all()
        found[table] = " ".join(
            one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
            for row in rows for one in row
        ).lower()  # fmt: skip
    return found


@pytest.fixture
def olga(browse):
    return browse.signed_in("Olga")


def _story(cast, olga, write):
    """A person with everything that a record can have, brought in by a file."""
    name = f"{CANARY.title()} Sommer"
    data = f"email,name,note\n{MAIL},{name},likes {CANARY}\nbad,{name},\n"
    answer = olga.post(
        "/import", data={"record": "contact", "file": (io.BytesIO(data.encode()), "people.csv")}
    )
    number = answer.location.rsplit("/", 1)[1]
    mapped = olga.get(f"/import/{number}").form(f"/import/{number}/mapping").submit()
    batch_id = int(mapped.location.rsplit("/", 1)[1])
    batch_jobs.work_on(batch_id)
    olga.post(f"/batches/{batch_id}/start")
    batch_jobs.work_on(batch_id)
    db.session.remove()
    found = db.session.scalars(select(Contact).where(Contact.name.like("Zebra%"))).first()
    contact_id = found.id
    write(lambda: _more(contact_id, cast))
    olga.post("/exports", data={"record": "contact", "kind": "csv", "scope": "all",
                                "columns": "all"})  # fmt: skip
    jobs.write_exports(1)
    db.session.remove()
    return contact_id


def _more(contact_id, cast):
    contact, by = db.session.get(Contact, contact_id), cast["Olga"]
    own = fields.create("contact", "Own", "text", by=by)
    fields.set_values(contact, {f"cf_{own.id}": CANARY}, by)
    contacts.tag(contact, "vip", by=by)
    contacts.change(contact, {"job_title": f"Head of {CANARY}"}, by=by)
    activities.write_note(by=by, body=f"{CANARY} called", contact_id=contact_id)
    activities.add_task(f"Call {CANARY}", owner_id=by.id, contact_id=contact_id, by=by)
    kept = files.keep("offer.txt", io.BytesIO(f"for {CANARY}".encode()))
    files.attach(files.Kept(f"{CANARY}.txt", kept.sha256, kept.size), by=by, contact_id=contact_id)
    db.session.add(
        NoteDraft(user_id=by.id, place=f"contacts/{contact_id}", contact_id=contact_id,
                  body=CANARY, saved_at=clock.now())
    )  # fmt: skip


def test_c10_no_table_and_no_file_holds_an_erased_person(olga, write, cast):
    contact_id = _story(cast, olga, write)
    before = everything()
    assert {name for name, held in before.items() if CANARY in held} >= {
        "contact", "contact_email", "entry", "task", "note_draft", "field_value", "attachment",
        "batch_item", "import", "export", "change_value", "search_word",
    }  # fmt: skip
    counts = {m: db.session.scalar(select(func.count()).select_from(m)) for m in (Contact, Entry)}
    sets = db.session.scalar(select(func.count()).select_from(ChangeSet))
    page = olga.get(f"/contacts/{contact_id}/erasure")
    page.form(f"/contacts/{contact_id}/erasure", reason="asked by letter", is_sure="y").submit()
    held = {name: words for name, words in everything().items() if CANARY in words}
    assert {name: words[max(0, words.index(CANARY) - 80) :][:200] for name, words in held.items()} \
        == {}  # fmt: skip
    assert [p for p in files.folder().iterdir() if CANARY.encode() in p.read_bytes()] == []
    assert db.session.scalar(select(func.count()).select_from(Contact)) == counts[Contact]
    assert db.session.scalar(select(func.count()).select_from(Entry)) > counts[Entry]
    assert db.session.scalar(select(func.count()).select_from(ChangeSet)) >= sets
    assert mail.is_suppressed(MAIL, "marketing")
    log = olga.get("/history")
    assert log.has("Person erased") and not log.has("Email removed")
    assert "erased → erased" not in " ".join(log.by_id("main").text.split())
    assert "Person erased" in olga.get("/history.csv").html


def test_c10_erasing_needs_a_reason_and_the_right(olga, browse, write, cast):
    contact_id = write(lambda: contacts.create(name="Ada", team_id=cast.sales.id).id)
    page = olga.post(f"/contacts/{contact_id}/erasure", data={"reason": "", "is_sure": "y"})
    assert page.status == 422
    assert db.session.get(Contact, contact_id).name == "Ada"
    assert browse.signed_in("Eva").get(f"/contacts/{contact_id}/erasure").status == 403


def test_c10_the_rest_of_the_house_is_left_alone(write, cast):
    def two():
        contacts.create(name="Stays", emails=["stays@x.example"], team_id=cast.sales.id)
        gone = contacts.create(name="Goes", emails=["goes@x.example"], team_id=cast.sales.id)
        erase(gone, cast["Olga"], "asked")

    write(two)
    names = db.session.scalars(select(Contact.name).order_by(Contact.id)).all()
    assert names == ["Stays", "Deleted on request"]


def test_c10_nobody_works_on_an_erased_person_any_more(olga, write, cast):
    def erased():
        contacts.create(name="Stays", team_id=cast.sales.id)
        gone = contacts.create(name="Goes", team_id=cast.sales.id, owner_id=cast["Olga"].id)
        return erase(gone, cast["Olga"], "asked").id

    number = write(erased)
    people = olga.get("/contacts")
    assert people.has("Stays") and not people.has("Deleted on request")
    assert not olga.get("/trash").has("Deleted on request")
    left = olga.get(f"/contacts/{number}")
    assert left.status == 200 and left.has("This person was erased on")
    assert not left.has("New deal")
    for act in ("edit", "notes/new", "erasure"):
        assert olga.get(f"/contacts/{number}/{act}").status == 404
    for act in ("notes", "restoration", "owner"):
        assert olga.post(f"/contacts/{number}/{act}", data={"body": "hello"}).status == 404
    write(lambda: db.session.get_one(Contact, number).__setattr__("deleted_at", LONG_AGO))
    assert write(purging.purge_trash) == 0
    assert db.session.get(Contact, number) is not None, "kept for the counts"


def test_c10_a_consent_told_to_one_of_us_is_added_and_nothing_before_changes(olga, write, cast):
    contact_id = write(lambda: contacts.create(name="Ada", team_id=cast.sales.id).id)
    address = f"/contacts/{contact_id}/consents"
    for answer, reason in (("yes", "on the phone"), ("no", "by letter")):
        said = {"purpose": "marketing", "answer": answer, "reason": reason}
        assert olga.post(address, data=said).status == 303
    assert olga.post(address, data={"purpose": "marketing", "answer": "yes"}).status == 422
    rows = db.session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [(row.is_granted, row.text, row.source) for row in rows] == [
        (True, "on the phone", "staff"), (False, "by letter", "staff"),
    ]  # fmt: skip
    assert not has_consent(contact_id, "marketing")
    page = olga.get(f"/contacts/{contact_id}/privacy")
    assert page.has("on the phone")
    assert page.has("by letter")


def test_c10_all_that_is_known_of_a_person_comes_as_json_and_csv(olga, write, cast):
    contact_id = _story(cast, olga, write)
    answer = olga.post(f"/contacts/{contact_id}/data")
    packed = zipfile.ZipFile(io.BytesIO(answer.response.data))
    known = json.loads(packed.read("person.json"))
    assert known["contact_email"][0]["canonical"] == MAIL
    assert known["fields"] == {"Own": CANARY}
    assert {"entry", "task", "attachment", "field_value", "tagging"} <= set(known)
    assert MAIL.encode() in packed.read("contact_email.csv")
    events = select(SecurityEvent).where(SecurityEvent.kind == "data_handed_out")
    assert db.session.scalars(events).one().details["contact"] == contact_id
