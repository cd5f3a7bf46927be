"""I1, I5: files as programs and people leave them: odd first lines, loose cells, old letters."""

import csv
import io

import pytest

from crm.batches import jobs
from crm.contacts import actions as contacts
from crm.fields import actions as fields
from crm.transfer.rules.csvs import open_csv
from tests.transfer.test_imports import batch, import_of, mapped, person_named, upload


@pytest.fixture
def eva(browse):
    return browse.signed_in("Eva")


def import_id_of(number):
    return batch(number).options["import"]


def test_i5_a_row_with_loose_cells_is_handed_back_whole_and_refused_again(eva):
    data = b"Name,Email,Phone\nAda,ada@rag.example\nCora,cora@rag.example,040 1,extra,more\n"
    number, _before, after = import_of(eva, data)
    assert after == {"created": 1, "refused": 1}
    for line in (3, 2):
        file = eva.get(f"/import/{import_id_of(number)}/refused.csv").html
        head, row = csv.reader(io.StringIO(file))
        assert head == ["Name", "Email", "Phone", "Reason"]
        assert row[:3] == ["Cora", "cora@rag.example", "040 1"] and row[4:] == ["extra", "more"]
        assert row[3].startswith(f"Line {line}: The row has ")
        number, _before, after = import_of(eva, file.encode())
        assert after == {"refused": 1}


@pytest.mark.parametrize(
    ("text", "delimiter", "line"),
    [
        ("\r\n \r\nName;Mail\r\na;b\r\n", ";", 4), ("sep=;\r\nName;Mail\r\na;b\r\n", ";", 3),
        ('"sep=,"\nName,Mail\na,b\n', ",", 3), ("\n;;\nSEP=\t\nName\tMail\na\tb\n", "\t", 5),
        ("sep=|\nName|Mail; etc\na|b\n", "|", 3),
    ],
)  # fmt: skip
def test_i1_empty_first_lines_and_the_separator_said_above_are_no_names(
    tmp_path, text, delimiter, line
):
    path = tmp_path / "a.csv"
    path.write_text("\ufeff" + text, encoding="utf-8", newline="")
    found = open_csv(path)
    (row,) = found.lines
    assert found.header[0] == "Name" and len(found.header) == 2
    assert (found.found["delimiter"], row.number, row.cells) == (delimiter, line, ("a", "b"))


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", "Müller, Jörg"), ("cp1252", "François Léger – Zoë"), ("cp1252", "€ 12 – “x”"),
        ("cp1252", "Herr MÜLLER, WEIß"), ("cp1250", "Jiří Dvořák; Plzeň"),
        ("cp1250", "Łukasz Wiśniewski"), ("cp1250", "Szűcs Győző, Füzes"),
        ("mac_roman", "Müller, Jörg"),
        ("mac_roman", "José García, Peña"), ("cp1251", "Иван Петров"), ("koi8_r", "Анна Иванова"),
        ("cp1253", "Γιώργος Παπαδόπουλος"), ("cp1254", "Gökçe Yılmaz, İzmir"),
        ("cp932", "株式会社 田中 太郎"), ("cp932", "すずき"), ("euc_jp", "東京都港区のサンプル"),
        ("gb18030", "王小明,北京市"), ("big5", "陳大文,台北市"), ("cp949", "김철수,서울특별시"),
    ],
)  # fmt: skip
def test_i1_the_letters_of_old_programs_are_known_by_the_words_they_make(tmp_path, encoding, words):
    path = tmp_path / "a.csv"
    path.write_bytes(f"Name|City\nPlain|Row\n{words}|x\n".encode(encoding))
    found = open_csv(path)
    assert [line.cells[0] for line in found.lines] == ["Plain", words]


def test_i1_letters_that_were_guessed_wrong_can_be_chosen(eva):
    file = upload(eva, "Name\nBöhm\n".encode("cp850"))
    page = eva.get(f"/import/{file}")
    offered = [one["value"] for one in page.by_id("encoding").all("option")]
    assert {"cp1250", "mac_roman", "cp932", "gb18030", "cp850"} <= set(offered)
    page.form(f"/import/{file}/reading", encoding="cp850").submit()
    assert eva.get(f"/import/{file}").has("Böhm")


def test_i4_numbers_get_back_the_plus_that_cells_of_numbers_lose(eva):
    data = b"Name,Phone\nAda,4917112345678\nBen,030 1234567\nCem,4471\nDora,+351 912 345 678\n"
    import_of(eva, data)
    phones = {name: person_named(name).phones[0].e164 for name in ("Ada", "Ben", "Cem", "Dora")}
    assert phones == {
        "Ada": "+4917112345678", "Ben": "+49301234567", "Cem": None, "Dora": "+351912345678",
    }  # fmt: skip


