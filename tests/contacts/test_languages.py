"""C6, I1: languages and zones as people name them; one that no form knows is not lost."""

import pytest

from crm.contacts import actions
from crm.contacts.languages import language_named
from crm.contacts.models import Contact
from crm.contacts.zones import zone_named
from crm.core.db import db
from crm.sequences.queries import zone_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Deutsch", "de"), ("German", "de"), ("de", "de"), ("de-DE", "de"), ("pt_BR.UTF-8", "pt"),
        ("ENGLISCH", "en"), ("English (US)", "en"), ("British English", "en"), ("ger", "de"),
        ("español", "es"), ("niemiecki", "de"), ("Klingonisch", None), ("fi", None), ("", None),
    ],
)  # fmt: skip
def test_i1_a_language_is_known_by_its_code_and_by_its_names(text, code):
    assert language_named(text) == code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"), ("New York", "America/New_York"), ("Wien", "Europe/Vienna"),
        ("Zürich", "Europe/Zurich"), ("W. Europe Standard Time", "Europe/Berlin"), ("UTC", "UTC"),
        ("Mars/Phobos", None), ("Europe", None), ("GMT+1", None), ("", None),
    ],
)  # fmt: skip
def test_i1_a_zone_is_known_by_its_name_and_by_its_city(text, name):
    assert zone_named(text) == name


@pytest.fixture
def foreign(write, cast):
    """A contact whose language and zone no form offers, and its owner at a browser."""

    def add():
        made = actions.create(name="Kora", locale="tlh", timezone="Mars/Phobos",
                              owner_id=cast["Eva"].id, team_id=cast.sales.id)  # fmt: skip
        db.session.flush()
        return made.id

    return write(add)


def said(number):
    db.session.remove()
    row = db.session.get(Contact, number)
    return row.locale, row.timezone, row.job_title


def test_c6_saving_another_field_keeps_a_language_and_a_zone_that_no_form_knows(browse, foreign):
    eva = browse.signed_in("Eva")
    page = eva.get(f"/contacts/{foreign}/edit")
    assert page.form(f"/contacts/{foreign}/edit", job_title="Smith").submit().status == 303
    assert said(foreign) == ("tlh", "Mars/Phobos", "Smith")
    for name in ("locale", "timezone"):
        url = f"/contacts/{foreign}/facts/{name}"
        page = eva.get(url)
        assert page.form(url).submit().status == 303
    assert said(foreign) == ("tlh", "Mars/Phobos", "Smith")
    page = eva.get(f"/contacts/{foreign}/edit")
    assert page.form(f"/contacts/{foreign}/edit", timezone="Mars/Deimos").submit().status == 422


def test_v1_a_language_is_read_by_its_name_and_asked_for_by_it(browse, write, cast, foreign):
    """Kora's is Klingon, which Babel has no name of in English: the code stays."""

    def speak(name, code):
        row = actions.create(name=name, owner_id=cast["Eva"].id, team_id=cast.sales.id)
        db.session.flush()
        actions.change(row, {"locale": code}, by=cast["Eva"])
        return row.id

    gerd, paul = (write(lambda of=of: speak(*of)) for of in (("Gerd", "de"), ("Paul", "pt")))
    eva = browse.signed_in("Eva")

    def cells(query=""):
        page = eva.get(f"/contacts?columns=name,locale{query}")
        rows = page.root.one("tbody").all("tr")
        return {tr.one("th").text.split(" ")[0]: tr.all("td")[-1].text for tr in rows}

    assert cells()["Gerd"] == "German" and cells()["Paul"] == "Portuguese"
    assert cells("&filter=locale.is:German").keys() == {"Gerd"}
    assert cells("&filter=locale.is:pt-BR").keys() == {"Paul"}
    page = eva.get("/contacts?filter=locale.is:German")
    assert page.has("Language is German") and not page.has("Language is “")
    assert eva.get(f"/contacts/{gerd}").has("nothing → German")
    story = eva.get(f"/contacts/{gerd}/history").by_id("list").text
    assert "German" in story
    assert eva.get(f"/contacts/{paul}").by_id("fact-locale").text.startswith("Language Portuguese")


def test_the_mails_of_somebody_with_an_unknown_zone_go_by_the_clock_of_the_house(foreign, write):
    assert write(lambda: zone_of(db.session.get(Contact, foreign))) == "Europe/Berlin"
