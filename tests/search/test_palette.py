"""V4: the one box finds segments, settings, and names that are written with a hyphen."""

import pytest

from crm.contacts import actions as contacts
from crm.filters import actions as filters
from crm.search.rules import words_of_name
from tests.filters.reading import names


def test_v4_a_name_with_a_hyphen_is_found_written_in_one(browse, cast, write):
    for name in ("Jean-Luc Moreau", "Siobhan O\u2019Brien", "Jean Paul"):
        write(lambda name=name: contacts.create(name=name, team_id=cast.sales.id))
    eva = browse.signed_in("Eva")
    for text in ("jeanluc", "jean-luc", "jean luc", "luc", "JeanL"):
        assert names(eva.get("/search", query_string={"q": text})) == ["Jean-Luc Moreau"], text
    assert names(eva.get("/search?q=obrien")) == ["Siobhan O\u2019Brien"]
    assert names(eva.get("/contacts?q=jeanluc")) == ["Jean-Luc Moreau"]


def test_v4_a_name_written_in_one_is_found_with_its_hyphen(browse, cast, write):
    for name in ("Jeanluc Moreau", "Siobhan OBrien", "Jean Paul", "Luc Jean"):
        write(lambda name=name: contacts.create(name=name, team_id=cast.sales.id))
    eva = browse.signed_in("Eva")
    for text in ("jean-luc", "Jean-Luc Moreau", "moreau jean\u2010lu", "jean'luc"):
        for url, kind in (("/search", ""), ("/contacts", ""), ("/search", "contact")):
            found = names(eva.get(url, query_string={"q": text, "kind": kind}))
            assert "Jeanluc Moreau" in found and "Jean Paul" not in found, (url, text)
    assert names(eva.get("/search", query_string={"q": "o'brien"})) == ["Siobhan OBrien"]
    page = eva.get("/new", query_string={"line": "deal: Plan €500 for Jean-Luc Moreau"})
    assert page.root.one("input", name="contact")["value"] == "Jeanluc Moreau"


def test_v4_words_of_a_name_hold_what_is_joined():
    assert words_of_name("Anne-Marie D\u2019Arc-Lys") == [
        "anne", "marie", "d", "arc", "lys", "annemarie", "darclys",
    ]  # fmt: skip
    assert words_of_name("Hafen GmbH, 24/7 - Nord") == ["hafen", "gmbh", "24", "7", "nord"]


@pytest.fixture
def segments(demo, cast, write):
    """Eva's own and one that Otto keeps for himself."""

    def make():
        for who, name in (("Eva", "Dynamic vips"), ("Otto", "Dynamic secrets")):
            filters.create_segment(name, by=cast[who], filter_="name.contains:a")

    write(make)


def test_v4_segments_are_found_by_those_who_may_use_them(segments, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/search?q=dyn")
    [link] = [one for one in page.root.all("a", class_="name") if one.text == "Dynamic vips"]
    assert page.statements <= 8 and not page.has("secrets")
    assert eva.get(link["href"]).root.one("h1").text == "Dynamic vips"
    assert eva.get("/search?q=dyn&kind=segment").has("Dynamic vips")


def test_v4_settings_are_found_by_their_name_and_as_a_whole(demo, browse):
    def offered(who, text):
        page = browse.signed_in(who).get("/search", query_string={"q": text})
        links = page.root.all("a", class_="name")
        return {one["href"] for one in links if one["href"].startswith("/settings")}

    assert "/settings" in offered("Eva", "settings")
    assert offered("Mona", "settings pipelines") == {"/settings/pipelines"}
    assert offered("Eva", "settings pipelines") == set()
