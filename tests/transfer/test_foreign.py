"""I1, I3: what files say in other words, and of which kind it is."""

import pytest
from sqlalchemy import select

from crm.activities import actions as activities
from crm.batches import jobs
from crm.contacts import actions as contacts
from crm.contacts.actions.ways import Way
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.fields import actions as fields
from crm.fields.queries import customs, values_of
from crm.transfer.models import Import
from tests.transfer.test_exports import export
from tests.transfer.test_imports import batch, import_of, mapped, person_named, upload


@pytest.fixture
def eva(browse):
    return browse.signed_in("Eva")


def kinds_of(row):
    return [(one.address if hasattr(one, "address") else one.raw, one.kind) for one in row]


def test_i1_languages_and_zones_are_known_by_name_and_unknown_ones_are_asked_about(eva):
    data = (
        b"Name,Sprache,Zeitzone\n"
        b"Ada,Deutsch,Berlin\n"
        b"Ben,en-GB,Europe/London\n"
        b"Cem,Klingonisch,Europe/Berlin\n"
        b"Dora,,Mars/Phobos\n"
    )
    file = upload(eva, data)
    answer = eva.get(f"/import/{file}").form(f"/import/{file}/mapping").submit()
    page = answer.follow()
    assert page.has("Klingonisch") and page.has("Mars/Phobos")
    assert not page.has("Deutsch") and not page.has("London")
    number, _before, after = import_of(eva, data)
    assert after == {"created": 2, "refused": 2}
    ada, ben = person_named("Ada"), person_named("Ben")
    assert (ada.locale, ada.timezone) == ("de", "Europe/Berlin")
    assert (ben.locale, ben.timezone) == ("en", "Europe/London")
    page = eva.get(f"/batches/{number}")
    assert page.has("“Klingonisch” is none of the languages: English, German,")
    assert page.has("“Mars/Phobos” is no time zone. Name one such as Europe/Berlin.")


def test_i1_an_unknown_language_means_what_was_said(eva):
    file = upload(eva, b"Name,Language\nCem,Klingonisch\n")
    page = eva.get(f"/import/{file}").form(f"/import/{file}/mapping").submit().follow()
    answer = page.form(f"/import/{file}/values", **{"value-1-0": "=de"}).submit()
    number = int(answer.location.rsplit("/", 1)[1])
    for _run in range(2):
        jobs.work_on(number)
        eva.post(f"/batches/{number}/start")
    jobs.work_on(number)
    assert batch(number).counts == {"created": 1}
    assert person_named("Cem").locale == "de"


def test_i4_what_is_added_leaves_the_kinds_of_what_is_there(eva, write, cast):
    def add():
        contacts.create(
            name="Ada", owner_id=cast["Eva"].id, team_id=cast.sales.id,
            emails=[Way("ada@home.example", "private", True), Way("ada@müller.example", "other")],
            phones=[Way("030 1234567", "private", True)],
        )  # fmt: skip

    write(add)
    data = (
        b"Name,E-mail,Home E-mail,Phone,Privattelefon\n"
        b"Ada,ada@home.example,ada@new.example,+49 30 7654321,030 999999\n"
        b"Ben,ben@work.example,ben@home.example,,030 888888\n"
    )
    _number, _before, after = import_of(eva, data)
    assert after == {"created": 1, "updated": 1}
    ada = person_named("Ada")
    assert kinds_of(ada.emails) == [
        ("ada@home.example", "private"),
        ("ada@müller.example", "other"),
        ("ada@new.example", "private"),
    ]
    assert kinds_of(ada.phones) == [
        ("030 1234567", "private"),
        ("+49 30 7654321", "work"),
        ("030 999999", "private"),
    ]
    assert [row.is_primary for row in ada.emails] == [True, False, False]
    ben = person_named("Ben")
    assert kinds_of(ben.emails) == [("ben@work.example", "work"), ("ben@home.example", "private")]
    assert kinds_of(ben.phones) == [("030 888888", "private")]


@pytest.fixture
def odd(write, cast):
    """People whose tags and ways are hard to write down; one of them has no address."""

    def add():
        common = {"owner_id": cast["Mona"].id, "team_id": cast.sales.id}
        tags = ["hamburg", "a;b", 'c "d"', "1", "2", "bell\x08"]
        contacts.create(name="Nur Name", tags=tags, **common)
        contacts.create(name="Ada", tags=["2", "1"], **common, emails=[
            Way("ada@home.example", "private"), Way("ada@work.example"), Way("a@o.example", "other")
        ], phones=[Way("+49 30 1234567", "mobile")])  # fmt: skip
        fields.create("contact", "Grade", "select", by=cast["Mona"], options=["3", "2", "1"])

    write(add)


@pytest.mark.parametrize("kind", ["csv", "vcf"])
@pytest.mark.parametrize("policy", ["append", "overwrite"])
def test_i7_what_goes_out_comes_back_without_changing_anything(browse, odd, kind, policy):
    mona = browse.signed_in("Mona")
    _number, data = export(mona, kind, scope="all", columns="all")
    if kind == "csv":  # another order says nothing
        data = data.replace(b"; 1; 2;", b"; 2; 1;")
    wins = {f"policy-{n}": policy for n in range(40)} if policy == "overwrite" else {}
    number = upload(mona, data, f"rt.{kind}")
    columns = db.session.get(Import, number).columns
    wins = {name: one for name, one in wins.items() if int(name[7:]) < len(columns)}
    batch_id = mapped(mona, number, **wins)
    jobs.work_on(batch_id)
    assert batch(batch_id).counts.keys() == {"skipped"}, mona.get(f"/batches/{batch_id}").text


