"""I1 to I6: a file becomes records: mapped, tried dry, done, told row by row, undone."""

import csv
import io

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.activities.models import Entry
from crm.batches import actions as batches
from crm.batches import jobs
from crm.batches.models import Batch, BatchItem
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, ContactEmail
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.fields.queries import customs, values_of
from crm.history import actions as history
from crm.history.models import ChangeSet
from crm.transfer.models import ExternalId, Import

PEOPLE = (
    "Kundennummer;Vorname;Nachname;E-Mail;Telefon;Firma;Position;Schlagworte;Notiz\r\n"
    "17;Mira;Sommer;mira@hafen.example;030 1234567;Hafen GmbH;Einkauf;vip, nord;ruft gern an\r\n"
    "18;Jörg;Weiß;joerg@weiss.example;;;;;\r\n"
    "19;;;;;;;;\r\n"
    "20;Bad;Mail;not-an-address;;;;;\r\n"
    "21;Mira;Sommer;MIRA@hafen.example;;;Leitung;süd;\r\n"
).encode("cp1252")

pytestmark = pytest.mark.filterwarnings("error::sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture
def eva(browse):
    return browse.signed_in("Eva")


def upload(person, data, name="people.csv", record="contact"):
    answer = person.post("/import", data={"record": record, "file": (io.BytesIO(data), name)})
    assert answer.status == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def mapped(person, number, **more):
    """Send the mapping as it was guessed, with `more` said otherwise; the number of its batch."""
    page = person.get(f"/import/{number}")
    answer = page.form(f"/import/{number}/mapping", **more).submit()
    assert answer.status == 303, answer.text
    if answer.location.endswith("/values"):  # words that nothing is called: as they stand
        answer = answer.follow().form(f"/import/{number}/values").submit()
    return int(answer.location.rsplit("/", 1)[1])


def batch(number):
    db.session.remove()
    return db.session.get(Batch, number)


def import_of(person, data, name="people.csv", record="contact", **more):
    """From upload to the end of the run; the batch's counts before and after."""
    number = mapped(person, upload(person, data, name, record), **more)
    jobs.work_on(number)
    planned = batch(number)
    assert planned.state == "checked", planned.error
    before = dict(planned.counts)
    person.post(f"/batches/{number}/start")
    jobs.work_on(number)
    return number, before, dict(batch(number).counts)


def person_named(name):
    db.session.remove()
    return db.session.scalars(select(Contact).where(Contact.name == name)).one()


def test_i1_the_columns_of_a_german_spreadsheet_are_guessed_and_shown(eva):
    page = eva.get(f"/import/{upload(eva, PEOPLE)}")
    chosen = {
        n: next(
            o["value"] for o in page.by_id(f"column-{n}").all("option") if "selected" in o.attrs
        )
        for n in range(9)
    }
    assert list(chosen.values()) == [
        "id", "first_name", "last_name", "email", "phone", "company", "job_title", "tags", "note",
    ]  # fmt: skip
    assert page.has("Jörg")  # cp1252 was found


def test_i2_the_dry_run_tells_all_and_stores_nothing(eva):
    number = mapped(eva, upload(eva, PEOPLE))
    before = db.session.scalar(select(func.count()).select_from(Contact))
    jobs.work_on(number)
    assert batch(number).counts == {"creates": 2, "refused": 2, "updates": 1}
    assert db.session.scalar(select(func.count()).select_from(Contact)) == before
    page = eva.get(f"/batches/{number}")
    assert page.has("2 to add, 1 to change, 2 refused")
    assert page.has("Neither a name nor an e-mail address stands in this row.")
    assert page.has("E-Mail: ")
    assert page.has("Joined with an earlier row about the same one.")
    assert page.by_id("item-2").text.startswith("Jörg Weiß Line 3")


def test_i1_who_gets_new_people_is_said_once_for_all_rows_that_name_nobody(browse, write, cast):
    finn, eva = cast["Finn"], cast["Eva"].id
    write(lambda: contacts.create(name="Known", emails=["k@x.example"], team_id=cast.sales.id))
    rows = f"Name,E-mail,Owner\nAda,a@x.example,{finn.name}\nBea,b@x.example,\nKnown,k@x.example,\n"
    finn_id, mona = finn.id, browse.signed_in("Mona")
    import_of(mona, rows.encode(), owner=str(eva))
    owners = {name: person_named(name).owner_id for name in ("Ada", "Bea", "Known")}
    assert owners == {"Ada": finn_id, "Bea": eva, "Known": None}
    firms = upload(mona, b"Name,Domain\nFirm,firm.example", record="company")
    assert mona.get(f"/import/{firms}").by_id("owner")
    again = upload(mona, rows.encode())
    page = mona.get(f"/import/{again}").form(f"/import/{again}/mapping", owner="99").submit()
    assert page.status == 422


def test_i1_after_the_dry_run_the_columns_can_be_said_anew(eva):
    file = upload(eva, PEOPLE)
    first = mapped(eva, file)
    jobs.work_on(first)
    link = eva.get(f"/batches/{first}").root.one("a", href=f"/import/{file}?again=1")
    page = eva.get(link["href"])
    answer = page.form(f"/import/{file}/mapping", **{"column-8": ""}).submit()
    answer = answer.follow().form(f"/import/{file}/values").submit()
    second = int(answer.location.rsplit("/", 1)[1])
    assert batch(first).state == "cancelled" and second != first
    eva.post(f"/batches/{second}/start")
    jobs.work_on(second)
    eva.post(f"/batches/{second}/start")
    jobs.work_on(second)
    assert batch(second).counts == {"created": 2, "updated": 1, "refused": 2}
    assert not db.session.scalars(select(Entry.body).where(Entry.kind == "note")).all()
    assert eva.post(f"/import/{file}/mapping").status == 422  # it has begun


def test_i6_the_page_of_an_import_says_that_it_was_undone(eva):
    number, _before, _after = import_of(eva, PEOPLE)
    assert eva.get(f"/batches/{number}").has("See and undo")
    eva.post(f"/history/{batch(number).change_set_id}/undo")
    page = eva.get(f"/batches/{number}")
    assert page.by_id("undone").text.startswith("Undone on") and not page.has("See and undo")
    assert eva.get("/history").has("Undone: import of “people.csv”")
    again = page.by_id("undone").one("a")["href"]
    eva.post(f"{again}/undo")
    assert eva.get("/history").has("Done again: import of “people.csv”")


def test_i3_rows_become_contacts_with_all_that_stands_in_them(eva):
    number, _before, after = import_of(eva, PEOPLE)
    assert after == {"created": 2, "updated": 1, "refused": 2}
    mira = person_named("Mira Sommer")
    assert [row.address for row in mira.emails] == ["mira@hafen.example"]
    assert mira.company.name == "Hafen GmbH"
    assert mira.job_title == "Einkauf"  # the second row only fills what is empty
    assert sorted(tag.name for tag in mira.tags) == ["nord", "süd", "vip"]
    assert {tagging.set_by for tagging in mira.taggings} == {"import"}
    notes = db.session.scalars(select(Entry.body).where(Entry.kind == "note")).all()
    assert notes == ["ruft gern an"]
    # The second row found her by her address, so the first number stays hers.
    assert set(db.session.scalars(select(ExternalId.value))) >= {"17", "18"}
    page = eva.get(f"/batches/{number}")
    assert page.has("2 created, 1 updated, 2 refused")
    assert page.has("Mira Sommer")


def test_i4_the_same_file_again_changes_nothing(eva):
    import_of(eva, PEOPLE)
    notes = select(func.count()).select_from(Entry).where(Entry.kind == "note")
    before = db.session.scalar(notes)
    _number, planned, after = import_of(eva, PEOPLE.replace(b"21;Mira", b"21;Mira"))
    assert planned.get("creates") is None
    assert after.get("created") is None
    assert db.session.scalar(notes) == before
    assert db.session.scalar(select(func.count()).select_from(ContactEmail)) == 2


def test_i4_each_column_has_its_own_policy(eva, write, cast):
    write(
        lambda: (
            contacts.create(
                name="Ada", emails=["ada@x.example"], job_title="Head", team_id=cast.sales.id
            ).id
        )
    )
    data = b"email,title,name\nada@x.example,Chief,Ada Alt\n"
    import_of(eva, data, **{"policy-1": "overwrite"})
    assert person_named("Ada").job_title == "Chief"


def test_i4_a_name_alone_never_matches(eva, write, cast):
    write(lambda: contacts.create(name="Ada Alt", team_id=cast.sales.id).id)
    _number, planned, _after = import_of(eva, b"name\nAda Alt\n")
    assert planned == {"creates": 1}


def test_i4_what_one_may_not_see_is_neither_changed_nor_doubled(eva, write, cast):
    write(
        lambda: contacts.create(name="Foreign", emails=["f@x.example"], team_id=cast.partners.id).id
    )
    _number, planned, _after = import_of(eva, b"email,name\nf@x.example,Mine\ng@x.example,G\n")
    assert planned == {"refused": 1, "creates": 1}


def test_i5_the_refused_rows_come_as_a_file_that_loads_again(eva):
    number, _before, _after = import_of(eva, PEOPLE)
    import_id = batch(number).options["import"]
    answer = eva.get(f"/import/{import_id}/refused.csv")
    rows = list(csv.reader(io.StringIO(answer.html)))
    assert rows[0] == [
        "Kundennummer", "Vorname", "Nachname", "E-Mail", "Telefon", "Firma", "Position",
        "Schlagworte", "Notiz", "Reason",
    ]  # fmt: skip
    assert [row[0] for row in rows[1:]] == ["19", "20"]
    mended = answer.html.replace("not-an-address", "good@mail.example").encode()
    _number, _planned, after = import_of(eva, mended)
    assert after == {"created": 1, "refused": 1}
    assert person_named("Bad Mail").email == "good@mail.example"


def test_i1_an_unknown_column_becomes_a_field_on_the_spot(browse):
    mona = browse.signed_in("Mona")
    data = b"email,Contract\na@x.example,gold\nb@x.example,silver\n"
    import_of(mona, data, **{"column-1": "new:select"})
    (field,) = customs("contact")
    value = values_of(person_named("a@x.example"))[field.key]
    assert (field.label, field.option(value).label) == ("Contract", "gold")


def test_i3_companies_and_deals_come_from_files_too(browse, write, cast):
    mona = browse.signed_in("Mona")
    write(deals.create_default_pipeline)
    firms = b"Company,Domain,City\nHafen GmbH,hafen.example,Hamburg\nNo domain,,\n"
    _number, _planned, after = import_of(mona, firms, record="company")
    assert after == {"created": 2}
    rows = b"Deal;Company;Amount;Close date;Stage\nPilot;Hafen GmbH;1.234,50 EUR;24.12.2026;Won\n"
    stages = rows + b"Second;Hafen GmbH;99;01.12.2026;Nowhere\n"
    _number, _planned, after = import_of(
        mona, stages, record="deal", **{"column-0": "name", "match": "name"}
    )
    assert after == {"created": 1, "refused": 1}
    deal = db.session.scalars(select(Deal)).one()
    assert (deal.amount_cents, deal.currency, deal.stage.kind) == (123450, "EUR", "won")
    assert deal.company.name == "Hafen GmbH"
    assert db.session.scalar(select(func.count()).select_from(Company)) == 2


def test_i3_a_killed_worker_goes_on_where_it_stood(eva, write, the_clock):
    data = "email,name\n" + "".join(f"p{n}@x.example,P {n}\n" for n in range(90))
    number = mapped(eva, upload(eva, data.encode()))
    assert write(lambda: batches.claim(number, "dead"))
    assert write(lambda: batches.step(number, "dead"))  # the lines are read
    the_clock.forward(seconds=61)
    jobs.work_on(number)
    assert batch(number).counts == {"creates": 90}
    eva.post(f"/batches/{number}/start")
    assert write(lambda: batches.claim(number, "dead"))
    with batches.as_one_act(batch(number)):
        assert write(lambda: batches.step(number, "dead"))
    the_clock.forward(seconds=61)
    jobs.work_on(number)
    assert batch(number).counts == {"created": 90}
    made = select(func.count()).select_from(Contact).where(Contact.name.like("P %"))
    assert db.session.scalar(made) == 90
    places = select(func.count(), func.count(BatchItem.record_id)).where(
        BatchItem.batch_id == number
    )
    assert db.session.execute(places).one() == (90, 90)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.pdf", b"%PDF", "Choose a .csv"),
        ("x.csv", b"", "The file is empty"),
        ("x.xlsx", b"junk", "no Excel workbook"),
        ("x.vcf", b"BEGIN:NOTHING", "holds no vCard"),
        ("x.csv", b"\n,\n", "is empty"),
    ],
)
def test_i1_a_file_that_cannot_be_read_says_why(eva, name, data, words):
    page = eva.post("/import", data={"record": "contact", "file": (io.BytesIO(data), name)})
    assert page.status == 422
    assert page.has(words)
    assert db.session.scalar(select(func.count()).select_from(Import)) == 0


