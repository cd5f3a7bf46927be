"""I1, I2: spreadsheets as people keep them, with titles above the names and several sheets."""

import csv
import io

import openpyxl
import pytest

from crm.transfer.models import Import
from crm.transfer.opening import opened
from crm.transfer.rules.csvs import open_csv
from crm.transfer.rules.heading import place_of
from tests.transfer.test_imports import batch, db, import_of, person_named, upload

NAMES = {"name", "email", "phone", "company", "firma", "kontakt", "city"}


@pytest.fixture
def eva(browse):
    return browse.signed_in("Eva")


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


PEOPLE = workbook(
    Leer=[],
    Leute=[
        ["Kontaktliste 2026"],
        ["Stand", "24.11.2026"],
        [],
        ["Name", "E-Mail", "Telefon"],
        ["Ada", "ada@x.example", "030 1234567"],
        [],
        ["Ben", "no-address"],
        ["Ada", "ada@x.example", "030 1234567"],
    ],
    Firmen=[["Firma", "Ort"], ["Hafen GmbH", "Kiel"]],
)


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([["Name", "E-mail"], ["Ada", "ada@x.example"]], 0),
        ([["Contacts"], ["Name", "E-mail"], ["Ada", "ada@x.example"]], 1),
        ([["Contacts", "24.11.2026"], ["Name", "E-mail", "Phone"], ["Ada", "a@x.example", ""]], 1),
        ([["Newsletter"], ["E-mail"], ["ada@x.example"]], 1),
        ([["Person", "", "Firma", ""], ["Name", "Email", "Company", "City"], list("abcd")], 1),
        ([["Liste"], ["Spalte A", "Spalte B", "C"], ["Ada", "ada@x.example", "3"]], 1),
        # A row of words is no row of names where the first one can be it.
        ([["Alpha", "Beta"], ["Name", "1"], ["x", "y"]], 0),
        ([["Name", ""], ["Ada", "Kiel"], ["Ben", "Ulm"]], 0),
        ([["Foo", "Bar", "Baz"], ["Kontakt", "Phone", "12"], ["a", "b", "c"]], 0),
        ([["ada@x.example", "Ada"], ["ben@x.example", "Ben"]], 0),
        ([["Firma"], ["Hafen GmbH"], ["Kontakt"]], 0),
    ],
)
def test_i1_the_line_of_names_is_found_and_no_record_is_taken_for_it(rows, place):
    assert place_of(rows, NAMES) == place


def test_i1_marks_between_cells_are_found_below_a_title(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Liste, Stand heute\n\nName;Note;Ort\nAda;eins, zwei;Kiel\nBen;;Ulm\n")
    assert open_csv(path).found["delimiter"] == ";"


def test_i1_titles_above_the_names_are_left_out_and_counted(eva):
    number, _before, after = import_of(eva, PEOPLE, name="a.xlsx")
    # Five filled lines below the names were written as three rows.
    assert after == {"created": 1, "refused": 1, "skipped": 1} and batch(number).total == 3
    assert person_named("Ada").phones[0].raw == "030 1234567"
    page = eva.get(f"/batches/{number}")
    assert page.has("Sheet “Leute”. 2 lines above the names of the columns (line 4) are left out.")
    assert page.by_id("item-2").text.startswith("Ben Line 7")
    file = eva.get(f"/import/{db.session.query(Import.id).scalar()}/refused.csv").html
    head, row = csv.reader(io.StringIO(file))
    assert head == ["Name", "E-Mail", "Telefon", "Reason"]
    assert row[:3] == ["Ben", "no-address", ""] and row[3].startswith("Line 7: E-Mail: ")


def test_i1_another_line_and_another_sheet_are_chosen(eva):
    file = upload(eva, PEOPLE, "a.xlsx")
    form = eva.get(f"/import/{file}").form(f"/import/{file}/reading")
    assert form.submit().status == 303
    assert [one["name"] for one in db.session.get(Import, file).columns][:2] == ["Name", "E-Mail"]
    form = eva.get(f"/import/{file}").form(f"/import/{file}/reading", header="2")
    form.submit()
    db.session.remove()
    assert [one["name"] for one in db.session.get(Import, file).columns] == ["Stand", "24.11.2026"]
    form = eva.get(f"/import/{file}").form(f"/import/{file}/reading", sheet="Firmen")
    form.submit()
    db.session.remove()
    found = db.session.get(Import, file)
    assert [one["key"] for one in found.columns] == ["company", None]
    assert (found.habits["header"], found.habits["above"]) == ("1", "0")
    answer = eva.post(f"/import/{file}/reading", data={"sheet": "Firmen", "header": "9"})
    assert answer.status == 422 and answer.has("Line 9 holds no names of columns.")


def test_i1_a_file_mapped_by_an_older_version_is_read_as_it_was_then(eva):
    found = db.session.get(Import, upload(eva, b"Liste\nName,E-Mail\nAda,ada@x.example\n"))
    with opened(found) as sheet:
        assert sheet.header == ("Name", "E-Mail")
    with opened(found, {"header": ""}) as sheet:
        assert sheet.header == ("Liste",)


def test_i1_a_workbook_without_cells_says_so(eva):
    book = workbook(A=[], B=[])
    page = eva.post("/import", data={"record": "contact", "file": (io.BytesIO(book), "a.xlsx")})
    assert page.status == 422 and page.has("All sheets of the workbook are empty.")
