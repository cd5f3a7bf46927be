"""The pages of rules, pools, answer times and waiting leads."""

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.leads import queries
from crm.leads.models import AnswerPolicy, Intake, Pool, RoutingRule
from tests.leads.conftest import ADA, BEN

PAGES = ("/settings/routing", "/settings/routing/new", "/settings/routing/pools/new",
         "/settings/answer-times", "/settings/answer-times/new", "/intakes")  # fmt: skip


@pytest.fixture
def mona(browse, routing, cast):
    """Mona at her browser; rules and cast stay readable after the requests."""
    for row in (*vars(routing).values(), *cast.users.values()):
        db.session.refresh(row)
    db.session.expunge_all()
    return browse.signed_in("Mona")


def names():
    return [rule.name for rule in queries.rules_in_order()]


@pytest.mark.parametrize("url", PAGES)
def test_managers_open_the_pages_and_reps_do_not(browse, routing, url):
    assert browse.signed_in("Mona").get(url).status == 200
    assert browse.signed_in("Eva").get(url).status == 403
    assert browse.get(url).status == 303


def test_rules_are_said_in_words(mona):
    page = mona.get("/settings/routing")
    rule = page.by_id(f"rule-{queries.rules_in_order()[0].id}").text
    assert "Score is more than 80" in rule
    assert "Account executives in turn" in rule
    assert "“Call {name} – readiness {pct}”" in rule
    last = page.by_id(f"rule-{queries.rules_in_order()[-1].id}").text
    assert "the sequence Readiness nurture, only with consent to mails" in last
    assert "stays last" in last


def test_a_rule_moves_up_and_the_last_one_stays(mona, routing):
    assert mona.post(f"/settings/routing/{routing.answered.id}/place", {"to": "1"}).status == 303
    assert names() == ["Answered a mail", "Score above 80", "Everyone else"]
    mona.post(f"/settings/routing/{routing.answered.id}/place", {"to": "9"})
    assert names() == ["Score above 80", "Answered a mail", "Everyone else"]
    mona.post(f"/settings/routing/{routing.everyone.id}/place", {"to": "1"})
    assert names()[-1] == "Everyone else"


def test_htmx_gets_the_list_of_rules_back(mona, routing):
    answer = mona.htmx(
        "post", f"/settings/routing/{routing.answered.id}/place", "ol#rules", {"to": "1"}
    )
    assert answer.status == 200
    assert answer.html.lstrip().startswith("<ol") and 'id="rules"' in answer.html


def test_adding_a_rule_puts_it_before_the_last(mona, routing):
    page = mona.get("/settings/routing/new")
    done = page.form(
        "/settings/routing",
        name="Big ones",
        give_to=f"pool:{routing.senior.id}",
        task_title="Call {name}",
    ).submit(**{"f-r-0": "pct", "o-r-0": "gte", "v-r-0": "95"})
    assert done.status == 303
    assert names() == ["Score above 80", "Answered a mail", "Big ones", "Everyone else"]
    rule = queries.rules_in_order()[2]
    assert rule.conditions == [{"field": "pct", "op": "gte", "values": ["95"]}]
    assert rule.steps["pool_id"] == routing.senior.id


