"""C7: fields that a deal needs from a stage on."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from crm.contacts.models import Contact
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals import actions as deals
from crm.deals.models import Deal, Stage
from crm.fields import actions, queries
from crm.fields.reading import Manner
from crm.filters import actions as filters
from crm.filters.models import SavedView, Segment
from crm.history.models import ChangeSet


@pytest.fixture
def stages(pipeline):
    """Only their numbers: browsers let the session go."""
    return {name: SimpleNamespace(id=stage.id) for name, stage in pipeline.items()}


@pytest.fixture
def deal(deal):
    return SimpleNamespace(id=deal.id)


@pytest.fixture
def budget(add, stages):
    """Needed from Proposal on."""
    return add("deal", "Budget", "money", needs=[stages["Proposal"].id])


def move(write, deal, stage, cast, **more):
    write(
        lambda: deals.move(
            db.session.get(Deal, deal.id), db.session.get(Stage, stage.id), cast["Eva"], **more
        )
    )


def test_c7_a_stage_refuses_a_deal_that_lacks_what_it_needs(cast, write, budget, deal, stages):
    with pytest.raises(Refused, match="Proposal needs this first: Budget"):
        move(write, deal, stages["Proposal"], cast)
    with pytest.raises(Refused, match="Negotiation needs this first: Budget"):
        move(write, deal, stages["Negotiation"], cast)
    move(write, deal, stages["Lead in"], cast)
    move(write, deal, stages["Negotiation"], cast, custom={budget: [100_000, "EUR"]})
    db.session.expire_all()
    assert db.session.get(Deal, deal.id).stage_id == stages["Negotiation"].id
    assert queries.values_of(db.session.get(Deal, deal.id))[budget] == [100_000, "EUR"]


def test_c7_a_deal_is_not_won_but_may_be_lost_without_it(cast, write, budget, deal):
    def close(**more):
        deals.close(db.session.get(Deal, deal.id), cast["Eva"], **more)

    with pytest.raises(Refused, match="Won needs this first: Budget"):
        write(lambda: close(is_won=True))
    write(lambda: close(is_won=False, reason="price"))


def test_c7_what_the_stage_needs_is_not_taken_away(cast, write, budget, deal, stages, browse):
    move(write, deal, stages["Proposal"], cast, custom={budget: [100_000, "EUR"]})
    eva = browse.signed_in("Eva")
    number = queries.custom_of("deal", budget).id
    page = eva.post(f"/deals/{deal.id}/fields/{number}", {budget: ""})
    assert page.status == 422
    assert page.has("Proposal needs this.")


def test_c7_the_form_of_a_move_offers_what_is_needed(cast, browse, budget, deal, stages):
    eva, url = browse.signed_in("Eva"), f"/deals/{deal.id}/stage"
    by_path = eva.post(url, {"stage_id": stages["Proposal"].id})
    assert by_path.location.endswith(f"{url}?to={stages['Proposal'].id}")
    form = by_path.follow()
    assert form.has("From Proposal on:")
    refused = form.form(url, stage_id=str(stages["Proposal"].id)).submit()
    assert refused.status == 422
    assert refused.has("Proposal needs this first: Budget.")
    moved = refused.form(url, **{budget: "14,400"}).submit()
    assert moved.location.endswith(f"/deals/{deal.id}")
    assert moved.follow().has("€14,400")


def test_c7_the_board_says_what_is_missing_and_puts_the_card_back(
    cast, browse, budget, deal, stages
):
    eva = browse.signed_in("Eva")
    data = {"stage_id": stages["Proposal"].id, "on": "board"}
    answer = eva.htmx("post", f"/deals/{deal.id}/stage", "div#board", data=data)
    assert answer.status == 422
    assert "Proposal needs this first: Budget." in answer.text


def test_c7_a_quiz_fills_what_is_empty_and_keeps_what_people_said(write, add, mira):
    sector = add("contact", "Sector", "select", options=["Crafts", "Food"])
    ids = {one.label: one.value for one in queries.custom_of("contact", sector).options}

    def answer(said, policy="fill"):
        row = db.session.get(Contact, mira.id)
        return write(
            lambda: actions.set_from_quiz(row, sector, said, policy=policy, manner=Manner("en"))
        )

    assert "not one of the choices" in answer("Bakery")
    assert answer("food") == ""
    assert answer("Crafts") == "Something is said already."
    assert queries.values_of(db.session.get(Contact, mira.id))[sector] == ids["Food"]
    assert answer("Crafts", "overwrite") == ""
    assert queries.values_of(db.session.get(Contact, mira.id))[sector] == ids["Crafts"]


def test_c7_the_needs_of_a_stage_that_goes_are_kept_and_come_back(
    cast, write, budget, deal, stages, browse
):
    gone, after, target = (stages[name].id for name in ("Proposal", "Negotiation", "Lead in"))
    kept = write(
        lambda: filters.create_segment(
            "Proposed", by=cast["Mona"], filter_=f"deals.some(stage.is:{gone})"
        )
    ).id
    asked = {"as": "table", "stage": str(gone)}
    view = write(lambda: filters.create_view("Offers", "deal", asked, by=cast["Mona"])).id
    mona = browse.signed_in("Mona")
    page = mona.get(f"/settings/pipelines/stages/{gone}/edit")
    assert page.has(
        "Deals need this from here on: Budget. Afterwards they need it from Negotiation"
    )
    assert page.has("Segment Proposed") and page.has("Saved view Offers")
    assert not page.has("cannot be undone")
    delete = f"/settings/pipelines/stages/{gone}/deletion"
    answer = page.form(delete, target_id=str(target)).submit()
    assert needs(budget) == (after,)
    assert db.session.get(Segment, kept).filter == f"deals.some(stage.is:{target})"
    assert db.session.get(SavedView, view).params["stage"] == str(target)
    with pytest.raises(Refused, match="Negotiation needs this first: Budget"):
        move(write, deal, stages["Negotiation"], cast)
    last = db.session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).first()
    assert answer.follow().form(f"/history/{last}/undo").submit().follow().has("Undone.")
    assert needs(budget) == (gone,)
    assert db.session.get(Segment, kept).filter == f"deals.some(stage.is:{gone})"
    assert db.session.get(SavedView, view).params["stage"] == str(gone)
    with pytest.raises(Refused, match="Proposal needs this first: Budget"):
        move(write, deal, stages["Proposal"], cast)


def test_c7_an_open_stage_behind_won_leaves_its_needs_to_the_one_before(
    write, budget, stages, browse
):
    gone, target, won = (stages[name].id for name in ("Proposal", "Lead in", "Won"))
    mona, place = browse.signed_in("Mona"), f"/settings/pipelines/stages/{gone}/place"
    for _ in range(3):
        mona.post(place, {"to": "down"})
    page = mona.get(f"/settings/pipelines/stages/{gone}/edit")
    assert page.has("Afterwards they need it from Won")
    delete = f"/settings/pipelines/stages/{gone}/deletion"
    assert page.form(delete, target_id=str(target)).submit().status == 303
    assert needs(budget) == (won,)


def needs(key):
    db.session.rollback()
    return queries.custom_of("deal", key).needs
