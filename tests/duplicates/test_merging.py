"""V7: many records merged as one act, told row by row, and taken back as a whole."""

from sqlalchemy import select

from crm.activities.models import Entry, Task
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, ContactEmail, Tagging
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.duplicates.actions.moving import hanging
from crm.duplicates.models import Merger
from crm.history.models import ChangeValue
from crm.search.models import SearchWord
from crm.search.purging import purge_trash
from tests.duplicates.conftest import rows


def state(*numbers):
    """All that is known of some contacts, whatever points at them, but for what only rises."""
    db.session.remove()
    found = {}
    for table, column in [*hanging("contact"), *((Contact.__table__, Contact.id),)]:
        said = db.session.execute(
            select(table).where(column.in_(numbers)).order_by(table.c.id)
        ).mappings()
        found[table.name, column.name] = [
            {k: v for k, v in row.items() if k not in {"version", "updated_at"}}
            for row in said
            if not (table.name == "entry" and row["kind"] in {"merged", "undone"})
        ]
    for model in (ContactEmail,):
        said = db.session.execute(
            select(model.__table__).where(model.contact_id.in_(numbers)).order_by(model.id)
        )
        found[model.__tablename__, ""] = [dict(row._mapping) for row in said]
    return found


def test_v7_the_dry_run_tells_which_record_stays_and_which_values_win(pair, plan):
    one, two = pair
    number = plan([one, two])
    [(record_id, how, words)] = rows(number)
    assert (record_id, how) == (two, "planned")
    assert words.startswith(f"Into Ada Lorenz, no. {one}: the same mailbox.")
    assert "Taken over: Phone, first choice: +49 40 123456; Company: Nordhafen." in words
    assert "Job title: Head of buying (stays: Buyer)" in words
    assert db.session.get_one(Contact, two).deleted_at is None


def test_v7_merging_brings_all_that_hangs_on_the_other(pair, plan, go):
    one, two = pair
    go(plan([one, two]))
    kept, gone = db.session.get_one(Contact, one), db.session.get_one(Contact, two)
    assert gone.merged_into_id == one and gone.deleted_at is not None
    assert (kept.name, kept.job_title, kept.company.name) == ("Ada Lorenz", "Buyer", "Nordhafen")
    assert [(row.canonical, row.is_primary) for row in kept.emails] == [
        ("ada.lorenz@gmail.com", True), ("adalorenz@gmail.com", False),
    ]  # fmt: skip
    assert kept.phone == "+4940123456"
    assert sorted(tag.name for tag in kept.tags) == ["trade fair", "vip"]
    assert db.session.scalars(select(Task.contact_id)).all() == [one]
    assert not db.session.scalars(select(Entry.id).where(Entry.contact_id == two)).all()
    found = select(SearchWord.record_id).where(SearchWord.word.like("adalorenz%"))
    assert one in db.session.scalars(found).all()


def test_v7_the_undo_restores_every_moved_row(pair, plan, go, undo):
    before = state(*pair)
    number = go(plan(list(pair)))
    assert state(*pair) != before
    undone = undo(number)
    assert state(*pair) == before
    assert db.session.scalars(select(Merger.id)).all() == []
    again = undo(undone)  # and the undo can be undone
    assert db.session.get_one(Contact, pair[1]).merged_into_id == pair[0]
    assert db.session.scalars(select(Task.contact_id)).all() == [pair[0]]
    undo(again)
    assert state(*pair) == before


def test_v7_what_was_changed_since_the_merge_stays(pair, plan, go, undo, act):
    one, two = pair
    number = go(plan([one, two]))
    act("Finn", lambda finn: contacts.change(
        db.session.get_one(Contact, one), {"company": ""}, by=finn))  # fmt: skip
    undo(number)
    kept, gone = db.session.get_one(Contact, one), db.session.get_one(Contact, two)
    assert (kept.company_id, gone.deleted_at, gone.merged_into_id) == (None, None, None)
    assert gone.email == "adalorenz@gmail.com"


def test_v7_a_record_changed_since_the_dry_run_is_refused(pair, plan, go, act):
    one, two = pair
    number = plan([one, two])
    act("Finn", lambda finn: contacts.change(
        db.session.get_one(Contact, two), {"job_title": "Boss"}, by=finn))  # fmt: skip
    go(number)
    [(_number, how, words)] = rows(number)
    assert (how, words[:38]) == ("refused", "It was changed since the dry run. Choo")
    assert db.session.get_one(Contact, two).deleted_at is None


