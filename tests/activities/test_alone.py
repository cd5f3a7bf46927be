"""Forms of the timeline that are a page of their own, with htmx: they lead back to the record."""

import pytest
from sqlalchemy import select

from crm.activities.models import Entry
from crm.core.db import db

COMPOSER = "form#composer"
HEADINGS = {
    "notes": "Add a note: Ben Achterberg",
    "calls": "Log a call: Ben Achterberg",
    "meetings": "Log a meeting: Ben Achterberg",
    "events": "Add an event: Ben Achterberg",
}


@pytest.fixture
def eva(browse, ben_id):
    """Eva at her browser; Ben was added before she opened it."""
    return browse.signed_in("Eva")


@pytest.mark.parametrize("noun", HEADINGS)
def test_a_page_of_its_own_says_what_it_adds(eva, ben_id, noun):
    page = eva.get(f"/contacts/{ben_id}/{noun}/new")
    assert page.root.all("h1")[0].text == HEADINGS[noun]
    assert not page.root.all(id="timeline")
    form = page.by_id("composer")
    assert form["hx-target"] == "#composer"
    tabs = [tab["href"] for tab in form.all("a")]
    assert f"/contacts/{ben_id}/tasks/new" in tabs
    assert not any(tab.get("hx-get") for tab in form.all("a"))


def test_what_is_saved_there_leads_to_the_record(eva, ben_id):
    data = {"alone": "1", "body": "Signs on Friday."}
    answer = eva.htmx("post", f"/contacts/{ben_id}/notes", COMPOSER, data=data)
    assert answer.status == 204
    assert answer.headers["HX-Redirect"] == f"/contacts/{ben_id}#timeline"


def test_what_is_refused_there_stays_a_page_of_its_own(eva, ben_id):
    data = {"alone": "1", "outcome": "reached", "direction": "out", "at": "2026-11-24T18:00"}
    part = eva.htmx("post", f"/contacts/{ben_id}/calls", COMPOSER, data=data)
    assert part.status == 422
    assert part.by_id("composer")["hx-target"] == "#composer"
    assert part.root.all("input", name="alone")


def test_the_composer_of_a_record_still_changes_in_its_place(eva, ben_id):
    part = eva.htmx("get", f"/contacts/{ben_id}/calls/new", COMPOSER)
    assert part.by_id("composer")["hx-target"] == "#timeline"
    assert not part.root.all("input", name="alone")


def test_an_edited_note_leads_back_to_its_place(eva, ben_id):
    eva.post(f"/contacts/{ben_id}/notes", data={"body": "Budget resets."})
    data = {"body": "Budget resets in May.", "seen": "Budget resets."}
    number = db.session.scalars(select(Entry.id).where(Entry.kind == "note")).one()
    answer = eva.htmx("post", f"/entries/{number}", "form#edit-form", data=data)
    assert answer.status == 204
    assert answer.headers["HX-Redirect"] == f"/contacts/{ben_id}?entry={number}#event-{number}"


def test_a_draft_is_sent_without_the_files_beside_it(eva, ben_id):
    field = eva.get(f"/contacts/{ben_id}").by_id("note-body")
    assert field["hx-encoding"] == "application/x-www-form-urlencoded"
