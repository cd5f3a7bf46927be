"""I7: lists go out as CSV, Excel, vCard and JSON lines, and come back without changing anything."""

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crm.accounts.models import SecurityEvent
from crm.batches import jobs as batch_jobs
from crm.batches.models import Batch
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.fields import actions as fields
from crm.fields.queries import custom_of
from crm.history.models import ChangeSet
from crm.notices.models import Notice
from crm.transfer import jobs
from crm.transfer.models import Export, Import
from crm.transfer.rules import outgoing

OWN_STRINGS = [
    "=1+1", "+49 (0) 30 1", "-2", "@SUM(A1)", "'quoted", "''twice", "\t=tab", " =blank", "#N/A",
    "=HYPERLINK(\"http://x\")", "a;b,c", "“x”", "_x000B_", "Ω≈ç√", "田中さん", "<script>",
]  # fmt: skip


def strings():
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / "blns.json"
    shared = json.loads(path.read_text()) if path.exists() else []
    return [text.replace("\0", "") for text in [*OWN_STRINGS, *shared] if text.strip("\0 \n\t")]


pytestmark = pytest.mark.filterwarnings("error::sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture
def mona(browse):
    return browse.signed_in("Mona")


def export(person, kind="csv", record="contact", **more):
    """Ask for a file, let the worker write it, fetch it: the bytes."""
    answer = person.post("/exports", data={"record": record, "kind": kind, **_said(more)})
    assert answer.status == 303, answer.text
    number = int(answer.location.rsplit("/", 1)[1])
    jobs.write_exports(number)
    db.session.remove()
    return number, db.session.get(Export, number).data


def _said(more):
    return {"scope": "list", "columns": "list", **more}


def rows_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_i7_the_list_goes_out_as_it_stands_with_its_filter_order_and_columns(mona, write, cast):
    def people():
        for name in ("Ben", "Ada"):
            contacts.create(name=name, job_title="Head", owner_id=cast["Eva"].id,
                            team_id=cast.sales.id)  # fmt: skip
        contacts.create(name="Cora", team_id=cast.sales.id)

    write(people)
    query = f"sort=name&columns=name,job_title,owner&owner={cast['Eva'].id}"
    _number, data = export(mona, query=query)
    rows = rows_of(data)
    assert rows[0] == ["Tend number", "Name", "Job title", "Owner"]
    assert [row[1:] for row in rows[1:]] == [
        ["Ada", "Head", cast["Eva"].name],
        ["Ben", "Head", cast["Eva"].name],
    ]


def test_i7_only_chosen_rows_go_out_and_none_that_one_may_not_see(mona, write, cast):
    seen = write(lambda: contacts.create(name="Seen", team_id=cast.sales.id).id)
    hidden = write(lambda: contacts.create(name="Foreign", team_id=cast.partners.id).id)
    write(lambda: contacts.create(name="Other", team_id=cast.sales.id).id)
    _number, data = export(mona, id=[seen, hidden])
    assert [row[1] for row in rows_of(data)[1:]] == ["Seen"]
    _number, data = export(mona, scope="all", columns="all")
    assert b"Foreign" not in data


def test_i7_no_cell_is_a_formula_in_csv_or_excel(mona, write, cast):
    from openpyxl import load_workbook

    write(lambda: contacts.create(name="=1+1", job_title="#N/A", team_id=cast.sales.id).id)
    _number, data = export(mona, columns="all")
    assert rows_of(data)[1][1] == "'=1+1"
    _number, data = export(mona, "xlsx", columns="all")
    sheet = load_workbook(io.BytesIO(data)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert sheet["B2"].value == "=1+1"


def test_i7_days_before_excel_begins_are_kept_in_its_files(tmp_path):
    from openpyxl import load_workbook

    days = [date(1899, 12, 31), date(1900, 2, 28), date(1901, 1, 1)]
    outgoing.write_xlsx(
        tmp_path / "days.xlsx", [outgoing.Head("Born", "Born")], [[d] for d in days]
    )
    sheet = load_workbook(tmp_path / "days.xlsx").active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [
        "1899-12-31", "1900-02-28", datetime(1901, 1, 1),
    ]  # fmt: skip


def test_i7_people_go_out_as_cards_and_as_json_lines(mona, write, cast):
    write(
        lambda: contacts.create(
            name="Mira Sommer", emails=["m@x.example", "s@x.example"], phones=["030 1234567"],
            team_id=cast.sales.id,
        ).id
    )  # fmt: skip
    _number, data = export(mona, "vcf")
    lines = data.decode().split("\r\n")
    assert lines[:5] == [
        "BEGIN:VCARD", "VERSION:3.0", "FN:Mira Sommer", "N:Sommer;Mira;;;",
        "EMAIL;TYPE=INTERNET:m@x.example",
    ]  # fmt: skip
    assert "TEL:+49301234567" in lines
    _number, data = export(mona, "jsonl", columns="all")
    (one,) = [json.loads(line) for line in data.decode().splitlines()]
    assert one["E-mail"] == ["m@x.example", "s@x.example"]


def test_i7_the_bell_tells_the_owners_see_it_and_only_its_person_fetches_it(
    mona, browse, write, cast, the_clock
):
    write(lambda: contacts.create(name="Ada", team_id=cast.sales.id).id)
    mona_id = cast["Mona"].id
    number, _data = export(mona)
    notice = db.session.scalars(select(Notice).where(Notice.kind == "export")).one()
    assert (notice.user_id, notice.url) == (mona_id, f"/exports/{number}")
    event = db.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == "exported")).one()
    assert (event.actor_id, event.details["record"], event.details["rows"]) == (
        mona_id, "contact", 1,
    )  # fmt: skip
    assert mona.get(f"/exports/{number}/file").status == 200
    assert browse.signed_in("Olga").get(f"/exports/{number}").status == 404
    mona = browse.signed_in("Mona")
    the_clock.forward(hours=25)
    assert browse.signed_in("Mona").get(f"/exports/{number}/file").status == 404
    jobs.forget_files()
    db.session.remove()
    assert db.session.get(Export, number).data is None


