"""Deals in the browser: works, refuses, outsider, with and without htmx."""

import re

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities.models import Task
from crm.core import clock
from crm.core.db import db
from crm.deals import actions
from crm.deals.models import Closure, Deal, Stage

STAGE, BOARD = "section#deal-stage", "div#board"


@pytest.fixture
def eva(browse, deal_id, mira_id, stage_ids, people):
    """Eva at her browser, before a pipeline with one deal."""
    return browse.signed_in("Eva")


def the_deal():
    return db.session.scalars(select(Deal)).one()


def stage_of(deal_id):
    return db.session.get(Deal, deal_id).stage.name


def test_closing_a_deal_without_script_leads_back_to_it(eva, deal_id):
    form = eva.get(f"/deals/{deal_id}/closure?as=won").form(
        f"/deals/{deal_id}/closure", amount="24,000"
    )
    page = form.submit()
    assert (page.status, page.location) == (303, f"/deals/{deal_id}")
    assert page.follow().has("€24,000")
    assert stage_of(deal_id) == "Won"


def test_a_sum_with_the_sign_of_another_currency_is_refused_wherever_it_is_typed(eva, deal_id):
    said = "The sum is in EUR here."
    fresh = eva.get("/deals/new").form("/deals", name="Big", amount="$5,000").submit()
    edit = eva.get(f"/deals/{deal_id}/edit").form(f"/deals/{deal_id}", amount="£5,000").submit()
    url = f"/cells/deal/{deal_id}/amount"
    cell = eva.get(url).form(url).submit(value="$5,000")
    url = f"/deals/{deal_id}/closure"
    closed = eva.get(f"{url}?as=won").form(url, amount="5,000 $").submit()
    for page in (fresh, edit, cell, closed):
        assert page.status == 422 and page.has(said)
    assert (the_deal().amount_cents, the_deal().closure) == (2_600_000, None)
    edit = eva.get(f"/deals/{deal_id}/edit").form(f"/deals/{deal_id}", amount="€5,000").submit()
    assert (edit.status, the_deal().amount_cents) == (303, 500_000)


def test_closing_a_deal_with_htmx_changes_stage_and_timeline(eva, deal_id):
    data = {"outcome": "lost", "reason": "price"}
    page = eva.htmx("post", f"/deals/{deal_id}/closure", STAGE, data=data)
    assert page.status == 200
    assert "Too expensive" in page.by_id("deal-stage").text
    targets = [node["hx-target"] for node in page.root.all("hx-partial")]
    assert targets == ["#timeline", "#toast"]


def test_losing_without_a_reason_is_refused_at_the_field(eva, deal_id):
    data = {"outcome": "lost", "note": "Jan leaves in January."}
    plain = eva.post(f"/deals/{deal_id}/closure", data=data)
    assert plain.status == 422
    assert plain.has("Choose the main reason.")
    assert plain.by_id("close-note").raw.strip() == "Jan leaves in January."
    part = eva.htmx("post", f"/deals/{deal_id}/closure", STAGE, data=data)
    assert part.status == 422
    assert part.by_id("deal-stage").all(role="alert")
    assert db.session.scalars(select(Closure)).first() is None


def test_a_deal_is_closed_once_whoever_clicks_twice(eva, deal_id):
    data = {"outcome": "lost", "reason": "price"}
    assert eva.post(f"/deals/{deal_id}/closure", data=data).status == 303
    assert eva.post(f"/deals/{deal_id}/closure", data=data).status == 422
    assert len(list(db.session.scalars(select(Closure)))) == 1


def test_reopening_undoes_a_closing(eva, deal_id):
    eva.post(f"/deals/{deal_id}/closure", data={"outcome": "lost", "reason": "price"})
    assert eva.post(f"/deals/{deal_id}/reopening").follow().has("Negotiation")
    assert stage_of(deal_id) == "Discovery"


def test_a_card_marks_an_owner_who_left(browse, cast, write, deal_id):
    card, eva_id = f"deal-{deal_id}", cast["Eva"].id
    assert "(left)" not in browse.signed_in("Mona").get("/deals").by_id(card).text
    write(lambda: setattr(db.session.get(User, eva_id), "deactivated_at", clock.now()))
    assert "Eva (left)" in browse.signed_in("Mona").get("/deals").by_id(card).text


def test_every_page_of_a_deal_opens(eva, deal_id):
    for url in ("", "?close=won", "?close=lost", "/edit", "/closure", "/stage", "?add=call"):
        assert eva.get(f"/deals/{deal_id}{url}").status == 200
    part = eva.htmx("get", f"/deals/{deal_id}?close=lost", STAGE)
    assert part.by_id("deal-stage").all("form", action=f"/deals/{deal_id}/closure")
    assert not part.is_page


