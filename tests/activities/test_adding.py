"""A note put on top of the timeline it was written on is answered alone."""

import pytest

from crm.accounts.models import User
from crm.activities import actions
from crm.core.db import db


@pytest.fixture
def note(browse, ben_id, write, ids):
    """Send a note from what `page` shows, as htmx does; somebody may have written before."""

    def send(page, body, meanwhile=None, **more):
        form = page.form(f"/contacts/{ben_id}/notes", body=body)
        if meanwhile:
            mona = db.session.get(User, ids["Mona"])
            write(lambda: actions.write_note(by=mona, contact_id=ben_id, **meanwhile).id)
        data = {name: value for name, value in form.values.items() if value is not None} | more
        url = f"/contacts/{ben_id}/notes"
        return page.browse.htmx("post", url, "section#timeline", data=data)

    return send


def entries(page):
    lines = getattr(page, "root", page).all("li")
    return [li for li in lines if "entry" in (li.get("class") or "").split()]


def shown(nav):
    return " ".join(nav.text.split())


def test_a_note_is_answered_with_itself_its_counts_and_empty_fields(browse, ben_id, note):
    eva = browse.signed_in("Eva")
    answer = note(eva.get(f"/contacts/{ben_id}"), "Two <b>bold</b>")
    assert answer.headers["HX-Retarget"] == "#note-fields"
    assert answer.root.all(id="timeline") == []
    (entry,) = entries(answer)
    assert "Two <b>bold</b>" in entry.text
    places = [n["hx-target"] for n in answer.root.all("hx-partial")]
    assert places == ["#timeline-shows", "#timeline-now", "#toast"]
    whole = eva.get(f"/contacts/{ben_id}")
    assert shown(answer.by_id("timeline-shows")) == shown(whole.by_id("timeline-shows"))
    assert "Notes 1" in shown(whole.by_id("timeline-shows"))
    assert entries(whole)[0].text == entry.text
    fields, drawn = answer.by_id("note-fields"), whole.by_id("note-fields")
    values = [[one.get("value") for one in part.all(name="seen")] for part in (fields, drawn)]
    assert values[0] == values[1] and values[0]
    assert not fields.one(id="note-body").text
    keys = {part.all(name="form_key")[0]["value"] for part in (fields, drawn)}
    assert len(keys) == 2  # the same text again is another note


def test_who_writes_here_for_the_first_time_joins_those_whose_entries_can_be_asked_for(
    browse, ben_id, note
):
    note(browse.signed_in("Eva").get(f"/contacts/{ben_id}"), "One")
    mona = browse.signed_in("Mona")
    answer = note(mona.get(f"/contacts/{ben_id}"), "Hers is the first of hers")
    places = [n["hx-target"] for n in answer.root.all("hx-partial")]
    assert places == ["#timeline-shows", "#timeline-now", "#timeline-bar", "#toast"]
    whole = mona.get(f"/contacts/{ben_id}")
    assert shown(answer.by_id("timeline-bar")) == shown(whole.by_id("timeline-bar"))
    assert "Eva" in shown(answer.by_id("timeline-bar"))
    again = note(whole, "Her second")
    assert [n["hx-target"] for n in again.root.all("hx-partial")][2:] == ["#toast"]


def test_what_somebody_else_wrote_meanwhile_is_shown_too(browse, ben_id, note):
    eva = browse.signed_in("Eva")
    note(eva.get(f"/contacts/{ben_id}"), "One")
    answer = note(eva.get(f"/contacts/{ben_id}"), "Two", meanwhile={"body": "Mine first"})
    assert len(entries(answer.by_id("timeline"))) >= 3
    assert answer.has("Mine first")
    hidden = {"body": "Nobody's business", "is_private": True}
    answer = note(eva.get(f"/contacts/{ben_id}"), "Three", meanwhile=hidden)
    assert answer.headers["HX-Retarget"] == "#note-fields"
    assert "Notes 4" in shown(answer.by_id("timeline-shows"))


@pytest.mark.parametrize("asked", ["?show=notes", "?entry=1"])
def test_a_part_of_a_timeline_is_drawn_anew(browse, ben_id, note, asked):
    eva = browse.signed_in("Eva")
    note(eva.get(f"/contacts/{ben_id}"), "One")
    page = eva.get(f"/contacts/{ben_id}{asked}")
    assert "seen" not in page.form(f"/contacts/{ben_id}/notes").values
    assert note(page, "Two").by_id("timeline")


def test_who_reads_the_oldest_first_finds_it_above_now(browse, ben_id, note):
    eva = browse.signed_in("Eva")
    note(eva.get(f"/contacts/{ben_id}"), "One")
    eva.post(f"/contacts/{ben_id}/timeline-order", data={"order": "oldest"})
    answer = note(eva.get(f"/contacts/{ben_id}"), "Two")
    there = next(n for n in answer.root.all("hx-partial") if n["hx-target"] == "#timeline-now")
    lines = [li.get("id", "") for li in there.all("li") if li.get("id")]
    assert lines[0].startswith("event-") and lines[-1] == "timeline-now"
