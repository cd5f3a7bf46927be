"""O6: settings keep old and new value too; undone by those who may change them."""

import pytest
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals import actions as deals
from crm.deals.models import Deal, Stage
from crm.fields import actions as fields
from crm.history.rules import differing
from crm.leads.actions import rulebook
from crm.leads.models import Pool, RoutingRule
from crm.quizzes.models import Quiz
from tests.history.conftest import kept, last

UNDO = "/history/{}/undo"


@pytest.fixture
def stage(cast, act):
    """The number of the first stage of the pipeline."""
    act("Mona", lambda _mona: deals.create_default_pipeline())
    return db.session.scalars(select(Stage.id).order_by(Stage.position)).first()


def test_O6_a_stage_keeps_old_and_new_value_and_is_undone(browse, stage):
    mona = browse.signed_in("Mona")
    form = mona.get(f"/settings/pipelines/stages/{stage}/edit").form(
        f"/settings/pipelines/stages/{stage}"
    )
    form.submit(name="First talk")
    page = mona.get("/history")
    assert page.has("Stage changed") and page.has("First talk")
    number = last().id
    assert browse.signed_in("Eva").get(f"/history/{number}").status == 404
    mona.post(f"/history/{number}/undo")
    db.session.rollback()
    assert db.session.get_one(Stage, stage).name != "First talk"


def test_O6_deleting_a_stage_is_undone_with_its_deals(act, undo, stage, ada):
    other = db.session.scalars(select(Stage.id).order_by(Stage.position).offset(1)).first()

    def open_deal(eva):
        deals.create("Deal", stage=db.session.get_one(Stage, stage), by=eva)

    act("Eva", open_deal)
    number = act(
        "Mona",
        lambda mona: deals.delete_stage(
            db.session.get_one(Stage, stage), mona, target=db.session.get_one(Stage, other)
        ),
    )
    assert {table for _op, table, _old, _new in kept(number)} >= {"stage", "deal", "stage_visit"}
    undo(number, "Olga")
    db.session.rollback()
    assert db.session.scalars(select(Deal)).one().stage_id == stage


def test_O6_a_custom_field_is_told_and_left_to_its_settings(browse, act):
    act("Mona", lambda mona: fields.create("contact", "Shoe size", "number", by=mona))
    page = browse.signed_in("Mona").get(f"/history/{last().id}")
    assert page.has("Shoe size") and not page.root.all("form", action=UNDO.format(last().id))


def test_O6_a_draft_keeps_only_what_differs():
    old = {"steps": [{"key": "a", "body": "long"}, {"key": "b", "body": "x"}], "zone": "UTC"}
    new = {"steps": [{"key": "a", "body": "long"}, {"key": "b", "body": "y"}], "zone": "UTC"}
    assert differing(old, new) == (
        {"steps": {"2": {"body": "x"}}},
        {"steps": {"2": {"body": "y"}}},
    )
    assert differing({"a": [1]}, {"a": [1, 2]}) == ({"a": [1]}, {"a": [1, 2]})


def test_O6_quiz_drafts_are_told_with_their_cause(browse, act):
    def add(mona):
        now = clock.now()
        db.session.add(Quiz(slug="q", name="Q", draft={"title": {"en": "Old"}}, created_at=now,
                            updated_at=now))  # fmt: skip

    act("Mona", add)

    def edit(_mona):
        db.session.scalars(select(Quiz)).one().draft = {"title": {"en": "New"}}

    number = act("Mona", edit)
    assert kept(number) == [
        ("update", "quiz", {"draft": {"title": {"en": "Old"}}}, {"draft": {"title": {"en": "New"}}})
    ]
    page = browse.signed_in("Mona").get(f"/history/{number}")
    assert page.has("Old") and page.has("New")
    assert not page.root.all("form", action=UNDO.format(number))
    assert browse.signed_in("Eva").get(f"/history/{number}").status == 404


def test_O6_a_pool_that_a_rule_uses_is_not_taken_back_by_an_undo(act, undo, write):
    add = {"name": "Callers", "availability": "ignore"}
    number = act("Mona", lambda mona: rulebook.save_pool(None, members=[mona.id], by=mona, **add))
    pool = db.session.scalars(select(Pool)).one().id

    def use():
        now = clock.now()
        rule = RoutingRule(name="All", position=10, steps={"pool_id": pool}, created_at=now,
                           updated_at=now, conditions=[])  # fmt: skip
        db.session.add(rule)
        db.session.flush()
        return rule.id

    rule = write(use)
    with pytest.raises(Refused):
        undo(number, "Mona")
    db.session.rollback()
    assert len(db.session.get_one(Pool, pool).members) == 1
    write(lambda: db.session.delete(db.session.get_one(RoutingRule, rule)))
    undone = undo(number, "Mona")
    db.session.rollback()
    assert db.session.scalars(select(Pool)).all() == []
    undo(undone, "Mona")
    db.session.rollback()
    assert [len(one.members) for one in db.session.scalars(select(Pool))] == [1]
