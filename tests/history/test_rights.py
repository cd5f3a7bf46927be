"""O1, O2: an act is taken back by who did it, or by who may do by hand what that would do."""

import pytest
from sqlalchemy import select

from crm.accounts import actions as accounts
from crm.accounts.models import User
from crm.accounts.rules import RIGHTS
from crm.batches import jobs
from crm.batches.models import Batch
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tag
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals import actions as deals
from crm.deals.models import Deal, Pipeline, Stage
from crm.history import writing
from crm.history.models import ChangeValue
from crm.leads import actions as leads
from tests.batches.test_bar import bar, go, last_batch
from tests.history.conftest import contact, last

REP = {right for right, roles in RIGHTS.items() if "rep" in roles}
RUNS = "Only who did this, or a manager, can take it back."


@pytest.fixture
def without(cast, write):
    """Take a right from all reps."""
    olga = cast["Olga"].id

    def take(*rights):
        write(lambda: accounts.switch_rights("rep", REP - set(rights), db.session.get(User, olga)))
        db.session.remove()

    return take


def test_o1_what_somebody_added_is_taken_back_by_who_may_delete(act, undo, browse, without, cast):
    sales = cast.sales.id
    number = act(
        "Mona", lambda mona: contacts.create(name="Ben", owner_id=mona.id, team_id=sales, by=mona)
    )
    ben = last().record_id
    without("delete_records")
    with pytest.raises(Refused, match="may not delete"):
        undo(number)
    eva = browse.signed_in("Eva")
    assert f"/history/{number}/undo" not in eva.get("/history").html
    assert f"/history/{number}/undo" not in eva.get(f"/contacts/{ben}/history").html
    told = eva.get(f"/history/{number}")
    assert f"/history/{number}/undo" not in told.html
    assert told.has("may not delete")
    eva.post(f"/history/{number}/undo")
    assert contact(ben).deleted_at is None
    undo(number, "Mona")
    assert contact(ben).deleted_at is not None


def test_o1_the_own_act_is_taken_back_without_that_right(act, undo, browse, without, ada):
    without("delete_records")
    eva = browse.signed_in("Eva")
    eva.get("/contacts/new").form("/contacts", name="Cleo").submit()
    number, cleo = last().id, last().record_id
    assert f"/history/{number}/undo" in eva.get(f"/history/{number}").html
    eva.post(f"/history/{number}/undo")
    assert contact(cleo).deleted_at is not None
    again = last().id
    eva.post(f"/history/{again}/undo")
    assert contact(cleo).deleted_at is None


def test_o1_doing_a_deletion_again_asks_for_the_right_to_delete(act, undo, without, ada):
    number = act("Eva", lambda eva: contacts.delete(db.session.get_one(Contact, ada), eva))
    back = undo(number)
    without("delete_records")
    with pytest.raises(Refused, match="may not delete"):
        undo(back)
    assert contact(ada).deleted_at is None


def test_o1_what_somebody_took_out_of_the_trash_goes_back_by_who_may_delete(
    act, undo, without, ada
):
    act("Mona", lambda mona: contacts.delete(db.session.get_one(Contact, ada), mona))
    number = act("Mona", lambda mona: contacts.restore(db.session.get_one(Contact, ada), mona))
    without("delete_records")
    with pytest.raises(Refused, match="may not delete"):
        undo(number)


def give(number, to):
    def work(by):
        leads.hand_over(db.session.get_one(Contact, number), db.session.get_one(User, to), by)

    return work


def test_o2_what_a_manager_gave_to_others_stays_theirs(act, undo, browse, cast, ada):
    finn = cast["Finn"].id
    number = act("Mona", give(ada, finn))
    with pytest.raises(Refused, match="Only a manager takes records from others"):
        undo(number)
    told = browse.signed_in("Eva").get(f"/history/{number}")
    assert told.has("Only a manager takes records from others.")
    assert f"/history/{number}/undo" not in told.html
    assert contact(ada).owner_id == finn
    undo(number, "Mona")
    assert contact(ada).owner_id != finn


