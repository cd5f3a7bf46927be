"""Large acts that are undone and done again: counted, pinned and shown without loading them."""

import pytest
from sqlalchemy import event, select

from crm.batches.models import Batch, BatchItem
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tag, Tagging
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.history import actions, writing
from crm.history.models import ChangeSet, ChangeValue
from crm.history.planning import plan
from crm.history.rights import Taking
from tests.history.conftest import contact

MANY = 420


@pytest.fixture
def turn(cast, write):
    """Keep that Eva gave tags new names: the number of the set and of its changes."""
    eva = cast["Eva"].id

    def keep(rows, undo_of=None):
        found = ChangeSet(
            at=clock.now(), actor="user", user_id=eva, kind="test", undo_of_id=undo_of
        )
        db.session.add(found)
        db.session.flush()
        values = [
            ChangeValue(change_set_id=found.id, table="tag", row_id=row, op="update",
                        old={"name": "a"}, new={"name": "b"})
            for row in rows
        ]  # fmt: skip
        db.session.add_all(values)
        db.session.flush()
        return found.id, [value.id for value in values]

    return lambda *args: write(lambda: keep(*args))


@pytest.fixture
def loaded():
    """The numbers of the changes that were loaded whole."""
    numbers = []

    def note(value, _context):
        numbers.append(value.id)

    event.listen(ChangeValue, "load", note)
    yield numbers
    event.remove(ChangeValue, "load", note)


@pytest.fixture
def eva(browse, app):
    app.extensions["tend.by_hand"] = lambda path, args: None
    return browse.signed_in("Eva")


def pinned():
    db.session.rollback()
    batch = db.session.scalars(select(Batch.id).order_by(Batch.id.desc())).first()
    items = select(BatchItem.record_id).where(BatchItem.batch_id == batch)
    return [-number for number in db.session.scalars(items.order_by(BatchItem.position))]


def test_V7_doing_a_large_act_again_loads_none_of_it(eva, turn, loaded):
    act, _values = turn(range(1, MANY))
    undo, values = turn(range(1, MANY), act)
    assert "/batches/" in eva.post(f"/history/{undo}/undo").location
    assert pinned() == sorted(values, reverse=True)
    assert loaded == []


def test_V7_an_act_of_which_little_was_done_again_is_as_large_as_it_was(eva, turn, loaded):
    act, values = turn(range(1, MANY))
    undo, _values = turn([1], act)
    again, [first] = turn([1], undo)
    assert "/batches/" in eva.post(f"/history/{again}/undo").location
    assert pinned() == sorted([*values[1:], first], reverse=True)
    assert loaded == []


def test_the_page_of_a_large_change_loads_what_it_shows(eva, turn, loaded):
    act, _values = turn(range(1, MANY))
    assert eva.get(f"/history/{act}").status == 200
    assert len(set(loaded)) == 101  # the last one says that there is more


def test_V7_a_row_that_was_added_and_changed_in_one_act_goes_step_by_step(act, ada, write, cast):
    set_id = write(lambda: writing.open_set("user", "bulk", user_id=cast["Eva"].id))
    for name in ("vip", "old"):
        with writing.acting("user", set_id=set_id):
            write(lambda name=name: retag(ada, name))
    values = db.session.scalars(select(ChangeValue).where(ChangeValue.change_set_id == set_id))
    steps = {step.value.id: step for step in plan(values.all()) if step.value.table == "tagging"}
    assert [step.act for step in steps.values()] == ["restore", "remove"]
    done = []

    def piece(eva):
        assert actions.take_away(steps, Taking(eva)) == []
        done.extend(actions.take_back([step], Taking(eva)).count for step in steps.values())

    act("Eva", piece)
    assert done == [1, 1]
    assert contact(ada).tags == []


def retag(number, name):
    """Put a tag on a contact, or in the place of the one it has."""
    found = db.session.get_one(Contact, number)
    tag = Tag(name=name, folded=name, created_at=clock.now())
    db.session.add(tag)
    db.session.flush()
    if found.taggings:
        found.taggings[0].tag_id = tag.id
    else:
        found.taggings.append(Tagging(tag_id=tag.id, at=clock.now()))


def test_what_an_earlier_turn_did_to_records_of_others_is_not_undone_by_an_outsider(
    turn, undo, write, cast
):
    hidden = write(lambda: contacts.create(name="Xu", team_id=cast.partners.id)).id
    names = {"old": {"name": "Xi"}, "new": {"name": "Xu"}, "op": "update"}
    act, _values = turn([1])
    write(lambda: db.session.add(
        ChangeValue(change_set_id=act, table="contact", row_id=hidden, contact_id=hidden, **names)
    ))  # fmt: skip
    again, _values = turn([1], turn([1], act)[0])
    with pytest.raises(Refused, match="do not see"):
        undo(again)
