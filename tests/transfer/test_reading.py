"""I1, I2, I3: files as people have them, read into rows, with the line of every fault."""

import json
import random
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from crm.transfer.rules import csvs, habits, sheet
from crm.transfer.rules.csvs import open_csv
from crm.transfer.rules.guessing import guess
from crm.transfer.rules.habits import Habits
from crm.transfer.rules.sheet import Unreadable
from crm.transfer.rules.vcards import open_vcards
from crm.transfer.rules.workbooks import open_workbook
from tests.conftest import SHARED_DATA

SPECTRUM = Path(__file__).parents[3] / "shared" / "data" / "csv-spectrum"


@pytest.fixture
def file(tmp_path):
    def write(data, name="people.csv"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def rows(found):
    return [line.cells for line in found.lines]


@pytest.mark.skipif(not SPECTRUM.is_dir(), reason=SHARED_DATA)
@pytest.mark.parametrize(
    "name",
    [
        "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "location_coordinates",
        "newlines", "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
    ],
)  # fmt: skip
def test_i2_every_file_of_csv_spectrum_reads_as_its_meaning(name):
    found = open_csv(SPECTRUM / "csvs" / f"{name}.csv")
    meant = json.loads((SPECTRUM / "json" / f"{name}.json").read_text())
    if name == "location_coordinates":  # the set's own meaning is of another number
        meant = [{**meant, "Contact Phone Number": "2095257564"}]
    read = [dict(zip(found.header, cells, strict=True)) for cells in rows(found)]
    meant = [{k: v.replace("\r\n", "\n") for k, v in row.items()} for row in meant]
    read = [{k: v.replace("\r\n", "\n") for k, v in row.items()} for row in read]
    assert read == meant


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("cp1252", "cp1252"),
    ],
)  # fmt: skip
def test_i1_the_encoding_is_found(file, encoding, found):
    read = open_csv(file("Name;Ort\r\nJörg Weiß;Köln\r\n".encode(encoding)))
    assert (read.found["encoding"], read.found["delimiter"]) == (found, ";")
    assert (read.header, rows(read)) == (("Name", "Ort"), [("Jörg Weiß", "Köln")])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_i1_the_separator_is_the_one_that_cuts_alike(file, delimiter):
    text = "\n".join(delimiter.join(row) for row in (["a", "b", "c"], ["1,5", "x;y", "z"]))
    if delimiter in {",", ";"}:
        text = text.replace("1,5", '"1,5"').replace("x;y", '"x;y"')
    read = open_csv(file(text))
    assert read.found["delimiter"] == delimiter
    assert rows(read) == [("1,5", "x;y", "z")]


def test_i2_ragged_rows_name_their_line_also_behind_line_breaks(file):
    read = open_csv(file('a,b\n1,"two\nlines"\n3,4,5\n6\n\n7,8\n'))
    lines = list(read.lines)
    assert [(line.number, line.cells) for line in lines if not line.problem] == [
        (2, ("1", "two\nlines")), (5, ("6", "")), (7, ("7", "8")),
    ]  # fmt: skip
    bad = next(line for line in lines if line.problem)
    assert (bad.number, bad.problem) == (4, "The row has 3 cells, the header 2.")


def test_i2_limits_are_said_in_words(file, monkeypatch):
    with pytest.raises(Unreadable, match="at most 200 are read"):
        open_csv(file(",".join(f"c{n}" for n in range(201))))
    long = open_csv(file("a\n" + "x" * (32 * 1024 + 1)))
    assert next(long.lines).problem == "A cell holds more than 32,768 characters."
    monkeypatch.setattr(sheet, "MOST_ROWS", 3)
    with pytest.raises(Unreadable, match="more than 3 rows"):
        list(open_csv(file("a\n1\n2\n3\n4\n")).lines)
    with pytest.raises(Unreadable, match="empty"):
        open_csv(file(""))
    with pytest.raises(Unreadable, match="empty"):
        open_csv(file("\n,\n"))


def test_i2_a_large_file_is_read_line_by_line(file):
    path = file("a,b\n" + "x,y\n" * 60_000)
    lines = open_csv(path).lines
    assert next(lines).cells == ("x", "y")  # nothing but the sample was read for this
    assert sum(1 for _line in lines) == 59_999