def test_o2_who_got_a_record_does_not_give_it_back_to_others(act, undo, cast, ada):
    number = act("Mona", give(ada, cast["Finn"].id))
    with pytest.raises(Refused, match="Only a manager gives records to others"):
        undo(number, "Finn")


def test_o2_a_claim_is_taken_back_by_who_made_it(act, undo, cast, write):
    sales = cast.sales.id
    free = write(lambda: contacts.create(name="Free", team_id=sales)).id
    number = act("Eva", give(free, cast["Eva"].id))
    with pytest.raises(Refused, match="Only a manager takes records from others"):
        undo(number, "Finn")
    undo(number)
    assert contact(free).owner_id is None


def test_o2_a_manager_gives_back_only_within_the_own_teams(act, undo, cast, write, ada):
    otto, sales = cast["Otto"].id, cast.sales.id
    his = write(lambda: contacts.create(name="His", owner_id=otto, team_id=cast.partners.id)).id

    def take(olga):
        found = db.session.get_one(Contact, his)
        leads.hand_over(found, db.session.get_one(User, cast_id["Eva"]), olga)
        found.team_id = sales

    cast_id = {"Eva": db.session.scalar(select(Contact.owner_id).where(Contact.id == ada))}
    number = act("Olga", take)
    with pytest.raises(Refused, match="people of your own teams"):
        undo(number, "Mona")
    undo(number, "Adam")
    assert contact(his).owner_id == otto


@pytest.fixture
def three(cast, write):
    eva, sales = cast["Eva"].id, cast.sales.id
    return write(
        lambda: [contacts.create(name=f"N{n}", owner_id=eva, team_id=sales).id for n in range(3)]
    )


def test_v7_an_act_over_many_rows_is_taken_back_by_who_ran_it_or_a_manager(browse, three, without):
    finn, eva = browse.signed_in("Finn"), browse.signed_in("Eva")
    go(finn, bar(finn, "contact", three, "contacts.tag"), tag="vip")
    number = last_batch().change_set_id
    told = eva.get(f"/history/{number}")
    assert told.has(RUNS) and f"/history/{number}/undo" not in told.html
    assert f"/history/{number}/undo" not in eva.get("/history").html
    eva.post(f"/history/{number}/undo")
    assert wearing() == 3
    without("bulk_edit")
    assert finn.get(f"/history/{number}").has("may not change many records at once")
    finn.post(f"/history/{number}/undo")
    assert wearing() == 3


def wearing():
    db.session.remove()
    return len([one for one in db.session.scalars(select(Contact)) if one.tags])


def test_v7_somebody_elses_act_over_many_rows_is_looked_at_first(browse, three):
    finn, mona = browse.signed_in("Finn"), browse.signed_in("Mona")
    go(finn, bar(finn, "contact", three, "contacts.tag"), tag="vip")
    number = last_batch().change_set_id
    look = mona.post(f"/history/{number}/undo").follow()
    assert look.has("3 to do") or look.has("4 to do")
    assert wearing() == 3
    look.form(f"/batches/{last_batch().id}/start").submit()
    assert wearing() == 0
    assert last().undo_of_id == number


def test_v7_the_own_act_over_many_rows_is_looked_at_first_when_it_is_older(
    browse, three, the_clock
):
    eva = browse.signed_in("Eva")
    go(eva, bar(eva, "contact", three, "contacts.tag"), tag="vip")
    number = last_batch().change_set_id
    the_clock.forward(minutes=11)
    look = eva.post(f"/history/{number}/undo").follow()
    assert look.has("to do") and wearing() == 3


def test_v7_many_rows_of_somebody_elses_act_wait_for_a_second_press(act, browse, app, cast):
    app.extensions["tend.by_hand"] = lambda path, args: None
    sales = cast.sales.id

    def add(mona):
        for n in range(401):
            contacts.create(name=f"No. {n}", team_id=sales, by=mona)

    number = act("Mona", add)
    browse.signed_in("Adam").post(f"/history/{number}/undo")
    batch = db.session.scalars(select(Batch.id)).one()
    jobs.work_on(batch)
    found = db.session.get_one(Batch, batch)
    assert (found.state, found.counts) == ("checked", {"planned": 401})