def test_i4_numbers_without_a_code_are_of_the_country_that_was_said(eva):
    data = b"Name,Phone\nEd,020 7946 0958\nFay,442079460959\n"
    import_of(eva, data, country="gb")
    assert person_named("Ed").phones[0].e164 == "+442079460958"
    assert person_named("Fay").phones[0].e164 == "+442079460959"


def test_i1_the_first_cells_show_what_is_read_and_new_rows_all_of_it(eva, write, cast):
    def fields_of_our_own():
        for label, kind in (("Turnover", "money"), ("Since", "on"), ("Met", "at")):
            fields.create("contact", label, kind, by=cast["Mona"])
        contacts.tag(contacts.create(name="Old", team_id=cast.sales.id), "vip")

    write(fields_of_our_own)
    data = (
        b"Name;Phone;Turnover;Since;Zeitzone;Tags;Source;Notes;Sprache;Met\n"
        b"Ada;4917112345678;1.234,50;03.04.2025;Berlin;VIP, new;Fair;ruft an;de;3.4.2025 9:30\n"
    )
    file = upload(eva, data)
    page = eva.get(f"/import/{file}")
    words = {n: page.by_id(f"column-row-{n}").text for n in range(5)}
    assert "4917112345678 read as +4917112345678" in words[1]
    assert "1.234,50 read as €1,234.50" in words[2]
    assert "03.04.2025 read as Thu, 3 Apr 2025" in words[3]
    assert "Berlin read as Europe/Berlin" in words[4]
    assert "de read as German" in page.by_id("column-row-8").text
    assert "3.4.2025 9:30 read as 4/3/25, 9:30" in page.by_id("column-row-9").text
    number = mapped(eva, file)
    jobs.work_on(number)
    said = eva.get(f"/batches/{number}").by_id("item-1").text
    for one in ("+4917112345678", "€1,234.50", "Thu, 3 Apr 2025", "Europe/Berlin", "Source Fair",
                "Language German", "ruft an", "VIP, new"):  # fmt: skip
        assert one in said, said
    assert "stays" not in said


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('a,b\n1,2\n"3,4\n5,6\n', [False, True]), ('a,b\n"3,4', [True]),
        ('a,b\n1,5" pipe\n"two\nlines",5" pipe\n', [False, False]),
        ('a,b\n"x ""y""",2\n3,"4"\n', [False, False]),
    ],
)  # fmt: skip
def test_i2_a_quotation_that_is_closed_nowhere_is_said(tmp_path, app, text, problems):
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8", newline="")
    lines = list(open_csv(path).lines)
    words = "A quotation mark is opened here and closed nowhere: the rest is one cell."
    assert [line.problem for line in lines] == [words if one else "" for one in problems]


def test_i1_a_file_without_a_row_is_refused_at_once(eva):
    for data in (b"Name,E-mail\n", b"Name,E-mail\n,\n\n"):
        answer = eva.post(
            "/import", data={"record": "contact", "file": (io.BytesIO(data), "a.csv")}
        )
        assert answer.status == 422
        assert answer.has("The file holds the names of columns, and no row below.")


def test_i1_a_card_that_names_several_kinds_at_once_is_read(eva):
    card = (
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Zed Four\r\n"
        'TEL;VALUE=uri;TYPE="cell,voice":tel:+4917099999\r\nEND:VCARD\r\n'
    )
    import_of(eva, card.encode(), "a.vcf")
    (phone,) = person_named("Zed Four").phones
    assert (phone.raw, phone.kind) == ("+4917099999", "mobile")


def test_i5_a_torn_row_is_refused_again_when_its_error_file_is_loaded_as_it_is(browse):
    eva = browse.signed_in("Eva")
    torn = b'Name,E-Mail\nCara,cara@x.example\n"Ada,ada@x.example\nBen,ben@x.example\n'
    number = upload(eva, torn)
    run = mapped(eva, number)
    jobs.work_on(run)
    assert batch(run).counts == {"creates": 1, "refused": 1}
    again = upload(eva, eva.get(f"/import/{number}/refused.csv").response.data)
    run = mapped(eva, again)
    jobs.work_on(run)
    assert batch(run).counts == {"refused": 1}
    assert eva.get(f"/batches/{run}").has("A name stands on one line; this one has several.")