def test_i7_cards_keep_the_kinds_of_addresses_and_numbers(browse, odd):
    mona = browse.signed_in("Mona")
    _number, data = export(mona, "vcf", scope="all", columns="all")
    text = data.decode().replace("UID:tend-", "UID:other-").replace("ada@", "eda@")
    text = text.replace("a@o.example", "e@o.example").replace("FN:Ada", "FN:Eda")
    assert "EMAIL;TYPE=INTERNET,HOME" not in text and "TYPE=HOME:eda@home.example" in text
    import_of(mona, text.encode(), "cards.vcf")
    eda = person_named("Eda")
    assert kinds_of(eda.emails) == [
        ("eda@work.example", "work"), ("eda@home.example", "private"), ("e@o.example", "other")
    ]  # fmt: skip
    assert kinds_of(eda.phones) == [("+49301234567", "mobile")]


def test_i4_a_choice_is_meant_by_its_word_even_if_it_looks_like_a_number_within(browse, odd, write):
    mona = browse.signed_in("Mona")
    import_of(mona, b"Name,Grade\nOne,1\nTwo,2\nThree,3\n")
    words = {"One": "1", "Two": "2", "Three": "3"}
    for name, word in words.items():
        row = person_named(name)
        (grade,) = customs("contact")
        value = values_of(row)[grade.key]
        assert next(one.label for one in grade.options if one.value == str(value)) == word


def test_c6_what_the_form_would_refuse_is_refused_in_words_and_never_cut(eva, write, cast):
    mails = [f"a{n}@many.example" for n in range(48)]
    write(lambda: contacts.create(name="Ada", emails=mails, team_id=cast.sales.id))
    most = "; ".join(f"b{n}@many.example" for n in range(50))
    rows = [
        "Name,First name,Last name,E-mail,Job title,Company,Note,Owner",
        f"Full,,,{most},Head,Firm,short,Eva",
        f"One more,,,{most};c@many.example,,,",
        "Ada,,,a1@many.example;x@many.example;y@many.example;z@many.example,,,",
        f"{'N' * 201},,,,,,",
        f",{'F' * 100},{'L' * 100},,,,",
        f"Job,,,,{'j' * 121},,",
        f"Firm,,,,,{'c' * 201},",
        f"Note,,,,,,{'n' * 10_001}",
    ]
    number, before, after = import_of(eva, "\n".join(rows).encode())
    assert before == {"creates": 1, "refused": 7} and after == {"created": 1, "refused": 7}
    page = eva.get(f"/batches/{number}?state=refused")
    for words in (
        "E-mail: These are 51; at most 50 fit.", "201 characters; at most 200 fit.",
        "121 characters; at most 120 fit.", "10001 characters; at most 10000 fit.",
    ):  # fmt: skip
        assert page.has(words), words
    full = person_named("Full").id
    page = eva.get(f"/contacts/{full}/edit")
    answer = page.form(f"/contacts/{full}/edit", job_title="Boss").submit()
    assert answer.status == 303, answer.text


def test_c6_companies_from_a_file_keep_to_what_their_form_takes(eva):
    domains = ";".join(f"d{n}.example" for n in range(51))
    data = f"Name,Domain,Postcode,Country\nA,{domains},,\nB,,{'1' * 21},\nC,,,{'x' * 61}\nD,,1,DE\n"
    number, _before, after = import_of(eva, data.encode(), record="company")
    assert after == {"created": 1, "refused": 3}
    page = eva.get(f"/batches/{number}?state=refused")
    assert page.has("These are 51; at most 50 fit.") and page.has("61 characters; at most 60 fit.")


def test_c14_a_note_of_a_file_is_no_touch_whoever_it_is_about(eva, write, cast):
    def add():
        ada = contacts.create(name="Ada", emails=["ada@known.example"], team_id=cast.sales.id,
                              owner_id=cast["Eva"].id)  # fmt: skip
        activities.log_call(contact_id=ada.id, by=cast["Eva"], outcome="reached")
        return ada.last_touch_at

    write(add)
    before = person_named("Ada").last_touch_at
    import_of(eva, b"Name,E-mail,Note\nAda,ada@known.example,old\nBen,,old\nCem,,older\n")
    assert person_named("Ada").last_touch_at == before
    assert person_named("Ben").last_touch_at is None
    page = eva.get("/contacts")
    ada = person_named("Ada").id
    words = page.by_id(f"contact-{ada}").text
    assert "call" in words and "note" not in words


def test_i1_a_file_of_deals_finds_people_by_address_and_companies_by_domain(browse, write, cast):
    mona = browse.signed_in("Mona")
    write(deals.create_default_pipeline)
    firms = b"Company,Domain\nHafen GmbH,hafen.example\n"
    import_of(mona, firms, record="company")
    import_of(mona, b"Name,E-mail\nMira Sommer,mira@hafen.example\n")
    rows = b"Deal name,Contact e-mail,Company e-mail domain\nPilot,mira@hafen.example,hafen.example"
    _number, _planned, after = import_of(mona, rows, record="deal", match="name")
    assert after == {"created": 1}
    deal = db.session.scalars(select(Deal)).one()
    assert (deal.contact.name, deal.company.name) == ("Mira Sommer", "Hafen GmbH")
