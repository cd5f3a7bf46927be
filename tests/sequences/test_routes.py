"""The team's pages of sequences."""

import pytest
from sqlalchemy import func, select

from crm.core.db import db, run
from crm.history.models import ChangeSet
from crm.mail import delivery
from crm.sequences import actions
from crm.sequences.models import Enrolment, Sequence


@pytest.fixture
def max_(browse):
    return browse.signed_in("Max")


@pytest.fixture
def at(nurture_id):
    return f"/sequences/{nurture_id}"


def fresh(id):
    db.session.rollback()
    return db.session.get(Sequence, id)


def test_the_list_says_who_is_in_and_what_comes_next(browse, enrolled):
    page = browse.signed_in("Eva").get("/sequences")
    assert page.has("Readiness nurture") and page.has("Live")
    assert page.has("14:20")


def test_an_empty_list_offers_a_ready_sequence(max_):
    assert max_.get("/sequences").has("No sequence yet")
    page = max_.get("/sequences/new").form("/sequences", name="Mine", start="readiness-nurture")
    assert page.submit().follow().has("Fifteen minutes on a Friday")


def test_a_sequence_shows_its_mails_and_people(browse, at, enrolled, smtp, the_clock):
    the_clock.set("2026-11-24T14:20:05")
    run(actions.queue_due_steps)
    delivery.drain("bulk")
    page = browse.signed_in("Eva").get(at)
    assert page.has("Ben Achterberg") and page.has("1 / 5")
    assert page.has("after 10 minutes") and page.has("day 14, 09:30")


def test_an_answer_logged_with_htmx_shows_that_the_mails_have_stopped(browse, ben_id, enrolled):
    eva, url = browse.signed_in("Eva"), f"/contacts/{ben_id}"
    assert "In it" in eva.get(url).by_id("enrolments").text
    data = {"body": "Friday works."}
    page = eva.htmx("post", f"{url}/replies", "section#timeline", data=data)
    shown = page.by_id("enrolments").text
    assert "Stopped" in shown
    assert shown == eva.get(url).by_id("enrolments").text


def test_other_teams_see_the_sequence_but_not_its_people(browse, at, enrolled):
    assert not browse.signed_in("Otto").get(at).has("Ben Achterberg")


def test_a_mail_is_edited_and_a_wrong_field_is_named(max_, at, nurture_id):
    edit = f"{at}/steps/step_1/edit"
    form = max_.get(edit).form(f"{at}/steps/step_1", body="Hello {{ frist_name }}")
    page = form.submit()
    assert page.status == 422 and page.has("Did you mean first_name?")
    form = max_.get(edit).form(f"{at}/steps/step_1", subject="Another number")
    assert form.submit().status == 303
    assert fresh(nurture_id).draft["steps"][0]["subject"] == "Another number"
    assert fresh(nurture_id).live_version.spec["steps"][0]["subject"] != "Another number"
    assert max_.get(at).has("The draft differs")


def test_a_stale_edit_is_refused_with_409(max_, at, nurture_id):
    form = max_.get(f"{at}/steps/step_1/edit").form(f"{at}/steps/step_1", subject="Mine")
    max_.get(f"{at}/steps/step_2/edit").form(f"{at}/steps/step_2", subject="Theirs").submit()
    assert form.submit().status == 409


def test_the_preview_fills_in_a_contact(max_, at, ben):
    page = max_.get(f"{at}/steps/step_2/edit?contact=ben@velovoss.example")
    assert page.has("for Ben Achterberg") and page.has("Hello Ben,")


def test_a_test_mail_is_marked_and_counted_nowhere(max_, at, smtp, enrolled, enrolment):
    path = f"{at}/steps/step_2/tests"
    max_.get(f"{at}/steps/step_2/edit").form(path).submit()
    delivery.drain("urgent")
    assert smtp.mails[0]["Subject"] == "[Test] One sentence that shortens the wait"
    assert smtp.mails[0]["To"] == "Max Weber <max@haselbach.example>"
    assert {step.state for step in enrolment().steps} == {"pending"}


def test_steps_are_added_moved_and_removed(max_, at, nurture_id):
    page = max_.post(f"{at}/steps").follow()
    assert page.has("Mail 6 of Readiness nurture")
    max_.post(f"{at}/steps/step_2/position", data={"to": "up"})
    assert [s["key"] for s in fresh(nurture_id).draft["steps"]][:2] == ["step_2", "step_1"]
    max_.post(f"{at}/steps/step_1/deletion")
    assert "step_1" not in [s["key"] for s in fresh(nurture_id).draft["steps"]]