def test_i7_who_may_not_export_has_no_button_and_no_page(browse, write, cast):
    write(lambda: contacts.create(name="Ada", team_id=cast.sales.id).id)
    eva = browse.signed_in("Eva")
    assert eva.get("/exports/new?record=contact").status == 403
    assert "/exports/new" not in eva.get("/contacts").html


def test_i7_a_killed_worker_leaves_nothing_half_and_the_next_one_writes_it(
    mona, write, cast, the_clock
):
    from crm.transfer.actions.exporting import _claim

    write(lambda: contacts.create(name="Ada", team_id=cast.sales.id).id)
    answer = mona.post("/exports", data={"record": "contact", "kind": "csv", **_said({})})
    number = int(answer.location.rsplit("/", 1)[1])
    assert write(lambda: _claim(number))
    jobs.write_exports(number)
    db.session.remove()
    assert db.session.get(Export, number).state == "working"
    the_clock.forward(seconds=121)
    jobs.write_exports(number)
    db.session.remove()
    assert db.session.get(Export, number).state == "ready"


def _world(cast):
    """Contacts with every kind of field, several ways to reach them, tags, and every string."""
    by = cast["Mona"]
    words = fields.create("contact", "Words", "text", by=by)
    long = fields.create("contact", "Long", "long", by=by)
    size = fields.create("contact", "Size", "number", by=by)
    budget = fields.create("contact", "Budget", "money", by=by)
    day = fields.create("contact", "=Day", "on", by=by)
    several = fields.create("contact", "Several", "multi", by=by, options=["a, b", "c;d", "e"])
    picked = [one.value for one in custom_of("contact", f"cf_{several.id}").options[:2]]
    for place, text in enumerate(strings()):
        contact = contacts.create(
            name=text[:150], emails=[f"p{place}@x.example", f"q{place}@x.example"],
            phones=["030 123, 45", f"+49 30 55{place:04}"], job_title=text[:100],
            team_id=cast.sales.id, owner_id=cast["Eva"].id, by=by,
        )  # fmt: skip
        contacts.tag_all(contact, ["vip", "nord"], set_by="user", by=by)
        values = {
            f"cf_{words.id}": text[:300], f"cf_{long.id}": text, f"cf_{size.id}": "-12.5",
            f"cf_{budget.id}": [123456, "USD"], f"cf_{day.id}": "2026-02-03",
            f"cf_{several.id}": picked,
        }  # fmt: skip
        fields.set_values(contact, {k: v for k, v in values.items() if v}, by)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_i7_export_then_import_changes_nothing(mona, write, cast, kind):
    write(lambda: _world(cast))
    count = db.session.scalar(select(func.count()).select_from(Contact))
    versions = db.session.execute(select(Contact.id, Contact.version)).all()
    _number, data = export(mona, kind, scope="all", columns="all")
    answer = mona.post(
        "/import", data={"record": "contact", "file": (io.BytesIO(data), f"own.{kind}")}
    )
    number = answer.location.rsplit("/", 1)[1]
    page = mona.get(f"/import/{number}")
    places = len(db.session.get(Import, int(number)).columns)
    policies = {f"policy-{place}": "overwrite" for place in range(places)}
    mapping = page.form(f"/import/{number}/mapping", **policies)
    batch_id = int(mapping.submit().location.rsplit("/", 1)[1])
    sets = db.session.scalar(select(func.count()).select_from(ChangeSet))
    batch_jobs.work_on(batch_id)
    db.session.remove()
    batch = db.session.get(Batch, batch_id)
    assert (batch.state, batch.counts) == ("checked", {"skipped": count}), _why(batch_id)
    assert db.session.execute(select(Contact.id, Contact.version)).all() == versions
    assert db.session.scalar(select(func.count()).select_from(ChangeSet)) == sets


def _why(batch_id):
    from crm.batches.models import BatchItem

    rows = select(BatchItem.position, BatchItem.state, BatchItem.reason).where(
        BatchItem.batch_id == batch_id, BatchItem.state != "skipped"
    )
    return db.session.execute(rows.limit(8)).all()