@pytest.mark.parametrize(
    "path",
    ["closure", "reopening", "stage", "next-steps", "deletion", "restoration", "notes", "tasks"],
)
def test_an_outsider_can_do_nothing_to_a_deal(browse, deal_id, path):
    otto = browse.signed_in("Otto")
    data = {"outcome": "won", "stage_id": "1", "title": "x", "body": "x"}
    assert otto.post(f"/deals/{deal_id}/{path}", data=data).status == 404
    assert stage_of(deal_id) == "Discovery"


@pytest.mark.parametrize("path", ["", "/edit", "/closure", "/stage"])
def test_an_outsider_sees_no_deal(browse, deal_id, path):
    otto = browse.signed_in("Otto")
    assert otto.get(f"/deals/{deal_id}{path}").status == 404
    assert not otto.get("/deals").has("Hafen")
    assert not otto.get("/deals?as=table&q=hafen").has("Hafen, start")


def test_who_only_reads_closes_nothing(browse, deal_id):
    rita = browse.signed_in("Rita")
    assert rita.post(f"/deals/{deal_id}/closure", data={"outcome": "won"}).status == 403
    for form in ("/edit", "/closure", "/stage"):
        assert rita.get(f"/deals/{deal_id}{form}").status == 403
    for url in (f"/deals/{deal_id}", f"/deals/{deal_id}?close=won", "/deals"):
        page = rita.get(url)
        assert page.status == 200
        sent = {node["action"] for node in page.root.all("form", method="post")}
        records = {action for action in sent if action.startswith(("/deals", "/contacts"))}
        # Which end of the timeline is on top is the reader's own wish: it changes no record.
        assert records <= {f"/deals/{deal_id}/timeline-order"}


def test_the_board_counts_sums_and_weighs(eva, deal_id):
    page = eva.get("/deals")
    column = next(n for n in page.root.all("section") if n.get("data-stage") and "Disc" in n.text)
    # 25 per cent of 26,000.
    assert "€26,000" in column.text
    assert "25 % = €6,500" in column.text
    assert "No next step." in page.by_id(f"deal-{deal_id}").text
    assert page.by_id("totals").text == "1 open deal, €26,000; weighted by chance €6,500."


def test_a_full_board_asks_no_more_questions_than_an_empty_one(eva, write, people):
    one = eva.get("/deals").statements

    def fill():
        stage = db.session.scalars(select(Stage).where(Stage.name == "Discovery")).one()
        for number in range(40):
            made = actions.create(f"Deal {number:02}", stage=stage, by=people("Eva"))
            actions.decide_next_step(made, people("Eva"), title="Call", due_on=None)

    write(fill)
    page = eva.get("/deals")
    assert page.statements == one
    assert len([n for n in page.root.all("li") if n.has_class("card")]) == 25
    more = next(a for a in page.root.all("a") if a.text == "16 more")
    fuller = eva.get(more["href"])
    assert len([n for n in fuller.root.all("li") if n.has_class("card")]) == 41


def test_moving_by_the_form_without_script(eva, deal_id, stage_ids):
    form = eva.get(f"/deals/{deal_id}/stage").form(f"/deals/{deal_id}/stage")
    page = form.submit(
        stage_id=stage_ids["Proposal"], next_title="Send the offer", next_on="2026-11-27"
    )
    assert page.status == 303
    assert stage_of(deal_id) == "Proposal"
    assert db.session.scalars(select(Task)).one().title == "Send the offer"


def test_moving_a_card_answers_the_board(eva, deal_id, stage_ids):
    data = {"on": "board", "stage_id": stage_ids["Proposal"], "after_id": ""}
    page = eva.htmx("post", f"/deals/{deal_id}/stage", BOARD, data=data)
    assert page.by_id(f"stage-{stage_ids['Proposal']}").all(id=f"deal-{deal_id}")
    targets = [node["hx-target"] for node in page.root.all("hx-partial")]
    assert targets == ["#totals", "#toast"]


def test_a_card_that_may_not_move_comes_back_with_the_reason(eva, deal_id, stage_ids):
    data = {"on": "board", "stage_id": stage_ids["Won"], "after_id": ""}
    page = eva.htmx("post", f"/deals/{deal_id}/stage", BOARD, data=data)
    assert page.status == 422
    assert page.by_id(f"stage-{stage_ids['Discovery']}").all(id=f"deal-{deal_id}")
    assert page.has("use Won or Lost")
    assert stage_of(deal_id) == "Discovery"


def test_a_next_step_needs_its_day(eva, deal_id, stage_ids):
    data = {"stage_id": stage_ids["Proposal"], "next_title": "Call"}
    page = eva.post(f"/deals/{deal_id}/stage", data=data)
    assert page.status == 422
    assert page.has("A next step needs its day.")
    assert stage_of(deal_id) == "Discovery"


def test_deciding_the_next_step_takes_the_warning_away(eva, deal_id):
    form = eva.get(f"/deals/{deal_id}").form(
        f"/deals/{deal_id}/next-steps", title="Call Mira", day="2026-11-26"
    )
    page = form.submit().follow()
    assert "Call Mira" in page.by_id("next-step").text
    assert not page.has("A deal without one goes cold.")


