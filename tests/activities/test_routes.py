"""The composer, the timeline and the task pages, with and without htmx."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.activities import actions
from crm.activities.models import Entry, Task
from crm.core.db import db

TIMELINE, COMPOSER = "section#timeline", "form#composer"


@pytest.fixture
def eva(browse, task_id):
    """Eva at her browser; the task was added before she opened it."""
    return browse.signed_in("Eva")


def kinds():
    return list(db.session.scalars(select(Entry.kind).order_by(Entry.id)))


def test_a_call_and_what_comes_next_are_logged_in_one_form(eva, ben_id):
    page = eva.get(f"/contacts/{ben_id}?add=call")
    form = page.form(
        f"/contacts/{ben_id}/calls", outcome="no_answer", note="Budget resets.", next="six_months"
    )
    after = form.submit()
    assert after.status == 303
    shown = after.follow()
    assert shown.has("Call, no answer")
    assert shown.has("Ask again: Ben Achterberg")
    task = db.session.scalars(select(Task).where(Task.source == "follow_up")).one()
    # Six calendar months after 24 November: Monday, 24 May 2027, 09:00 in Berlin.
    assert task.due_at.isoformat() == "2027-05-24T07:00:00+00:00"
    assert task.note == "Budget resets."


def test_htmx_gets_timeline_and_promise(eva, ben_id):
    url = f"/contacts/{ben_id}/calls"
    page = eva.htmx("post", url, TIMELINE, data={"outcome": "reached", "direction": "out"})
    assert page.status == 200
    assert page.by_id("timeline").all(class_="composer")
    targets = [node["hx-target"] for node in page.root.all("hx-partial")]
    assert targets == ["#promise", "#fact-lifecycle", "#who-lifecycle", "#toast"]


@pytest.mark.parametrize(
    ("noun", "data", "lifecycle"),
    [
        ("calls", {"outcome": "no_answer", "direction": "out"}, "Attempted"),
        ("meetings", {"outcome": "held"}, "Contacted"),
        ("mails", {"subject": "Hello"}, "Attempted"),
    ],
)
def test_what_is_logged_meets_the_promise_before_the_page_is_shown(
    promised, eva, ben_id, app, noun, data, lifecycle
):
    app.extensions["tend.by_hand"] = lambda path, args: None
    page = eva.post(f"/contacts/{ben_id}/{noun}", data=data).follow()
    assert "Met on" in page.by_id("answer-clock").text
    assert lifecycle in page.by_id("fact-lifecycle").text


def test_htmx_gets_the_promise_met(promised, eva, ben_id, app):
    app.extensions["tend.by_hand"] = lambda path, args: None
    data = {"outcome": "no_answer", "direction": "out"}
    page = eva.htmx("post", f"/contacts/{ben_id}/calls", TIMELINE, data=data)
    assert "Met on" in page.by_id("answer-clock").text


@pytest.mark.parametrize(
    ("noun", "data", "lifecycle"),
    [
        ("calls", {"outcome": "no_answer", "direction": "out"}, "Attempted"),
        ("replies", {"body": "Friday works."}, "Contacted"),
    ],
)
def test_htmx_gets_where_they_stand_after_a_talk(promised, eva, ben_id, app, noun, data, lifecycle):
    app.extensions["tend.by_hand"] = lambda path, args: None
    url = f"/contacts/{ben_id}/{noun}"
    page = eva.htmx("post", url, TIMELINE, data=data)
    assert lifecycle in page.by_id("fact-lifecycle").text
    assert page.by_id("who-lifecycle").text == lifecycle
    assert "just now" in page.by_id("promise").text
    # What did not change again is left as it is.
    targets = [n["hx-target"] for n in eva.htmx("post", url, TIMELINE, data=data).root.all(
        "hx-partial")]  # fmt: skip
    assert targets == ["#promise", "#toast"]


def test_an_answer_is_followed_before_the_page_is_shown(promised, eva, ben_id, app):
    app.extensions["tend.by_hand"] = lambda path, args: None
    page = eva.post(f"/contacts/{ben_id}/replies", data={"body": "Friday works."}).follow()
    assert "Contacted" in page.by_id("fact-lifecycle").text
    call = {"outcome": "reached", "direction": "out"}
    page = eva.post(f"/contacts/{ben_id}/calls", data=call).follow()
    assert "Met on" in page.by_id("answer-clock").text


def test_a_contact_with_a_note_alone_says_both(eva, ben_id):
    assert eva.get(f"/contacts/{ben_id}").by_id("promise").text.count("Last touch") == 0
    eva.post(f"/contacts/{ben_id}/notes", data={"body": "Budget resets."})
    said = eva.get(f"/contacts/{ben_id}").by_id("promise").text
    assert "Nobody has written or called yet" in said
    assert "Last touch just now" in said


def test_what_was_typed_survives_a_refusal(eva, ben_id):
    data = {"outcome": "reached", "direction": "out", "note": "Long talk", "at": "2026-11-24T18:00"}
    plain = eva.post(f"/contacts/{ben_id}/calls", data=data)
    assert plain.status == 422
    assert plain.by_id("call-note").raw.strip() == "Long talk"
    assert plain.has("still to come")
    part = eva.htmx("post", f"/contacts/{ben_id}/calls", TIMELINE, data=data)
    assert part.status == 422
    assert part.headers["HX-Retarget"] == "#composer"
    assert not part.is_page
    assert "call" not in kinds()


def test_a_chosen_day_has_to_be_named(eva, ben_id):
    page = eva.post(
        f"/contacts/{ben_id}/calls",
        data={"outcome": "reached", "direction": "out", "next": "day", "next_on": ""},
    )
    assert page.status == 422
    assert page.has("Choose the day.")


@pytest.mark.parametrize(
    ("noun", "data", "kind"),
    [
        ("notes", {"body": "Decides alone up to **€15,000**."}, "note"),
        ("mails", {"subject": "The offer"}, "mail_out"),
        ("replies", {"body": "Friday works."}, "mail_in"),
        ("meetings", {"note": "Showed the board.", "minutes": "45"}, "meeting"),
    ],
)
def test_every_kind_of_entry_is_added(eva, ben_id, noun, data, kind):
    assert eva.post(f"/contacts/{ben_id}/{noun}", data=data).status == 303
    assert kind in kinds()
    assert eva.get(f"/contacts/{ben_id}").status == 200


def test_each_tab_is_a_page_and_a_fragment(eva, ben_id):
    for noun in ("notes", "calls", "mails", "replies", "tasks", "meetings"):
        url = f"/contacts/{ben_id}/{noun}/new"
        assert eva.get(url).is_page
        part = eva.htmx("get", url, COMPOSER)
        assert part.by_id("composer")
        assert not part.is_page


def test_the_filters_and_older_pages_of_a_timeline(eva, ids, write, ben_id):
    def fill():
        for number in range(30):
            actions.record("note", contact_id=ben_id, user_id=ids["Eva"], body=f"n{number}")
        actions.record("call", contact_id=ben_id, outcome="reached", user_id=ids["Eva"])

    write(fill)
    page = eva.get(f"/contacts/{ben_id}?show=notes")
    assert page.has("n29")
    assert not page.has("n4 ")
    older = next(a for a in page.root.all("a") if a.get("rel") == "next")
    assert eva.get(older["href"].split("#")[0]).has("n0")
    assert eva.get(f"/contacts/{ben_id}?show=talk").has("Call, reached")
    assert eva.get(f"/contacts/{ben_id}?before=nonsense").status == 200


@pytest.mark.parametrize("noun", ["notes", "calls", "mails", "replies", "tasks", "meetings"])
def test_an_outsider_cannot_write_on_a_contact(browse, ben_id, noun):
    otto = browse.signed_in("Otto")
    assert otto.post(f"/contacts/{ben_id}/{noun}", data={"body": "x"}).status == 404
    assert otto.get(f"/contacts/{ben_id}/{noun}/new").status == 404


def test_who_only_reads_writes_nothing(browse, ben_id):
    rita = browse.signed_in("Rita")
    assert rita.post(f"/contacts/{ben_id}/notes", data={"body": "x"}).status == 403


def test_a_note_cannot_carry_a_script(eva, ben_id):
    eva.post(f"/contacts/{ben_id}/notes", data={"body": "<script>alert(1)</script>"})
    page = eva.get(f"/contacts/{ben_id}")
    assert "<script>alert" not in page.html


def test_the_task_list_is_grouped_and_says_what_is_late(browse, task_id, the_clock):
    assert browse.signed_in("Eva").get("/tasks?when=today").has("Call Ben")
    the_clock.set("2026-11-25T08:00")
    eva = browse.signed_in("Eva")
    page = eva.get("/tasks?when=late")
    assert page.has("Late")
    assert page.has("Call Ben")
    assert eva.get("/tasks?when=done").has("Nothing done yet")


def test_a_task_is_added_changed_put_off_and_done(eva, task_id):
    page = eva.get("/tasks/new").form("/tasks", title="Send the offer", day="2026-11-26").submit()
    shown = page.follow()
    assert shown.has("Send the offer")
    other = int(page.location.rsplit("/", 1)[1])
    form = eva.get(f"/tasks/{other}/edit").form(f"/tasks/{other}", title="Send both offers")
    assert form.submit().follow().has("Send both offers")
    form = eva.get(f"/tasks/{other}/snooze").form(f"/tasks/{other}/snooze", until="next_week")
    assert form.submit().status == 303
    assert db.session.get(Task, other).due_on == date(2026, 12, 1)
    assert eva.post(f"/tasks/{other}/completion").follow().has("What comes next?")
    assert eva.post(f"/tasks/{other}/follow-ups", data={"next": "six_months"}).status == 303


def test_a_stale_edit_of_a_task_shows_what_it_says_now(eva, task_id):
    stale = eva.get(f"/tasks/{task_id}/edit").form(f"/tasks/{task_id}", title="Mine")
    eva.get(f"/tasks/{task_id}/edit").form(f"/tasks/{task_id}", title="Theirs").submit()
    page = stale.submit()
    assert page.status == 409
    assert page.has("Theirs")
    assert page.by_id("task-title")["value"] == "Mine"


def test_done_answers_htmx_with_the_row_and_the_next_offer(eva, task_id):
    page = eva.htmx("post", f"/tasks/{task_id}/completion", f"li#task-{task_id}")
    row = page.by_id(f"task-{task_id}")
    assert row.has_class("is-done")
    assert "Next week" in row.text


def test_an_outsider_sees_and_changes_no_task(browse, task_id):
    otto = browse.signed_in("Otto")
    for url in (f"/tasks/{task_id}", f"/tasks/{task_id}/edit", f"/tasks/{task_id}/snooze"):
        assert otto.get(url).status == 404
    for noun in ("completion", "reopening", "snooze", "owner", "follow-ups"):
        assert otto.post(f"/tasks/{task_id}/{noun}", data={"next": "tomorrow"}).status == 404
    assert not otto.get("/tasks?who=team").has("Call Ben")


def test_a_task_is_handed_to_a_colleague_only(browse, ids, task_id):
    mona = browse.signed_in("Mona")
    owner = f"/tasks/{task_id}/owner"
    assert mona.post(owner, data={"owner_id": ids["Finn"]}).status == 303
    assert db.session.get(Task, task_id).owner_id == ids["Finn"]
    assert mona.post(owner, data={"owner_id": ids["Otto"]}).status == 422
