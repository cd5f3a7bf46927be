"""V2: conditions of rules and answer times are judged by the filter engine, older ones too."""

import pytest

from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db, run
from crm.deals import actions as deals
from crm.filters import actions as filters
from crm.filters.models import Segment
from crm.leads import actions, queries
from crm.leads.models import RoutingRule
from crm.leads.rules import Lead, modern
from crm.quizzes import actions as making
from tests.leads.conftest import ADA, BEN, berlin

ABOVE_80 = [{"field": "pct", "op": "gt", "values": ["80"]}]
CASES = [
    ({"field": "pct", "op": "gt", "values": ["80"]}, {"pct": 80}, False),
    ({"field": "pct", "op": "gt", "values": ["80"]}, {"pct": 81}, True),
    ({"field": "pct", "op": "gt", "values": ["80"]}, {"pct": None}, False),
    ({"any": [{"field": "pct", "op": "lt", "values": ["10"]},
              {"not": {"field": "source", "op": "is", "values": ["Quiz"]}}]},
     {"pct": 50, "source": "quiz"}, False),
    ({"field": "utm_campaign", "op": "begins", "values": ["spring"]},
     {"utm_campaign": "Spring-26"}, True),
    ({"field": "answer_0_q3", "op": "is", "values": ["now"]}, {"answers": {"q3": ["now"]}}, True),
    ({"field": "company_people", "op": "gt", "values": ["5"]}, {"company_size": "NaN"}, False),
    ({"field": "company_people", "op": "is", "values": ["5"]}, {"company_size": "Infinity"}, False),
    ({"not": {"field": "nothing", "op": "is", "values": ["x"]}}, {}, False),
    ({"relation": "contact", "has": "none", "where":
      {"field": "nothing", "op": "is", "values": ["x"]}}, {}, False),
    ({"field": "nothing", "op": "is", "values": ["x"]}, {"nothing": "x"}, False),
]  # fmt: skip
# As rules were kept before; what each of them said then, it says now.
OLDER = [
    ({"field": "pct", "op": "gte", "value": "70"}, {"pct": 70}, True),
    ({"field": "pct", "op": "gt", "value": 80}, {"pct": 80}, False),
    ({"field": "category:fit", "op": "lt", "value": 50}, {"categories": {"fit": 20}}, True),
    ({"field": "category:fit", "op": "lt", "value": 50}, {"categories": {}}, False),
    ({"field": "answer:q3", "op": "eq", "value": "now"}, {"answers": {"q3": ["now"]}}, True),
    ({"field": "answer:q4", "op": "ne", "value": "crm"}, {"answers": {"q4": ["crm"]}}, False),
    ({"field": "answer:q4", "op": "ne", "value": "crm"}, {}, True),
    ({"field": "country", "op": "in", "value": "DK, no, SE"}, {"country": "NO"}, True),
    ({"field": "company_size", "op": "gte", "value": 50}, {"company_size": "60"}, True),
    ({"field": "company_size", "op": "gte", "value": 50}, {"company_size": "51-500"}, False),
    ({"field": "company_size", "op": "eq", "value": "51-500"}, {"company_size": "51-500"}, True),
    ({"field": "tier", "op": "in", "value": ["hot", "warm"]}, {"tier": "warm"}, True),
    ({"field": "tier", "op": "eq", "value": ["hot", "warm"]}, {"tier": "warm"}, True),
    ({"field": "reply", "op": "eq", "value": True}, {}, False),
    ({"field": "reply", "op": "eq", "value": "true"}, {"reply": True}, True),
    ({"field": "reply", "op": "eq", "value": False}, {}, True),
    ({"field": "pct", "op": "gt", "value": "many"}, {"pct": 3}, False),
]


def test_v2_what_was_asked_is_compared_with_what_is_known(app):
    for condition, inputs, fits in [*CASES, *OLDER]:
        assert queries.fits([condition], Lead(inputs)) is fits, condition


def test_v2_all_parts_must_hold_and_none_always_fit(app):
    both = [*ABOVE_80, {"field": "quiz", "op": "is", "values": ["readiness"]}]
    assert queries.fits(both, Lead({"pct": 90, "quiz": "readiness"}))
    assert not queries.fits(both, Lead({"pct": 90, "quiz": "other"}))
    assert queries.fits([], Lead())