def test_i1_an_excel_sheet_reads_as_a_person_would_type_it(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Name", "Score", "Seen", "At", "Done", "Sum"])
    page.append(["Ada", 94, date(2026, 11, 24), datetime(2026, 11, 24, 14, 3), True, 12.5])
    page.append([None, None, None, None, None, None])
    page.append(["Ben", "80", None, None, None, 0.000001])
    book.save(tmp_path / "a.xlsx")
    read = open_workbook(tmp_path / "a.xlsx")
    assert read.header == ("Name", "Score", "Seen", "At", "Done", "Sum")
    assert rows(read) == [
        ("Ada", "94", "2026-11-24", "2026-11-24 14:03:00", "true", "12.5"),
        ("Ben", "80", "", "", "", "0.000001"),
    ]


def test_i3_a_workbook_that_unpacks_into_too_much_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("xl/worksheets/sheet1.xml", b"0" * (20 * 1024 * 1024))
    with pytest.raises(Unreadable, match="unpacks into too much"):
        open_workbook(path)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04junk", b"\xd0\xcf\x11\xe0 old", b"plain"])
def test_i3_what_is_no_workbook_says_so(file, data):
    with pytest.raises(Unreadable, match="no Excel workbook"):
        open_workbook(file(data, "x.xlsx"))


def test_i3_random_bytes_never_break_a_reader(file):
    dice = random.Random(7)  # the same junk each time
    for n in range(60):
        data = dice.randbytes(dice.randrange(1, 4000))
        for read in (open_csv, open_workbook, open_vcards):
            try:
                list(read(file(data, f"junk{n}")).lines)
            except Unreadable:
                continue


CARDS = """BEGIN:VCARD\r
VERSION:3.0\r
FN:Mira Sommer\r
N:Sommer;Mira;;;\r
ORG:Hafen GmbH;Einkauf\r
TITLE:Buyer\r
EMAIL;TYPE=WORK:mira@hafen.example\r
EMAIL;TYPE=HOME:mira@home.example\r
TEL;TYPE=CELL:+49 151 2345678\r
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ\r
 AAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQ\r
ADR;TYPE=WORK:;;Kai 1;Hamburg;;20457;Germany\r
CATEGORIES:vip,north\r
NOTE:Likes a folded\r
  line\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg\r
EMAIL;INTERNET:joerg@example.org\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:4.0\r
FN:Ana Lima\r
TEL;VALUE=uri:tel:+351-21-000-0000\r
END:VCARD\r
"""


def test_i3_cards_of_three_versions_are_read_without_their_pictures(file):
    found = open_vcards(file(CARDS, "a.vcf"))
    read = [dict(zip(found.header, cells, strict=True)) for cells in rows(found)]
    assert read[0] == {
        "Name": "Mira Sommer", "E-mail": "mira@hafen.example",
        "E-mail (private)": "mira@home.example", "Phone": "",
        "Phone (mobile)": "+49 151 2345678", "Company": "Hafen GmbH / Einkauf",
        "Job title": "Buyer", "Website": "", "Street": "Kai 1",
        "Postcode": "20457", "City": "Hamburg",
        "Country": "Germany", "Birthday": "", "Tags": "vip, north", "Note": "Likes a folded line",
    }  # fmt: skip
    assert (read[1]["Name"], read[1]["E-mail"]) == ("Jörg Müller", "joerg@example.org")
    assert (read[2]["Name"], read[2]["Phone"]) == ("Ana Lima", "+351-21-000-0000")


def test_i3_a_broken_card_is_one_row_with_its_problem(file):
    found = open_vcards(file("BEGIN:VCARD\nnot a line\nEND:VCARD\n" + CARDS, "a.vcf"))
    lines = list(found.lines)
    assert len(lines) == 4
    assert (lines[0].number, lines[0].problem[:24]) == (1, "The card cannot be read:")


@pytest.mark.parametrize(
    ("cells", "point"),
    [
        (["1.234,50", "7"], ","), (["1,234.50"], "."), (["1.234.567"], ","), (["3,5"], ","),
        (["3.5"], "."), (["1.234"], "."), (["€ 1'234.50"], "."), ([], "."), (["12 345,6"], ","),
        (["31.12.2025", "0.1"], "."),
    ],
)  # fmt: skip
def test_i1_the_decimal_point_is_found(cells, point):
    assert habits.decimal_of(cells) == point


@pytest.mark.parametrize(
    ("text", "point", "value"),
    [
        ("1.234,50", ",", "1234.50"), ("1,234.50", ".", "1234.50"), ("-7", ".", "-7"),
        ("€ 12,5", ",", "12.5"), ("12 345,60 EUR", ",", "12345.60"), ("1'000", ".", "1000"),
    ],
)  # fmt: skip
def test_i1_numbers_are_read_with_it(text, point, value):
    assert habits.number(text, Habits(decimal=point)) == Decimal(value)


@pytest.mark.parametrize("text", ["", "abc", "1,2,3", "12.34.5", "1e999999", "NaN", "--5"])
def test_i1_what_is_no_number_is_refused_in_words(text):
    with pytest.raises(ValueError, match="is not a number"):
        habits.number(text, Habits(decimal="."))


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["24/11/2026"], "dmy"), (["11/24/2026"], "mdy"), (["2026-11-24"], "ymd"),
        (["01.02.2026"], "dmy"), (["01/02/2026"], "mdy"), ([], "mdy"),
    ],
)  # fmt: skip
def test_i1_the_order_of_days_is_found(cells, order):
    assert habits.order_of(cells, usual="mdy") == order