def test_a_new_rule_asks_for_the_score_so_that_one_post_is_enough(mona, routing):
    form = mona.get("/settings/routing/new").form("/settings/routing", name="Above 90")
    done = form.submit(**{"v-r-0": "90", "give_to": f"pool:{routing.senior.id}"})
    assert done.status == 303
    rule = queries.rules_in_order()[2]
    assert rule.conditions == [{"field": "pct", "op": "gt", "values": ["90"]}]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "Give the rule a name."),
        ({"v-r-0": "many"}, "“many” is not a number."),
        ({"v-r-0": ""}, "Say what to compare with."),
        ({"f-r-0": ""}, "Ask at least one thing"),
        ({"give_to": ""}, "Say who gets these leads"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_with_what_was_typed(mona, routing, fields, message):
    good = {
        "name": "Big ones",
        "give_to": f"pool:{routing.senior.id}",
        "f-r-0": "pct",
        "o-r-0": "gte",
        "v-r-0": "95",
    }
    page = mona.get("/settings/routing/new").form("/settings/routing").submit(**(good | fields))
    assert page.status == 422
    assert message in page.text
    assert len(names()) == 3


def test_editing_keeps_what_stands_there(mona, routing):
    page = mona.get(f"/settings/routing/{routing.hot.id}/edit")
    before = dict(routing.hot.steps)
    assert page.form(f"/settings/routing/{routing.hot.id}").submit().status == 303
    rule = db.session.get(RoutingRule, routing.hot.id)
    assert rule.conditions == [{"field": "pct", "op": "gt", "values": ["80"]}]
    assert before.items() <= rule.steps.items()


def test_a_stale_save_is_a_conflict(mona, routing, write):
    form = mona.get(f"/settings/routing/{routing.hot.id}/edit").form(
        f"/settings/routing/{routing.hot.id}"
    )
    write(lambda: setattr(db.session.get(RoutingRule, routing.hot.id), "name", "Hot ones"))
    assert form.submit(name="Mine").status == 409
    assert db.session.get(RoutingRule, routing.hot.id).name == "Hot ones"


def test_the_last_rule_cannot_be_deleted_or_switched_off(mona, routing):
    mona.post(f"/settings/routing/{routing.everyone.id}/deletion")
    mona.post(f"/settings/routing/{routing.everyone.id}/switch", {"on": "0"})
    assert names()[-1] == "Everyone else"
    assert mona.post(f"/settings/routing/{routing.hot.id}/deletion").status == 303
    assert "Score above 80" not in names()
    mona.post(f"/settings/routing/{routing.hot.id}/restoration")
    assert names() == ["Answered a mail", "Score above 80", "Everyone else"]


def test_a_rule_switched_off_is_not_asked(mona, routing, arrive):
    mona.post(f"/settings/routing/{routing.hot.id}/switch", {"on": "0"})
    assert arrive(ADA).contact.owner_id is None


def test_a_new_database_offers_the_last_rule(browse, cast):
    mona = browse.signed_in("Mona")
    page = mona.get("/settings/routing")
    assert page.has("Whom no rule takes waits for the managers.")
    assert page.form("/settings/routing/last").submit().status == 303
    assert names() == ["Everyone else"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("pct=81", ["Rule 1, “Score above 80”, takes a lead with 81.", "it is 81",
                    "Eva was next in turn"]),
        ("pct=80", ["Rule 3, “Everyone else”, takes", "“Readiness nurture” would start"]),
        ("pct=90&at=2026-11-27T18:40", ["until Mon 30 Nov, 11:00", "due Mon 30 Nov, 17:00"]),
        ("contact=Nobody", ["Nobody you may see is called “Nobody”."]),
    ],
)  # fmt: skip
def test_trying_a_lead_says_which_rule_and_why_and_changes_nothing(mona, routing, query, words):
    text = mona.get(f"/settings/routing?{query}").by_id("dry-result").text
    for word in words:
        assert word in text, text
    assert db.session.get(Pool, routing.executives.id).next_position == 1


def test_trying_somebody_who_has_an_owner_says_that_they_keep_them(mona, arrive):
    arrive(ADA)
    text = mona.get("/settings/routing?contact=Ada").by_id("dry-result").text
    assert "Eva Lindqvist has this contact already and keeps it." in text


def test_a_pool_is_made_changed_and_its_turn_set(mona, routing, cast):
    form = mona.get("/settings/routing/pools/new").form("/settings/routing/pools", name="Partners")
    refused = form.submit()
    assert refused.status == 422
    assert "Choose at least one person." in refused.text
    data = {"name": "Partners", "availability": "today", "member": [cast["Sina"].id,
            cast["Sam"].id], f"place-{cast['Sina'].id}": "2", f"place-{cast['Sam'].id}": "1",
            f"cap-{cast['Sina'].id}": "5"}  # fmt: skip
    done = mona.post("/settings/routing/pools", data)
    assert done.status == 303
    pool = db.session.scalars(select(Pool).filter_by(name="Partners")).one()
    assert [(m.user.first_name, m.position, m.daily_cap) for m in pool.members] == [
        ("Sam", 1, None), ("Sina", 2, 5),
    ]  # fmt: skip
    url = f"/settings/routing/pools/{pool.id}"
    mona.post(f"{url}/turn", {"user": cast["Sina"].id})
    assert db.session.get(Pool, pool.id).next_position == 2
    again = mona.post(url, data | {f"place-{cast['Sina'].id}": "0"})
    assert again.status == 303
    pool = db.session.get(Pool, pool.id)
    assert pool.next_position == 1  # still Sina's turn, who now stands first


def test_a_pool_needs_a_name_of_its_own(mona, routing, cast):
    data = {"name": "Account executives", "availability": "ignore", "member": [cast["Sam"].id]}
    page = mona.post(f"/settings/routing/pools/{routing.senior.id}", data)
    assert page.status == 422
    assert "This name is in use already." in page.text


def test_a_pool_that_a_rule_uses_is_not_deleted(mona, routing):
    mona.post(f"/settings/routing/pools/{routing.executives.id}/deletion")
    assert queries.pool_by_id(routing.executives.id) is not None
    mona.post(f"/settings/routing/pools/{routing.senior.id}/deletion")
    assert queries.pool_by_id(routing.senior.id) is None


