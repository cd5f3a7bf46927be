"""V4: one box for everything, one typing error forgiven, nothing shown that is not one's own."""

import pytest

from crm.activities import actions as activities
from crm.activities.models import Entry
from crm.contacts import actions
from crm.core.db import db
from crm.filters.actions import note_seen
from crm.search import acts, notes, queries
from crm.search.rules import excerpt
from crm.search.spelling import shapes


def names(cast, text, kind="contact", who="Eva"):
    return [row.name for row in queries.found(cast[who], text).rows.get(kind, [])]


@pytest.mark.parametrize(
    "text",
    [
        "lindgern",  # two letters changed places
        "lindren",  # one is missing
        "linddgren",  # one too many
        "lyndgren",  # one is wrong
        "kindgren",  # the first one, too
        "oskra lindgren",  # in one of two words
        "lindhr",  # while it is typed
    ],
)
def test_v4_one_typing_error_is_forgiven_wherever_it_is(demo, cast, text):
    assert "Oskar Lindgren" in names(cast, text)


def test_v4_short_names_are_forgiven_an_error_too_and_two_errors_are_not(demo, cast, write):
    write(lambda: actions.create(name="Ana Vu", team_id=cast.sales.id))
    assert names(cast, "anna vu") == ["Ana Vu"]
    assert names(cast, "qnq vu") == []


def test_v4_what_is_meant_is_said_and_never_by_a_word_of_others(demo, cast, write):
    write(lambda: actions.create(name="Otto Lindgrin", team_id=cast["Otto"].team_ids[0]))
    found = queries.found(cast["Eva"], "lindgrxn")
    assert [row.name for row in found.rows["contact"]] == ["Elin Str\u00f6m", "Oskar Lindgren"]
    assert found.instead == "lindgren"
    assert names(cast, "lindgrxn", who="Otto") == ["Otto Lindgrin"]


def test_v4_shapes_of_a_word_are_it_and_it_without_each_letter():
    assert shapes("ana") == {"ana", "na", "aa", "an"}


def test_v4_the_text_of_a_note_is_found_with_its_record(demo, cast, write, browse):
    mira = demo["Mira Sommer"]
    eva = cast["Eva"]
    body = "Wants Z\u00fcrich by m\u00e4rz"
    write(lambda: activities.write_note(by=eva, body=body, contact_id=mira))
    (hit,) = queries.found(eva, "zurich mar").rows["note"]
    assert (hit.name, hit.excerpt) == ("Mira Sommer", body)
    assert hit.url == f"/contacts/{mira}?entry={hit.id}#event-{hit.id}"
    assert queries.found(cast["Otto"], "zurich").rows["note"] == []
    page = browse.signed_in("Eva").get("/search?q=zurich")
    assert page.has("Mira Sommer")
    (link,) = [one for one in page.root.all("a") if one.get("href") == hit.url]
    there = browse.signed_in("Eva").get(link.get("href").partition("#")[0])
    assert there.by_id(f"event-{hit.id}")


def test_v4_a_private_note_is_found_by_its_writer_alone(demo, cast, write):
    body, mira = "secretword", demo["Mira Sommer"]

    def add():
        activities.record("note", contact_id=mira, user_id=cast["Eva"].id, body=body,
                          private_to_id=cast["Eva"].id)  # fmt: skip

    write(add)
    assert len(queries.found(cast["Eva"], body).rows["note"]) == 1
    assert queries.found(cast["Finn"], body).rows["note"] == []
    assert queries.found(cast["Olga"], body).rows["note"] == []


def test_v4_an_edited_note_is_found_by_its_new_words_only(demo, cast, write):
    mira = demo["Mira Sommer"]
    note = write(
        lambda: activities.write_note(by=cast["Eva"], body="alphaword", contact_id=mira).id
    )

    def edit():
        db.session.get(Entry, note).body = "betaword"

    write(edit)
    assert queries.found(cast["Eva"], "alphaword").rows["note"] == []
    assert [hit.id for hit in queries.found(cast["Eva"], "betaword").rows["note"]] == [note]


def test_v4_more_of_a_kind_is_read_page_by_page(demo, cast, write, browse):
    def add():
        for number in range(60):
            actions.create(name=f"Quillan {number:02}", team_id=cast.sales.id)

    write(add)
    eva = cast["Eva"]
    first = queries.more(eva, "quillan", "contact")
    second = queries.more(eva, "quillan", "contact", first.after)
    third = queries.more(eva, "quillan", "contact", second.after)
    seen = [row.name for part in (first, second, third) for row in part.rows["contact"]]
    assert seen == [f"Quillan {number:02}" for number in range(60)]
    assert third.after is None
    page = browse.signed_in("Eva").get("/search?q=quillan&kind=contact")
    assert page.has("Quillan 24")
    assert page.statements <= 8