def test_v7_several_go_into_one_that_nobody_else_changed(cast, act, plan, go, undo):
    def add(eva):
        both = {"owner_id": eva.id, "team_id": cast.sales.id, "by": eva}
        names = ("ben@gmail.com", "b.en@gmail.com", "be.n@gmail.com", "cleo@gmail.com")
        made = [contacts.create(name="Ben Ode", emails=[one], **both) for one in names]
        made[2].job_title = "Pilot"
        return [one.id for one in made]

    first, second, third, other = act("Eva", add)
    number = plan([first, second, third, other])
    assert [(n, how) for n, how, _words in rows(number)] == [
        (second, "planned"), (third, "planned"),
    ]  # fmt: skip
    set_id = go(number)
    kept = db.session.get_one(Contact, first)
    assert (kept.job_title, len(kept.emails)) == ("Pilot", 3)
    assert [how for _n, how, _words in rows(number)] == ["done", "done"]
    undo(set_id)
    assert [len(db.session.get_one(Contact, n).emails) for n in (first, second, third)] == [1, 1, 1]


def test_v7_chosen_records_become_one_with_the_fields_that_were_picked(pair, plan, go):
    one, two = pair
    take = {"name": one, "job_title": two, "email": one}
    go(plan([one, two], key="contacts.merge", keep=two, take=take))
    kept = db.session.get_one(Contact, two)
    assert (kept.name, kept.job_title, kept.email) == (
        "Ada Lorenz", "Head of buying", "ada.lorenz@gmail.com",
    )  # fmt: skip
    assert db.session.get_one(Contact, one).merged_into_id == two


def test_v7_foreign_records_are_neither_shown_nor_merged(cast, pair, act, plan, go):
    one, _two = pair

    def add(otto):
        return contacts.create(
            name="Ada Lorenz", emails=["a.d.a.lorenz@gmail.com"], owner_id=otto.id,
            team_id=otto.team_ids[0], by=otto,
        ).id  # fmt: skip

    foreign = act("Otto", add)
    number = plan([*pair, foreign])
    assert foreign not in [row[0] for row in rows(number)]
    chosen = plan([one, foreign], key="contacts.merge", keep=one, take={})
    assert rows(chosen) == [(foreign, "refused", "It is gone, or you may not see it.")]


def test_v7_taggings_both_had_stay_where_they_were(pair, plan, go):
    one, two = pair
    go(plan([one, two]))
    left = select(Tagging.tag_id).where(Tagging.contact_id == two)
    assert len(db.session.scalars(left).all()) == 1


def test_v7_a_deal_that_moved_is_told_in_its_own_history(cast, pair, act, plan, go, undo):
    one, two = pair

    def add(eva):
        stage = deals.create_default_pipeline().stages[0]
        return deals.create(
            "200 chairs", stage=stage, contact=db.session.get_one(Contact, two), by=eva
        ).id

    number = act("Eva", add)
    set_id = go(plan([one, two]))
    assert db.session.get_one(Deal, number).contact_id == one
    told = select(ChangeValue).where(ChangeValue.table == "deal", ChangeValue.op == "update")
    [value] = db.session.scalars(told)
    assert (value.old, value.new) == ({"contact_id": two}, {"contact_id": one})
    undo(set_id)
    assert db.session.get_one(Deal, number).contact_id == two


def test_v7_two_people_who_merge_the_same_pair_end_with_one_record(pair, plan, go):
    one, two = pair
    mine = plan([one, two], key="contacts.merge", keep=one, take={})
    theirs = plan([one, two], key="contacts.merge", name="Finn", keep=two, take={})
    go(mine)
    go(theirs, name="Finn")
    assert rows(theirs) == [(one, "refused", "It is gone, or you may not see it.")]
    assert db.session.get_one(Contact, one).deleted_at is None


def test_v7_the_old_number_leads_on_when_the_trash_is_emptied(pair, plan, go, act, the_clock):
    one, two = pair
    go(plan([one, two]))
    the_clock.forward(days=40)
    act("Eva", lambda _eva: purge_trash())
    assert db.session.get_one(Contact, two).merged_into_id == one
    act("Eva", lambda eva: contacts.delete(db.session.get_one(Contact, one), eva))
    the_clock.forward(days=40)
    for _round in range(2):
        act("Eva", lambda _eva: purge_trash())
    assert db.session.scalars(select(Contact.id).where(Contact.id.in_(pair))).all() == []


def test_v7_records_nobody_has_are_merged_by_who_sees_all(pair, plan, act):
    def disown(*numbers):
        def work(by):
            for number in numbers:
                contacts.set_owner(db.session.get_one(Contact, number), None, by)

        act("Adam", work)

    one, two = pair
    disown(one)
    assert rows(plan([one, two], name="Mona"))[0][1] == "planned"
    disown(two)
    [(_record_id, how, words)] = rows(plan([one, two], name="Mona"))
    assert how == "refused" and words.startswith("Nobody has this yet.")
    assert rows(plan([one, two], name="Adam"))[0][1] == "planned"
