"""What must not be lost when two become one: a no to calls, where one stands, who is named."""

from sqlalchemy import select

from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.fields import actions as fields
from crm.fields import queries as field_queries
from crm.fields.actions import definitions
from crm.fields.models import CustomField
from crm.history.models import ChangeValue
from tests.duplicates.conftest import rows


def test_v7_a_number_that_must_not_be_called_stays_so(pair, act, plan, go, undo):
    one, two = pair

    def same_number(eva):
        contacts.add_phone(db.session.get_one(Contact, one), "+49 40 123456")
        db.session.get_one(Contact, two).phones[0].state = "do_not_call"

    act("Eva", same_number)
    set_id = go(plan([one, two]))
    [row] = db.session.get_one(Contact, one).phones
    assert (row.digits, row.state) == ("4940123456", "do_not_call")
    undo(set_id)
    kept, gone = (db.session.get_one(Contact, n).phones[0].state for n in pair)
    assert (kept, gone) == ("valid", "do_not_call")


def test_v7_of_duplicates_the_further_lifecycle_counts(pair, act, plan, go):
    one, two = pair

    def move(_eva):
        db.session.get_one(Contact, one).lifecycle = "spam"
        db.session.get_one(Contact, two).lifecycle = "customer"

    act("Eva", move)
    number = plan([one, two])
    assert "Lifecycle: Customer" in rows(number)[0][2]
    go(number)
    assert db.session.get_one(Contact, one).lifecycle == "customer"


def test_v7_who_names_the_other_names_the_one_that_stays(pair, act, plan, go, undo):
    one, two = pair

    def name(eva):
        fields.create("company", "Advisor", "reference", by=eva, target="contact")
        [custom] = field_queries.customs("company")
        firm = companies.create("Elbe Lager", by=eva)
        fields.set_values(firm, {custom.key: two}, eva)
        return firm.id

    firm = act("Eva", name)

    def named():
        db.session.remove()
        found = db.session.get_one(Company, firm)
        return list(field_queries.values_of(found).values())

    set_id = go(plan([one, two]))
    assert named() == [one]
    undo(set_id)
    assert named() == [two]


def test_v7_a_value_that_may_no_longer_be_chosen_comes_along(pair, act, plan, go):
    one, two = pair

    def choose(eva):
        row = fields.create("contact", "Size", "select", by=eva, options=["Small", "Big"])
        row_id, [custom] = row.id, field_queries.customs("contact")
        fields.set_values(
            db.session.get_one(Contact, two), {custom.key: custom.options[0].value}, eva
        )
        return row_id

    number = act("Eva", choose)

    def close(_eva):
        db.session.get_one(CustomField, number).options[0].is_active = False
        definitions.touch()

    act("Eva", close)
    batch = plan([one, two])
    go(batch)
    assert [how for _n, how, _words in rows(batch)] == ["done"]
    [value] = field_queries.values_of(db.session.get_one(Contact, one)).values()
    assert value


def test_v7_nobody_becomes_their_own_friend_by_a_merge(pair, act, plan, go):
    one, two = pair

    def name(eva):
        fields.create("contact", "Friend", "reference", by=eva, target="contact")
        [custom] = field_queries.customs("contact")
        fields.set_values(db.session.get_one(Contact, two), {custom.key: one}, eva)

    act("Eva", name)
    number = plan([one, two])
    go(number)
    kept = db.session.get_one(Contact, one)
    assert list(field_queries.values_of(kept).values()) == [None]
    [words] = [words for _n, _how, words in rows(number)]
    assert words.endswith("(stays: Buyer); Friend: Ada Lorenz (stays: –).")


def test_m5_a_merged_record_does_not_come_back_by_halves(pair, plan, go, browse):
    one, two = pair
    set_id = go(plan([one, two]))
    gone = select(ChangeValue).where(
        ChangeValue.change_set_id == set_id, ChangeValue.table == "contact",
        ChangeValue.row_id == two, ChangeValue.op == "update",
    )  # fmt: skip
    value = db.session.scalars(gone).one().id
    eva = browse.signed_in("Eva")
    page = eva.get(f"/history/{set_id}")
    assert page.has("In the trash since")
    assert not page.root.all("form", action=f"/history/values/{value}/restoration")
    for name in ("deleted_at", "merged_into_id"):
        eva.post(f"/history/values/{value}/restoration", data={"field": name})
    db.session.rollback()
    found = db.session.get_one(Contact, two)
    assert found.merged_into_id == one and found.deleted_at is not None
