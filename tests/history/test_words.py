"""What the history says of values that no column tells alone."""

import pytest
from sqlalchemy import select

from crm.activities import actions as activities
from crm.activities.models import Entry, Task
from crm.contacts import actions as contacts
from crm.contacts.actions.ways import Way, replace_phones
from crm.contacts.models import Contact, Tag
from crm.core.db import db
from crm.history.models import ChangeValue
from tests.history.conftest import contact


@pytest.fixture
def said(browse):
    """The rows of the page of a change: label, before, after."""

    def rows(number):
        eva = browse.signed_in("Eva")
        body = eva.get(f"/history/{number}").by_id("values").one("tbody")
        return [[cell.text for cell in row.children if cell.text][:3] for row in body.all("tr")]

    return rows


def test_O6_a_task_that_moves_to_another_record_says_from_which_to_which(act, said, ada):
    act("Eva", lambda eva: activities.add_task(
        "Call", owner_id=eva.id, contact_id=ada, by=eva))  # fmt: skip
    ben = []
    act("Eva", lambda eva: ben.append(contacts.create(name="Ben Voss", owner_id=eva.id, by=eva)))

    def move(_eva):
        task = db.session.scalars(select(Task)).one()
        task.contact_id = db.session.scalars(
            select(Contact.id).where(Contact.name == "Ben Voss")
        ).one()

    assert said(act("Eva", move)) == [["Task: Contact", "Ada Lorenz", "Ben Voss"]]


def test_O6_an_edited_note_shows_both_texts_until_it_is_taken_away(act, said, ada):
    act("Eva", lambda eva: activities.write_note(by=eva, body="She wants blue.", contact_id=ada))
    note = select(Entry).where(Entry.kind == "note")

    def edit(eva):
        activities.edit_note(
            db.session.scalars(note).one(), eva, "She wants green.", seen="She wants blue."
        )

    number = act("Eva", edit)
    assert said(number) == [["Timeline: Text", "She wants blue.", "She wants green."]]
    act("Eva", lambda eva: activities.remove_note(db.session.scalars(note).one(), eva))
    [[label, *texts]] = said(number)
    assert label == "Timeline: Text"
    assert not any("blue" in text or "green" in text for text in texts)


def test_O6_a_number_that_is_replaced_is_called_changed(act, ada, browse):
    def give(raw):
        def replace(_eva):
            replace_phones(db.session.get_one(Contact, ada), [Way(raw)])

        return replace

    eva = browse.signed_in("Eva")
    first, second = act("Eva", give("+49 30 901820")), act("Eva", give("+49 30 901821"))
    page = eva.get("/history")
    assert "Phone added" in page.by_id(f"change-{first}").text
    assert "Phone changed" in page.by_id(f"change-{second}").text


def test_O6_the_colour_of_a_tag_is_a_word(act, ada, browse):
    act("Eva", lambda eva: contacts.tag(db.session.get_one(Contact, ada), "vip", by=eva))

    def paint(_eva):
        tag = db.session.scalars(select(Tag)).one()
        tag.colour = 8 if tag.colour != 8 else 5

    number = act("Eva", paint)
    assert "Blue" in browse.signed_in("Eva").get(f"/history/{number}").by_id("values").text


def test_O6_a_single_value_is_put_back_for_30_days_too(act, ada, browse, the_clock):
    def retitle(_eva):
        db.session.get_one(Contact, ada).job_title = "Boss"

    number = act("Eva", retitle)
    value = db.session.scalars(
        select(ChangeValue.id).where(ChangeValue.change_set_id == number)
    ).one()
    the_clock.forward(days=31)
    eva = browse.signed_in("Eva")
    assert not eva.get(f"/history/{number}").has("Restore this value")
    answer = eva.post(f"/history/values/{value}/restoration", {"field": "job_title"}).follow()
    assert answer.has("This is more than 30 days ago and can no longer be undone.")
    assert contact(ada).job_title == "Boss"