def test_v4_more_notes_are_read_page_by_page(demo, cast, write):
    mira, eva = demo["Mira Sommer"], cast["Eva"]

    def add():
        for number in range(30):
            activities.write_note(by=eva, body=f"walrus {number}", contact_id=mira)

    write(add)
    first = queries.more(eva, "walrus", "note")
    second = queries.more(eva, "walrus", "note", first.after)
    assert [len(first.rows["note"]), len(second.rows["note"])] == [25, 5]
    assert queries.found(eva, "walrus").counts["note"] == 9


def test_v4_notes_behind_those_of_others_are_a_page_further(demo, cast, write, browse, monkeypatch):
    monkeypatch.setattr(notes, "LOOKED", 1)

    def add():
        elsewhere = actions.create(name="Else Where", team_id=cast["Otto"].team_ids[0]).id
        for contact in (demo["Mira Sommer"], elsewhere):
            activities.write_note(by=cast["Eva"], body="quokka", contact_id=contact)

    write(add)
    eva = browse.signed_in("Eva")
    assert eva.get("/search?q=quokka").has("There are older ones")
    page = eva.get("/search?q=quokka&kind=note")
    assert page.has("There are older ones") and not page.has("Mira Sommer")
    (link,) = [one["href"] for one in page.root.all("a") if "after=" in one.get("href", "")]
    assert eva.get(link).has("Mira Sommer")


def test_v4_records_opened_last_stand_there_before_anything_is_typed(demo, cast, write, browse):
    mira, hafen = demo["Mira Sommer"], demo["Hafen GmbH"]
    eva = cast["Eva"]
    write(lambda: note_seen(eva.id, "company", hafen))
    write(lambda: note_seen(eva.id, "contact", mira))
    assert [name for _kind, _id, name in queries.recent(eva)] == ["Mira Sommer", "Hafen GmbH"]
    assert browse.signed_in("Eva").get("/search").has("Opened last")


@pytest.mark.parametrize(
    ("text", "verb", "about"),
    [
        ("new deal for Ana", "deal", "Ana"),
        ("Deal with Ana M", "deal", "Ana M"),
        ("call Ana", "call", "Ana"),
        ("log call with Ana", "log", "Ana"),
        ("note for Ana", "note", "Ana"),
        ("Calloway", "", "Calloway"),
        ("call", "", "call"),
    ],
)
def test_v4_acts_are_read(app, text, verb, about):
    with app.test_request_context():
        assert acts.read(text) == (verb, about)


def test_v4_acts_lead_to_their_forms(demo, browse):
    mira = demo["Mira Sommer"]
    eva = browse.signed_in("Eva")
    page = eva.get("/search?q=new+deal+for+mira")
    assert page.root.one("a", href=f"/deals/new?contact={mira}").text == "New deal for Mira Sommer"
    page = eva.get("/search?q=call+mira")
    assert page.has("Call Mira Sommer")
    assert eva.get("/search?q=go+to+tasks").root.one("a", href="/tasks", class_="name")
    rita = browse.signed_in("Rita")
    assert not rita.get("/search?q=new+deal+for+mira").has("New deal for Mira")


def test_v4_a_page_of_results_takes_eight_statements_at_most(demo, browse):
    eva = browse.signed_in("Eva")
    for question in ("hafen", "mira", "lindgern", "call mira", "040 36112", "hafen.example", ""):
        page = eva.get("/search", query_string={"q": question})
        assert page.statements <= 8, question


def test_v4_an_excerpt_shows_the_word_asked_for():
    text = "one " * 60 + "needle " + "two " * 60
    shown = excerpt(text, ("need",), 40)
    assert "needle" in shown
    assert shown.startswith("\u2026 ")
    assert shown.endswith(" \u2026")
    assert excerpt("short  text", ("x",)) == "short text"


def test_v4_what_is_found_of_a_note_has_no_marks_of_its_markdown(demo, cast, write):
    body = "**Budget** in `May`:\n\n- ask [Mira](https://hafen.example)\n- 2 * 3 seats"
    write(lambda: activities.write_note(by=cast["Eva"], body=body, contact_id=demo["Mira Sommer"]))
    (hit,) = queries.found(cast["Eva"], "budget").rows["note"]
    assert hit.excerpt == "Budget in May: ask Mira 2 * 3 seats"