def test_a_deal_is_added_for_a_contact(eva, mira_id):
    page = eva.get(f"/deals/new?contact={mira_id}")
    after = page.form("/deals", name="Second branch", amount="11.200").submit()
    made = db.session.scalars(select(Deal).where(Deal.name == "Second branch")).one()
    assert after.location == f"/deals/{made.id}"
    assert (made.amount_cents, made.contact_id) == (1_120_000, mira_id)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "Give the deal a name."),
        ({"amount": "lots"}, "Give a sum such as 14,400."),
        ({"contact": "Nobody Known"}, "Nobody of this name."),
        ({"contact": "no@where.example"}, "Nobody you can see has this address."),
        ({"company": "Atlantis Ltd"}, "No company of this name."),
        ({"next_title": "Call"}, "A next step needs its day."),
    ],
)
def test_a_deal_that_makes_no_sense_is_refused_with_what_was_typed(eva, typed, words):
    fields = {"name": "New", "amount": "5"} | typed
    page = eva.get("/deals/new").form("/deals", **fields).submit()
    assert page.status == 422
    assert page.has(words)
    for name, value in fields.items():
        field = next(n for n in page.root.all("input") if n.get("name") == name)
        assert field.get("value", "") == value
    assert len(list(db.session.scalars(select(Deal)))) == 1


def test_a_stale_edit_shows_both_and_keeps_mine(eva, deal_id):
    mine = eva.get(f"/deals/{deal_id}/edit").form(f"/deals/{deal_id}", name="Mine")
    eva.get(f"/deals/{deal_id}/edit").form(f"/deals/{deal_id}", name="Theirs").submit()
    page = mine.submit()
    assert page.status == 409
    assert page.has("Theirs")
    assert page.by_id("deal-name")["value"] == "Mine"
    assert page.form(f"/deals/{deal_id}").submit().status == 303
    assert the_deal().name == "Mine"


def test_the_table_filters_and_pages(eva, write, people, stage_ids):
    def fill():
        stage = db.session.get(Stage, stage_ids["Proposal"])
        for number in range(60):
            actions.create(f"Deal {number:02}", stage=stage, by=people("Eva"))

    write(fill)
    page = eva.get("/deals?as=table")
    assert page.has("Deal 49")
    assert not page.has("Deal 55")
    older = next(a for a in page.root.all("a") if a.get("rel") == "next")
    assert eva.get(older["href"]).has("Deal 55")
    found = eva.get("/deals?as=table&q=MIRA")
    assert re.findall(r"Deal \d\d", found.text) == []
    assert found.has("Hafen, start in February")


def test_deleting_is_undone_from_the_toast(eva, deal_id):
    page = eva.post(f"/deals/{deal_id}/deletion").follow()
    assert not page.by_id("board").all(id=f"deal-{deal_id}")
    assert eva.get(f"/deals/{deal_id}").status == 404
    assert page.form(page.by_id("toast").one("form")["action"]).submit().status == 303
    assert eva.get(f"/deals/{deal_id}").status == 200


def test_pipelines_are_the_managers(browse, deal_id):
    assert browse.signed_in("Eva").get("/settings/pipelines").status == 403
    assert browse.signed_in("Mona").get("/settings/pipelines").status == 200


def test_a_stage_is_added_moved_renamed_and_deleted_into_another(browse, deal_id, stage_ids):
    mona = browse.signed_in("Mona")
    line = mona.get("/settings/pipelines").root.all("a", class_="name")[0]["href"]
    base = line.removesuffix("/edit")
    mona.get(line).form(f"{base}/stages", name="Demo", probability="40").submit()
    demo = db.session.scalars(select(Stage).where(Stage.name == "Demo")).one()
    assert (demo.probability, demo.position, demo.id) == (40, 4, demo.id)
    demo_id = demo.id
    mona.post(f"/settings/pipelines/stages/{demo_id}/place", data={"to": "up"})
    assert db.session.get(Stage, demo_id).position == 3
    url = f"/settings/pipelines/stages/{stage_ids['Discovery']}"
    assert mona.get(f"{url}/edit").form(url, name="Discover").submit().status == 303
    form = mona.get(f"{url}/edit").form(f"{url}/deletion", target_id=str(demo_id))
    assert form.submit().status == 303
    assert stage_of(deal_id) == "Demo"
    assert mona.get(f"/deals/{deal_id}").status == 200


def test_a_deal_is_offered_to_who_may_see_its_records(browse, deal_id):
    select = (
        browse.signed_in("Olga").get(f"/deals/{deal_id}/edit").root.one("select", name="owner_id")
    )
    names = {option.text for option in select.all("option")}
    assert "Finn Aalto" in names
    assert not names & {"Rita Brunner", "Otto Fuchs"}