def test_i1_a_mapping_is_kept_and_used_for_the_next_file(eva):
    number = upload(eva, b"Wer,Mail\nAda,a@x.example\n")
    mapped(eva, number, **{"column-0": "name", "preset": "Messe"})
    again = upload(eva, b"Wer,Mail\nBen,b@x.example\n")
    page = eva.get(f"/import/{again}")
    assert page.has("Messe")
    eva.post(f"/import/{again}/preset", data={"preset_id": 1})
    assert batch(mapped(eva, again)).options == {"import": again}
    columns = db.session.get(Import, again).columns
    assert [column["key"] for column in columns] == ["name", "email"]


def test_i2_an_import_is_its_owners_and_reading_roles_have_none(browse, eva):
    number = upload(eva, PEOPLE)
    assert browse.signed_in("Finn").get(f"/import/{number}").status == 404
    assert browse.signed_in("Rita").get("/import").status == 403


def test_i6_taking_an_import_back_leaves_what_was_there_before(eva, write, cast):
    write(
        lambda: (
            contacts.create(
                name="Ada", emails=["ada@x.example"], job_title="Head", team_id=cast.sales.id
            ).id
        )
    )
    data = b"email,title,name\nada@x.example,Chief,Ada\nnew@x.example,Boss,New One\n"
    number, _planned, after = import_of(eva, data, **{"policy-1": "overwrite"})
    assert after == {"created": 1, "updated": 1}
    set_id = batch(number).change_set_id

    def undo():
        eva_row = db.session.scalars(select(User).where(User.name.like("Eva %"))).one()
        return history.undo(db.session.get(ChangeSet, set_id), by=eva_row)

    write(undo)
    assert person_named("Ada").job_title == "Head"
    assert person_named("New One").deleted_at is not None


def test_o6_the_history_tells_imports_from_what_people_did(browse, write, cast):
    mona = browse.signed_in("Mona")
    number, _planned, after = import_of(mona, b"email,name\nnew@x.example,New One\n")
    assert after == {"created": 1}
    assert db.session.get(ChangeSet, batch(number).change_set_id).actor == "import"
    assert mona.get("/history?actor=import").has("by an import")
    rows = list(csv.DictReader(io.StringIO(mona.get("/history.csv?actor=import").html)))
    assert {row["actor"] for row in rows} == {"import"} and len(rows) > 1
    assert not list(csv.DictReader(io.StringIO(mona.get("/history.csv?actor=user").html)))
    mona.post("/history/undo")  # the last act of a person is what they brought in, too
    assert person_named("New One").deleted_at is not None