def test_i6_an_import_is_taken_back_by_who_may_import(browse, write, without, cast, ada):
    ids = {name: cast[name].id for name in ("Mona", "Eva")}

    def bring(name):
        def work():
            db.session.get_one(Contact, ada).job_title = name

        with writing.acting("import", "batch.transfer.import", user_id=ids[name]):
            write(work)
        return last().id

    number = bring("Mona")
    assert browse.signed_in("Eva").get(f"/history/{number}").has(RUNS)
    number = bring("Eva")
    without("import_records")
    assert browse.signed_in("Eva").get(f"/history/{number}").has("may not import")


@pytest.fixture
def deal(cast, write):
    def add():
        line = Pipeline(name="Line", created_at=clock.now())
        line.stages = [Stage(name="New", position=0)]
        db.session.add(line)
        db.session.flush()
        eva = cast["Eva"]
        return deals.create("D", stage=line.stages[0], owner=eva, amount_cents=100, by=eva).id

    return write(add)


def test_o1_sums_are_given_back_by_who_sees_them(act, undo, browse, without, deal):
    def dearer(mona):
        found = db.session.get_one(Deal, deal)
        deals.update(found, mona, version=found.version, amount_cents=900)

    number = act("Mona", dearer)
    without("see_amounts")
    with pytest.raises(Refused, match="sums"):
        undo(number)
    eva = browse.signed_in("Eva")
    [value_id] = [one for (one,) in db.session.execute(value_ids(number))]
    eva.post(f"/history/values/{value_id}/restoration", {"field": "amount_cents"})
    db.session.rollback()
    assert db.session.get_one(Deal, deal).amount_cents == 900


def value_ids(number):
    return select(ChangeValue.id).where(
        ChangeValue.change_set_id == number, ChangeValue.table.in_(("deal", "contact"))
    )


def test_o1_a_tag_is_named_back_by_who_manages_tags(act, undo, write):
    tag = write(_tag).id
    number = act("Mona", lambda _mona: setattr(db.session.get_one(Tag, tag), "name", "Other"))
    with pytest.raises(Refused, match="settings"):
        undo(number)
    undo(number, "Max")


def _tag():
    found = Tag(name="Fair", folded="fair", created_at=clock.now())
    db.session.add(found)
    db.session.flush()
    return found


def test_o2_a_value_of_what_nobody_has_is_given_back_after_claiming(act, browse, undo, cast, ada):
    number = act(
        "Mona",
        lambda mona: contacts.change(db.session.get_one(Contact, ada), {"name": "A"}, by=mona),
    )
    act("Mona", lambda mona: leads.let_go(db.session.get_one(Contact, ada), mona))
    with pytest.raises(Refused, match="Claim it first"):
        undo(number)
    eva = browse.signed_in("Eva")
    [value_id] = [one for (one,) in db.session.execute(value_ids(number))]
    eva.post(f"/history/values/{value_id}/restoration", {"field": "name"})
    assert contact(ada).name == "A"
    eva.post(f"/contacts/{ada}/owner", {"owner": eva_id()})
    eva.post(f"/history/values/{value_id}/restoration", {"field": "name"})
    assert contact(ada).name == "Ada Lorenz"


def eva_id():
    return db.session.scalars(select(User.id).where(User.name.like("Eva %"))).one()


def test_o2_an_owner_is_not_put_back_field_by_field_by_who_may_not_give(act, browse, cast, ada):
    number = act("Mona", give(ada, cast["Finn"].id))
    [value_id] = [one for (one,) in db.session.execute(value_ids(number))]
    finn = contact(ada).owner_id
    eva = browse.signed_in("Eva")
    eva.post(f"/history/values/{value_id}/restoration", {"field": "owner_id"})
    assert contact(ada).owner_id == finn
    assert "owner_id" not in eva.get(f"/history/{number}").html