def test_i1_days_and_instants_are_read_in_the_zone_of_the_file():
    berlin = Habits(order="dmy", zone="Europe/Berlin")
    assert habits.day("24.11.2026", berlin) == date(2026, 11, 24)
    assert habits.day("11/24/26", Habits(order="mdy")) == date(2026, 11, 24)
    assert habits.day("24/11/70", berlin) == date(1970, 11, 24)
    at = habits.instant("24.11.2026 14:03", berlin)
    assert at == datetime(2026, 11, 24, 13, 3, tzinfo=UTC)
    assert habits.instant("2026-07-01T10:00:00-04:00", berlin).hour == 14
    assert habits.instant("11/24/2026 2:03 PM", Habits(order="mdy")).hour == 14
    with pytest.raises(ValueError, match=r"no day of the calendar \(day, month, year\)"):
        habits.day("31.02.2026", berlin)


def test_i1_columns_are_known_by_name_in_several_languages_and_by_content():
    known = {
        "email": "E-mail", "name": "Name", "phone": "Phone", "company": "Company",
        "job_title": "Job title", "city": "City", "first_name": "First", "last_name": "Last",
        "cf_3": "Contract ends",
    }  # fmt: skip
    header = ["Vorname", "Nachname", "E-Mail-Adresse", "Telefon", "Firma", "Ort", "Contract ends",
              "Whatever", "Email 2", "Firma"]  # fmt: skip
    rows_ = [["A", "B", "a@b.example", "+49 30 1", "X", "Y", "", "c@d.example", "", "Z"]]
    assert guess(header, rows_, known) == [
        "first_name", "last_name", "email", "phone", "company", "city", "cf_3", "email", "email",
        None,
    ]  # fmt: skip


OF_DEALS = {
    "name": "Name", "contact": "Contact", "company": "Company", "amount": "Value",
    "source": "Source",
}  # fmt: skip


@pytest.mark.parametrize(
    ("header", "keys"),
    [
        (["Deal Name", "Contact e-mail"], ["name", "contact"]),
        (["Name", "E-Mail", "Betrag"], ["name", "contact", "amount"]),
        (["Deal", "Contact", "Company"], ["name", "contact", "company"]),
        (["Deal", "Ansprechpartner", "Firma"], ["name", "contact", "company"]),
        # An address is one person's, a name perhaps of several.
        (["Deal", "Contact", "Contact email"], ["name", None, "contact"]),
        (["Deal", "Company e-mail domain"], ["name", "company"]),
        (["Deal", "Company domain", "Company"], ["name", None, "company"]),
    ],
)
def test_i1_a_file_of_deals_says_by_many_names_whom_they_are_with(header, keys):
    assert guess(header, [], OF_DEALS) == keys


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        (["03.04.2027", "01.12.2026"], None),
        (["2027-04-03", "2026-12-01 10:00"], None),
        (["1234567", "20481024"], None),
        (["00012345"], None),
        (["+49 30 42027", "0049 30 42027"], "phone"),
        (["030/42027-0", "(030) 42 02 70"], "phone"),
        (["555-123-4567", "1 555 123 4567"], "phone"),
    ],
)
def test_i1_days_and_customer_numbers_are_not_taken_for_numbers_to_call(cells, key):
    assert guess(["Vertrag am"], [[cell] for cell in cells], {"phone": "Phone"}) == [key]


def test_the_file_size_of_a_cell_is_ours_not_pythons():
    assert csvs.csv.field_size_limit() > sheet.LONGEST_CELL
