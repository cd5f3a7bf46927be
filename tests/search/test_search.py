"""One box over all records: any spelling finds, and only what a person may see."""

import pytest
from sqlalchemy import func, select

from crm.contacts import actions
from crm.contacts.models import Contact
from crm.core.db import db
from crm.fields import actions as fields
from crm.search import queries
from crm.search.models import SearchWord
from crm.search.rules import asked, words_of


def names(cast, text, kind="contact", who="Eva"):
    return [row.name for row in queries.found(cast[who], text).rows.get(kind, [])]


@pytest.mark.parametrize(
    "text",
    [
        "mira",
        "SOMMER mi",
        "som",
        "mira.sommer@hafen.example",
        "Mira.Som",
        "hafen.example mira",
        "+49 40 36112",
        "0049 40 36112",
        "040/36112",
        "36112",
    ],
)
def test_a_contact_is_found_by_name_mail_domain_and_number_in_any_spelling(demo, cast, text):
    assert "Mira Sommer" in names(cast, text)


def test_marks_and_case_make_no_difference(demo, cast):
    assert names(cast, "ines CARVALHO") == ["In\u00e9s Carvalho"]
    assert names(cast, "akesson") == ["Bj\u00f6rn \u00c5kesson"]
    assert names(cast, "sohne", kind="company") == ["Vogel & S\u00f6hne"]


def test_a_typing_error_finds_what_was_meant_and_says_so(demo, cast):
    found = queries.found(cast["Eva"], "lindgern")
    # Elin works at lindgren.example.
    assert [row.name for row in found.rows["contact"]] == ["Elin Str\u00f6m", "Oskar Lindgren"]
    assert found.instead == "lindgren"


def test_what_does_not_exist_is_not_found(demo, cast):
    assert not queries.found(cast["Eva"], "xyzzyqq")
    assert not queries.found(cast["Eva"], "")
    assert not queries.found(cast["Eva"], "%_")


def test_an_outsider_finds_nothing_of_the_team(demo, cast):
    assert names(cast, "mira", who="Otto") == []
    assert names(cast, "hafen", kind="company", who="Otto") == []


def test_a_new_name_is_found_and_the_old_one_no_longer(demo, cast, write):
    eva = cast["Eva"]
    samir = demo["Samir Haddad"]
    write(lambda: actions.change(db.session.get(Contact, samir), {"name": "Nadim Brandt"}, by=eva))
    assert names(cast, "nadim bra") == ["Nadim Brandt"]
    assert names(cast, "haddad") == []


def test_a_removed_address_no_longer_finds(demo, cast, write):
    change = {"emails": [["mira@elsewhere.example", "private", True]]}
    mira = demo["Mira Sommer"]
    write(lambda: actions.change(db.session.get(Contact, mira), change, by=cast["Eva"]))
    assert names(cast, "mira.sommer@hafen") == []
    assert names(cast, "elsewhere") == ["Mira Sommer"]


def test_the_trash_is_not_searched(demo, cast, write):
    mira = demo["Mira Sommer"]
    write(lambda: actions.delete(db.session.get(Contact, mira), cast["Eva"]))
    assert names(cast, "mira") == []


def test_a_change_that_is_undone_leaves_no_word(demo, cast, app):
    before = db.session.scalar(select(func.count()).select_from(SearchWord))
    from crm.core.db import run

    def fail():
        actions.create(name="Zebulon Quax", team_id=cast.sales.id)
        db.session.flush()
        raise KeyError

    with pytest.raises(KeyError):
        run(fail)
    assert db.session.scalar(select(func.count()).select_from(SearchWord)) == before


def test_questions_are_cut_into_words_numbers_and_spares():
    assert words_of("M\u00fcller-L\u00fcdenscheidt & S\u00f6hne") == [
        "muller",
        "ludenscheidt",
        "sohne",
    ]
    question = asked("0171/1234567", "DE")
    assert question.numbers == ("1711234567", "491711234567", "~7654321171")
    assert asked("@hafen.example", "DE").words == ("hafen.example",)
    assert asked("st.gallen", "DE").spare == ("st", "gallen")


def test_the_page_works_whole_and_as_fragment(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/search?q=hafen")
    assert page.status == 200
    assert page.has("Hafen GmbH")
    assert page.has("Mira Sommer")
    assert page.statements <= 9
    part = eva.htmx("get", "/search?q=mira", "div#results")
    assert not part.is_page
    assert part.root.children[0]["id"] == "results"
    assert part.has("Mira Sommer")


def test_the_page_shows_nothing_to_an_outsider(demo, browse):
    otto = browse.signed_in("Otto")
    assert otto.get("/search?q=mira").has("Nothing found")


def test_junk_is_answered_calmly(demo, browse):
    eva = browse.signed_in("Eva")
    for junk in ("%00", "a" * 5000, "'\"--;", "@", "@@", "...", "~", "\u202e", "\U0001f4a9"):
        assert eva.get("/search", query_string={"q": junk}).status == 200


def test_the_palette_is_the_same_search_in_the_dialog(demo, browse):
    eva = browse.signed_in("Eva")
    part = eva.htmx("get", "/search", "div#dialog-body")
    assert not part.is_page
    assert part.root.one("input", id="palette-q")
    part = eva.htmx("get", "/search?q=mira", "div#palette-results")
    assert part.root.children[0]["id"] == "palette-results"
    assert part.has("Mira Sommer")


@pytest.mark.parametrize(
    "text",
    ["info@müller-straße.example", "müller-straße.example", "STRASSE", "muller",
     "info@xn--mller-strae-46a18a.example", "xn--mller-strae-46a18a"],
)  # fmt: skip
def test_a_domain_in_other_letters_is_found_as_it_reads_and_as_it_is_kept(cast, write, text):
    address = "info@müller-straße.example"
    write(lambda: actions.create(name="Idna", emails=[address], team_id=cast.sales.id))
    assert names(cast, text) == ["Idna"]


@pytest.mark.parametrize(
    "text",
    ["www.hafen.example", "https://www.Hafen.example/", "hafen.example/team?x=1#y",
     "http://hafen.example:8080/a.b/c"],
)  # fmt: skip
def test_o5_a_pasted_web_address_finds_its_company_and_people(demo, cast, text):
    assert names(cast, text, "company") == ["Hafen GmbH"]
    assert "Mira Sommer" in names(cast, text)


def test_o18_numbers_and_days_of_own_fields_are_found_and_sums_are_not(demo, cast, write):
    def add():
        eva, mira = cast["Olga"], db.session.get(Contact, demo["Mira Sommer"])
        values = {"number": "471188.50", "on": "2020-02-29", "money": [88991100, "EUR"]}
        for kind, value in values.items():
            field = fields.create("contact", f"Own {kind}", kind, by=eva)
            db.session.flush()
            fields.set_values(mira, {f"cf_{field.id}": value}, eva)

    write(add)
    for text in ("471188", "471188.5", "2020-02-29", "29.02.2020"):
        assert names(cast, text) == ["Mira Sommer"], text
    assert names(cast, "889911") == []
