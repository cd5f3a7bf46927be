"""I4: a note of a file stands on its record once, and the dry run says what becomes of it."""

from functools import partial

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Entry
from crm.contacts import actions as contacts
from crm.core.db import db
from tests.transfer.test_imports import batch, import_of

FILE = b"E-mail,Name,Note\nada@x.example,Ada,likes tea\nada@x.example,Ada,likes tea\n"


@pytest.fixture
def eva(browse, write, cast):
    write(lambda: contacts.create(name="Ada", emails=["ada@x.example"], team_id=cast.sales.id))
    return browse.signed_in("Eva")


def notes():
    db.session.remove()
    kept = select(Entry).where(Entry.kind == "note", Entry.removed_at.is_(None)).order_by(Entry.id)
    return list(db.session.scalars(kept))


def test_i4_a_note_that_stands_from_a_file_is_no_change_of_the_next(eva, write):
    _number, planned, after = import_of(eva, FILE)
    assert planned == {"updates": 1, "skipped": 1} and after == {"updated": 1, "skipped": 1}
    _number, planned, after = import_of(eva, FILE)
    assert planned == {"skipped": 2} and after == planned
    assert [one.body for one in notes()] == ["likes tea"]
    # Put right by hand it is the same note still, and another text is another one.
    [first] = notes()
    write(lambda: setattr(db.session.merge(first), "body", "likes green tea"))
    more = FILE + b"ada@x.example,,likes coffee\n"
    _number, planned, _after = import_of(eva, more)
    assert planned == {"skipped": 2, "updates": 1}
    assert [one.body for one in notes()] == ["likes green tea", "likes coffee"]


def test_i4_a_note_that_was_undone_or_removed_comes_with_the_file_again(eva, write):
    number, _planned, _after = import_of(eva, FILE)
    eva.post(f"/history/{batch(number).change_set_id}/undo")
    assert notes() == []
    for _time in (1, 2):
        _number, planned, _after = import_of(eva, FILE)
        assert planned == {"updates": 1, "skipped": 1}
        [again] = notes()
        assert again.body == "likes tea"
        write(partial(remove, again.id))
        assert notes() == []


def remove(number):
    note = db.session.get_one(Entry, number)
    activities.remove_note(note, db.session.get_one(User, note.user_id))