def test_moving_by_htmx_answers_the_list(max_, at):
    page = max_.htmx("post", f"{at}/steps/step_2/position", "section#steps", {"to": "down"})
    assert page.status == 200 and not page.is_page
    assert page.by_id("steps")


def test_an_unfinished_draft_cannot_be_published(max_, at):
    max_.post(f"{at}/steps")
    page = max_.get(f"{at}/edit").form(f"{at}/versions").submit()
    assert page.status == 422 and page.has("Write something here.")


def test_publishing_makes_the_next_version(max_, at, nurture_id):
    max_.get(f"{at}/edit").form(f"{at}/versions").submit()
    assert fresh(nurture_id).live_version.n == 2


def test_settings_change_the_window(max_, at, nurture_id):
    form = max_.get(f"{at}/edit").form(at, opens="10:00", closes="16:00")
    assert form.submit().status == 303
    assert fresh(nurture_id).draft["window"]["from"] == "10:00"
    form = max_.get(f"{at}/edit").form(at, opens="18:00")
    assert form.submit().status == 422


def test_a_paused_sequence_sends_nothing_until_it_goes_on(max_, at, enrolled, smtp, the_clock):
    max_.post(f"{at}/pausing")
    the_clock.set("2026-11-24T14:20:05")
    run(actions.queue_due_steps)
    assert delivery.drain("bulk") == 0
    max_.post(f"{at}/resumption")
    run(actions.queue_due_steps)
    assert delivery.drain("bulk") == 1


def test_a_pause_of_a_sequence_is_undone_from_the_history_but_no_publishing(
    max_, browse, at, nurture_id
):
    max_.get(f"{at}/edit").form(f"{at}/versions").submit()
    assert undo_of_last(max_) is None
    max_.post(f"{at}/pausing")
    assert undo_of_last(browse.signed_in("Eva")) is None
    for state in ("live", "paused"):
        assert undo_of_last(max_).submit().follow().has("Undone.")
        assert fresh(nurture_id).state == state
    max_.post(f"{at}/resumption")
    assert undo_of_last(max_).submit().follow().has("Undone.")
    assert fresh(nurture_id).state == "paused"


def undo_of_last(who):
    """The form in the history that takes the last act back, None where there is none."""
    page, last = who.get("/history"), db.session.scalar(select(func.max(ChangeSet.id)))
    action = f"/history/{last}/undo"
    forms = page.root.all("form", action=action)
    return page.form(action) if forms else None


def test_somebody_without_consent_is_refused_with_the_reason(browse, at, cast):
    from tests.sequences.conftest import prospect

    run(lambda: prospect("Dora Klein", "dora@x.example", cast, consents=False))
    eva = browse.signed_in("Eva")
    page = eva.get(at).form(f"{at}/enrolments", email="dora@x.example").submit()
    assert page.status == 422 and page.has("No marketing consent")


def test_an_enrolment_is_stopped_paused_and_resumed_by_hand(browse, enrolled, enrolment):
    eva = browse.signed_in("Eva")
    eva.post(f"/enrolments/{enrolled}/pause")
    assert enrolment().state == "paused"
    eva.post(f"/enrolments/{enrolled}/resume")
    assert enrolment().state == "active"
    page = eva.post(f"/enrolments/{enrolled}/stop").follow()
    assert enrolment().stop_reason == "manual"
    page.form(f"/history/{db.session.scalar(select(func.max(ChangeSet.id)))}/undo").submit()
    assert enrolment().state == "active"


@pytest.mark.parametrize("act", ["stop", "pause", "resume"])
def test_a_foreign_enrolment_does_not_exist(browse, enrolled, act):
    assert browse.signed_in("Otto").post(f"/enrolments/{enrolled}/{act}").status == 404


def test_a_foreign_contact_cannot_be_put_in(browse, at, ben_id):
    otto = browse.signed_in("Otto")
    assert otto.post(f"{at}/enrolments", data={"contact_id": str(ben_id)}).status == 404
    assert db.session.query(Enrolment).count() == 0


def test_who_only_reads_changes_nothing(browse, at, enrolled):
    rita = browse.signed_in("Rita")
    assert rita.get(at).status == 200
    assert rita.get(f"{at}/edit").status == 403
    assert rita.post(f"/enrolments/{enrolled}/stop").status == 403
    assert browse.signed_in("Eva").get(f"{at}/edit").status == 403