def test_v2_an_older_part_is_read_as_the_engine_writes_it():
    assert modern({"field": "pct", "op": "gt", "value": 80}) == ABOVE_80[0]
    assert modern({"field": "category:fit", "op": "ne", "value": 5}) == {
        "field": "area_0_fit", "op": "is_not", "values": ["5"],
    }  # fmt: skip
    assert modern(ABOVE_80[0]) == ABOVE_80[0]


def test_v2_hours_are_those_of_the_house(app, cast):
    late = [{"field": "hour", "op": "gte", "values": ["18"]},
            {"field": "weekday", "op": "one_of", "values": ["4", "5"]}]  # fmt: skip
    assert queries.fits(late, Lead(at=berlin("2026-11-27T18:05")))
    assert not queries.fits(late, Lead(at=berlin("2026-11-27T17:55")))
    assert not queries.fits(late, Lead(at=berlin("2026-11-26T18:05")))


@pytest.fixture
def mona(browse, routing):
    """Mona at her browser."""
    db.session.refresh(routing.hot)
    db.session.expunge_all()
    return browse.signed_in("Mona")


def ask(rule, *conditions):
    def write():
        db.session.get(RoutingRule, rule.id).conditions = list(conditions)

    run(write)


def test_v2_a_rule_asks_for_what_belongs_to_the_contact(arrive, routing, cast):
    has_deal = {"relation": "deals", "has": "some",
                "where": {"field": "state", "op": "is", "values": ["open"]}}  # fmt: skip
    ask(routing.hot, {"relation": "contact", "has": "some", "where": {"all": [
        has_deal, {"field": "email", "op": "contains", "values": ["@ada-works"]}]}})  # fmt: skip
    first = arrive(ADA)
    assert first.intake.rule_id == routing.everyone.id

    def sell():
        stage = deals.create_default_pipeline().stages[0]
        deals.create("Plan", stage=stage, by=cast["Eva"], contact=first.contact)

    run(sell)
    assert arrive(ADA, idem_key="again").intake.rule_id == routing.hot.id
    assert arrive(BEN).intake.rule_id == routing.everyone.id


def test_v2_a_rule_with_a_condition_that_is_gone_takes_nobody(arrive, routing):
    ask(routing.hot, *ABOVE_80, {"field": "answer_99_q1", "op": "is", "values": ["a"]})
    assert arrive(ADA).intake.rule_id == routing.everyone.id


def test_v2_out_of_a_segment_that_is_put_away_is_nobody(app, cast):
    def add():
        return filters.create_segment("Fair", by=cast["Mona"], kind="static", sharing="all").id

    number = run(add)
    out = [{"relation": "contact", "has": "some", "where":
            {"field": "segment", "op": "is_not", "values": [str(number)]}}]  # fmt: skip
    contact = Contact(id=1, name="Ada")
    assert queries.fits(out, Lead(contact=contact))
    run(lambda: filters.archive_segment(db.session.get(Segment, number), cast["Mona"]))
    assert not queries.fits(out, Lead(contact=contact))


def test_v2_the_tier_level_of_who_answers_is_asked(arrive, routing, cast):
    contact = arrive(BEN).contact
    ask(routing.answered, {"field": "level", "op": "is", "values": ["warm"]})
    run(lambda: setattr(db.session.get(Contact, contact.id), "quiz_level", "warm"))
    run(lambda: actions.take_reply(contact_id=contact.id, at=clock.now(), text="Yes"))
    assert queries.last_assignment(contact.id).rule_id == routing.answered.id


def test_v2_trying_somebody_asks_their_tier_level(browse, arrive, routing):
    contact = arrive(BEN).contact
    ask(routing.answered, {"field": "level", "op": "is", "values": ["warm"]})
    run(lambda: setattr(db.session.get(Contact, contact.id), "quiz_level", "warm"))
    tried = browse.signed_in("Mona").get("/settings/routing?contact=Ben").by_id("dry-result")
    assert "Rule 2, “Answered a mail”" in tried.text


