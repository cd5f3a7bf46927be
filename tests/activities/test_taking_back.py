"""What people wrote or logged by mistake is undone, and so is pinning; the rows stay."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.activities import actions
from crm.activities.models import Entry, Task
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.deals import actions as deals
from crm.history import actions as history
from crm.history import writing
from crm.history.models import ChangeSet, ChangeValue
from crm.leads import actions as leads
from crm.leads.models import AnswerClock


@pytest.fixture
def eva(browse):
    return browse.signed_in("Eva")


def the_entry(**which):
    db.session.rollback()
    return db.session.scalars(select(Entry).filter_by(**which).order_by(Entry.id.desc())).first()


def undo_last(page):
    """Press the undo of the toast that stands on the page."""
    last = db.session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).first()
    return page.form(f"/history/{last}/undo").submit()


def test_L4_a_note_is_undone_from_its_toast_and_back_again(eva, ben_id):
    page = eva.post(f"/contacts/{ben_id}/notes", {"body": "Wrong person"}).follow()
    page = undo_last(page).follow()
    assert the_entry(kind="note").removed_at is not None
    assert not page.has("Wrong person")
    page = undo_last(page).follow()
    assert the_entry(kind="note").removed_at is None
    assert page.has("Wrong person")


def test_l3_the_last_word_goes_back_with_a_call_that_is_undone(eva, ben_id):
    def words():
        db.session.rollback()
        ben = db.session.get_one(Contact, ben_id)
        return ben.last_touch_at, ben.last_in_at, ben.last_out_at

    def log(**said):
        return eva.post(f"/contacts/{ben_id}/calls", {"outcome": "reached", **said}).follow()

    assert words() == (None, None, None)
    page = undo_last(log()).follow()
    assert words() == (None, None, None)
    undo_last(page)
    at = the_entry(kind="call").at
    assert words() == (at, None, at)
    log(at="2026-11-23T10:00", direction="in")
    earlier = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert words() == (at, earlier, at)
    redone = db.session.query(ChangeSet).order_by(ChangeSet.id.desc()).offset(1).first()
    eva.post(f"/history/{redone.id}/undo")
    assert words() == (earlier, earlier, None)


def test_L4_a_note_on_a_deal_is_undone_with_one_line_for_all_its_records(eva, write, cast, ben_id):
    def open_deal():
        who = db.session.get_one(User, cast["Eva"].id)
        stage = deals.create_default_pipeline().stages[0]
        return deals.create("Chairs", stage=stage, by=who, contact=db.session.get(Contact, ben_id))

    deal = write(open_deal).id
    page = eva.post(f"/deals/{deal}/notes", {"body": "Wrong deal"}).follow()
    page = undo_last(page).follow()
    assert page.html.count('"head"><h3>Undone: Note added') == 1
    record = eva.get(f"/contacts/{ben_id}")
    assert record.html.count('"head"><h3>Undone: Note added') == 1
    lines = select(Entry.contact_id, Entry.deal_id).where(Entry.kind == "undone")
    assert db.session.execute(lines).all() == [(ben_id, deal)]


def test_L4_editing_a_note_is_undone_from_the_history(eva, ben_id):
    eva.post(f"/contacts/{ben_id}/notes", {"body": "First"})
    note = the_entry(kind="note").id
    page = eva.post(f"/entries/{note}", {"body": "Second", "seen": "First"}).follow()
    assert eva.get(f"/contacts/{ben_id}/history").has("Text changed")
    undo_last(page)
    assert (the_entry(id=note).body, the_entry(id=note).edited_at) == ("First", None)


def test_o1_what_a_colleague_wrote_or_logged_is_not_undone_and_its_button_is_not_there(
    eva, browse, ben_id
):
    eva.post(f"/contacts/{ben_id}/notes", {"body": "Hers"})
    note = newest(ChangeSet).id
    eva.post(f"/contacts/{ben_id}/calls", {"outcome": "reached", "direction": "out"})
    call = newest(ChangeSet).id
    words = "Only who wrote it can take it away."
    for who in (browse.signed_in("Finn"), browse.signed_in("Mona")):
        listed = who.get(f"/contacts/{ben_id}/history")
        assert f"/history/{note}/undo" not in listed.html
        for number in (note, call):
            told = who.get(f"/history/{number}")
            assert told.has(words) and f"/history/{number}/undo" not in told.html
            assert who.post(f"/history/{number}/undo").follow().has(words)
    assert newest(ChangeSet).id == call
    olga = browse.signed_in("Olga")
    olga.post(f"/history/{note}/undo")
    assert the_entry(kind="note").removed_at is not None


def test_L4_what_its_writer_took_away_or_changed_no_colleague_gives_back(eva, browse, ben_id):
    eva.post(f"/contacts/{ben_id}/notes", {"body": "First"})
    note = the_entry(kind="note").id
    eva.post(f"/entries/{note}", {"body": "Second", "seen": "First"})
    changed, finn = newest(ChangeSet).id, browse.signed_in("Finn")
    page = finn.post(f"/history/{changed}/undo").follow()
    assert page.has("Only who wrote it can change it.")
    field = {"field": "edited_at"}
    finn.post(f"/history/values/{newest(ChangeValue).id}/restoration", field)
    assert the_entry(id=note).body == "Second"
    eva.post(f"/entries/{note}/deletion")
    removal, value = newest(ChangeSet).id, newest(ChangeValue).id
    assert the_entry(id=note).removed_at is not None
    finn.post(f"/history/{removal}/undo")
    finn.post(f"/history/values/{value}/restoration", {"field": "removed_at"})
    assert the_entry(id=note).removed_at is not None
    assert f"/history/{removal}/undo" not in finn.get(f"/history/{removal}").html
    eva.post(f"/history/values/{value}/restoration", {"field": "removed_at"})
    assert the_entry(id=note).removed_at is None


def test_L4_after_thirty_days_a_note_that_was_taken_away_stays_away(eva, browse, ben_id, the_clock):
    eva.post(f"/contacts/{ben_id}/notes", {"body": "First"})
    note = the_entry(kind="note").id
    eva.post(f"/entries/{note}/deletion")
    value = newest(ChangeValue).id
    the_clock.forward(days=31)
    browse.signed_in("Eva").post(f"/history/values/{value}/restoration", {"field": "removed_at"})
    assert the_entry(id=note).removed_at is not None


def newest(model):
    db.session.rollback()
    return db.session.scalars(select(model).order_by(model.id.desc())).first()


def test_L1_pinning_and_unpinning_are_undone(eva, ben_id):
    eva.post(f"/contacts/{ben_id}/notes", {"body": "Mind the dog"})
    note = the_entry(kind="note").id
    undo_last(eva.post(f"/entries/{note}/pin").follow())
    assert the_entry(id=note).pinned_at is None
    eva.post(f"/entries/{note}/pin")
    undo_last(eva.post(f"/entries/{note}/unpinning").follow())
    assert the_entry(id=note).pinned_at is not None


def test_L3_a_call_by_mistake_is_undone_with_its_next_step(eva, ben_id, app):
    app.extensions["tend.by_hand"] = lambda path, args: None
    form = {"outcome": "reached", "direction": "out", "next": "tomorrow"}
    undo_last(eva.post(f"/contacts/{ben_id}/calls", form).follow())
    assert the_entry(kind="call").removed_at is not None
    assert db.session.scalars(select(Task)).one().closed_as == "cancelled"
    assert not eva.get(f"/contacts/{ben_id}").has("Reached")


def test_L3_what_followed_from_a_call_is_undone_with_it(promised, eva, ben_id):
    form = {"outcome": "no_answer", "direction": "out"}
    page = eva.post(f"/contacts/{ben_id}/calls", form).follow()
    assert "Attempted" in page.by_id("fact-lifecycle").text
    page = undo_last(page).follow()
    assert "Assigned" in page.by_id("fact-lifecycle").text
    assert "2 h 0 min left" in page.by_id("answer-clock").text
    page = undo_last(page).follow()
    assert "Attempted" in page.by_id("fact-lifecycle").text
    assert "Met on" in page.by_id("answer-clock").text


def test_L3_a_promise_kept_by_a_call_that_was_undone_runs_again(write, ben_id, ids):
    write(
        lambda: db.session.add(
            AnswerClock(
                contact_id=ben_id, owner_id=ids["Eva"], started_at=clock.now(), due_at=clock.now(),
                policy={"kind": "answer", "counts": "any", "calendar": "always"},
            )
        )
    )  # fmt: skip

    def call():
        eva = db.session.get_one(User, ids["Eva"])
        actions.log_call(contact_id=ben_id, by=eva, outcome="reached")
        db.session.flush()
        writing.because("call")

    write(call)
    write(lambda: leads.settle(ben_id))
    promise = db.session.scalars(select(AnswerClock)).one()
    assert promise.met_at is not None
    logged = db.session.scalars(select(ChangeSet).where(ChangeSet.kind == "call")).one().id

    def take_back():
        eva = db.session.get_one(User, ids["Eva"])
        history.undo(db.session.get_one(ChangeSet, logged), eva)

    write(take_back)
    write(lambda: leads.settle(ben_id))
    promise = db.session.scalars(select(AnswerClock)).one()
    ends = (promise.met_at, promise.met_minutes, promise.next_alert_at)
    assert ends == (None, None, promise.due_at)


def test_L4_nobody_takes_back_what_somebody_else_wrote(eva, browse, ben_id):
    eva.post(f"/contacts/{ben_id}/notes", {"body": "Eva's words"})
    last = db.session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).first()
    answer = browse.signed_in("Finn").post(f"/history/{last}/undo")
    assert answer.status == 303
    assert the_entry(kind="note").removed_at is None


def test_O6_the_history_tells_nothing_of_a_private_note(eva, ben_id):
    before = db.session.scalar(select(func.max(ChangeSet.id)))
    eva.post(f"/contacts/{ben_id}/notes", {"body": "canary", "is_private": "y"})
    note = the_entry(kind="note")
    assert note.private_to_id
    eva.post(f"/entries/{note.id}", {"body": "canary two", "seen": "canary"})
    eva.post(f"/entries/{note.id}/pin")
    assert the_entry(kind="note").pinned_at is not None
    assert db.session.scalar(select(func.max(ChangeSet.id))) == before