def test_answer_times_are_added_ordered_and_deleted(mona, routing):
    page = mona.get("/settings/answer-times/new").form(
        "/settings/answer-times", name="Hot in 30 min", minutes="30"
    ).submit(**{"f-r-0": "pct", "o-r-0": "gt", "v-r-0": "90"})  # fmt: skip
    assert page.status == 303
    policy = db.session.scalars(select(AnswerPolicy).filter_by(name="Hot in 30 min")).one()
    mona.post(f"/settings/answer-times/{policy.id}/place", {"to": "1"})
    assert [one.name for one in queries.policies()] == ["Hot in 30 min", "First call within 2 h"]
    text = mona.get("/settings/answer-times").by_id(f"policy-{policy.id}").text
    assert "Score is more than 90" in text
    assert "within 30 min of working time" in text
    edit = mona.get(f"/settings/answer-times/{policy.id}/edit").form(
        f"/settings/answer-times/{policy.id}", minutes="2"
    )
    assert edit.submit().status == 422
    junk = edit.submit(minutes="soon").by_id("errors").text
    assert "Write a whole number." in junk and "Number must be between" not in junk
    mona.post(f"/settings/answer-times/{policy.id}/deletion")
    assert len(queries.policies()) == 1


@pytest.mark.parametrize("url", ["/settings/routing", "/settings/answer-times"])
@pytest.mark.parametrize("target", ["fieldset#conditions", "form#rule-form"])
def test_htmx_gets_the_conditions_alone_while_they_are_built(mona, url, target):
    typed = {"g-r": "all", "f-r-0": "source", "o-r-0": "is", "v-r-0": "spring", "act": "add:r"}
    answer = mona.htmx("post", url, target, {"name": "Typed", **typed})
    assert answer.status == 200 and not answer.is_page
    assert [one["id"] for one in answer.root.children] == ["conditions"]
    assert answer.by_id("v-r-0")["value"] == "spring" and answer.by_id("f-r-1")
    assert answer.by_id("conditions")["hx-post"] == url
    led = answer.headers.get("HX-Retarget")
    assert led == (None if target.endswith("#conditions") else "#conditions")


def test_waiting_leads_are_given_to_somebody(browse, mona, arrive, cast, write):
    def leave():
        for first in ("Eva", "Finn"):
            db.session.get(User, cast[first].id).deactivated_at = clock.now()

    write(leave)
    intake = arrive(ADA).intake.id
    page = mona.get("/intakes")
    assert page.has("Ada Prospect")
    page.form(f"/intakes/{intake}/owner", user=str(cast["Sam"].id)).submit()
    contact = db.session.scalars(select(Contact)).one()
    assert contact.owner_id == cast["Sam"].id
    assert mona.get("/intakes").root.all(id=f"intake-{intake}") == []
    assert mona.post(f"/intakes/{intake}/owner", {"user": "1"}).status == 404


def test_doubtful_arrivals_are_let_in_or_refused(mona, arrive, count):
    first = arrive(ADA, is_doubtful=True).intake.id
    second = arrive(BEN, is_doubtful=True).intake.id
    assert mona.get("/intakes").has("Held back")
    assert mona.post(f"/intakes/{first}/release").status == 303
    assert mona.post(f"/intakes/{second}/refusal").status == 303
    assert count(Contact) == 1
    assert db.session.get(Intake, second).outcome == "refused"
    assert "arrival" not in db.session.get(Intake, second).payload


def test_why_eva_is_told_to_her_team_and_not_to_others(browse, arrive):
    ada = arrive(ADA).contact.id
    page = browse.signed_in("Eva").get(f"/contacts/{ada}/assignments")
    assert page.status == 200
    assert page.has("Rule 1, “Score above 80”")
    assert page.has("Finn Aalto: could take it")
    assert page.has("Captured → Assigned")
    assert browse.signed_in("Otto").get(f"/contacts/{ada}/assignments").status == 404
    assert browse.get(f"/contacts/{ada}/assignments").status == 303


@pytest.mark.parametrize(
    "url",
    ["/settings/routing/99", "/settings/routing/99/place", "/settings/routing/pools/99",
     "/settings/answer-times/99", "/intakes/99/release"],
)  # fmt: skip
def test_what_is_not_there_is_404(mona, url):
    assert mona.post(url, {"to": "1"}).status == 404


def test_the_record_page_shows_owner_reason_and_clock(browse, arrive, the_clock):
    ada = arrive(ADA, "2026-11-24T14:03").contact.id
    the_clock.set("2026-11-24T15:03:30")
    page = browse.signed_in("Eva").get(f"/contacts/{ada}")
    assert page.by_id("answer-clock").text.startswith("First call1 h 0 min left")
    assert page.has("Why Eva?")


def test_a_new_rule_leads_to_the_last_one_for_everybody_else(mona, routing):
    page = mona.get("/settings/routing/new")
    assert page.has("Change “Everyone else”")
    page.root.one("a", href=f"/settings/routing/{routing.everyone.id}/edit")