def test_v2_only_a_rule_that_names_incomplete_contacts_takes_them(app, routing):
    def asks(*conditions):
        return queries.deciding.asks_for_partials(RoutingRule(conditions=list(conditions)))

    is_incomplete = {"field": "lifecycle", "op": "is", "values": ["incomplete"]}
    assert asks(is_incomplete) and asks({"any": [is_incomplete, *ABOVE_80]})
    assert asks({"field": "lifecycle", "op": "in", "value": "incomplete, captured"})
    assert not asks({"not": is_incomplete}) and not asks(*ABOVE_80)
    assert not asks({"field": "lifecycle", "op": "ne", "value": "captured"})


def test_v2_the_builder_in_a_rule_works_without_script(mona, routing):
    url = f"/settings/routing/{routing.hot.id}"
    page = mona.get(f"{url}/edit").form(url).submit(name="Renamed", act="add:r")
    assert page.status == 200 and page.by_id("f-r-1")
    assert page.root.one("input", id="name").get("value") == "Renamed"
    page = page.form(url).submit(**{"f-r-1": "rel_contact", "act": "update"})
    page = page.form(url).submit(act="add:r-1")
    page = page.form(url).submit(**{"f-r-1-0": "lifecycle", "act": "update"})
    assert db.session.get(RoutingRule, routing.hot.id).name == "Score above 80"
    done = page.form(url).submit(**{"v-r-1-0": "customer", "act": "save"})
    assert done.status == 303
    rule = db.session.get(RoutingRule, routing.hot.id)
    assert rule.name == "Renamed" and rule.conditions == [*ABOVE_80, {
        "relation": "contact", "has": "some",
        "where": {"all": [{"field": "lifecycle", "op": "is", "values": ["customer"]}]},
    }]  # fmt: skip
    text = mona.get("/settings/routing").by_id(f"rule-{rule.id}").text
    assert "has Contact where Lifecycle is Customer" in text


def test_v2_the_builder_in_a_rule_changes_by_htmx(mona, routing):
    url = f"/settings/routing/{routing.hot.id}"
    sent = {"g-r": "all", "f-r-0": "source", "o-r-0": "gt", "v-r-0": "", "act": "update"}
    answer = mona.htmx("post", url, "form#rule-form", sent | {"name": "x"})
    assert answer.status == 200 and answer.html.lstrip().startswith("<fieldset")
    assert 'value="begins"' in answer.html


def test_v2_a_tier_is_one_of_one_quiz(mona, routing, cast):
    """Both quizzes have a tier of the same id; what rules asked before asks of whichever quiz."""

    def add():
        named = {"First check": "first", "Second check": "second"}
        quizzes = [making.create(name, "readiness", by=None) for name in named]
        for quiz in quizzes:
            quiz.slug = named[quiz.name]
            quiz.draft = quiz.draft | {"tiers": [{"id": "t_hot", "name": "Hot", "from": 0}]}
        return [quiz.id for quiz in quizzes]

    first, second = run(add)
    of_first = Lead({"quiz": "first", "tier": "t_hot"})
    of_second = Lead({"quiz": "second", "tier": "t_hot"})
    asks = {"field": f"tier_{second}", "op": "is", "values": ["t_hot"]}
    assert queries.fits([asks], of_second)
    assert not queries.fits([asks], of_first)
    older = {"field": "tier", "op": "eq", "value": "t_hot"}
    assert queries.fits([older], of_first) and queries.fits([older], of_second)
    assert not queries.fits([asks | {"field": "tier_999"}], of_second)
    ask(routing.hot, asks, older)
    text = mona.get("/settings/routing").by_id(f"rule-{routing.hot.id}").text
    assert "Tier – Second check is Hot" in text and "Tier of any quiz is" in text
    page = mona.get(f"/settings/routing/{routing.hot.id}/edit")
    offered = [one["value"] for one in page.by_id("f-r-0").all("option")]
    assert {f"tier_{first}", f"tier_{second}"} <= set(offered) and "tier" not in offered
    url = f"/settings/routing/{routing.hot.id}"
    assert page.form(url).submit(act="save").status == 303
    kept = db.session.get(RoutingRule, routing.hot.id).conditions
    assert kept == [asks, {"field": "tier", "op": "is", "values": ["t_hot"]}]
