"""Opening, moving, closing and reopening deals."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from crm.activities import actions as activities
from crm.activities.models import Entry, Task
from crm.core.db import db
from crm.core.refusal import Conflict, Refused
from crm.deals import actions
from crm.deals.models import Closure, Deal, StageVisit
from crm.notices.models import Notice


def entries(kind):
    return list(db.session.scalars(select(Entry).where(Entry.kind == kind)))


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_deal_takes_team_and_source_from_its_contact(deal, cast):
    assert deal.team_id == cast.sales.id
    assert deal.source == "quiz"
    assert deal.owner_id == cast["Eva"].id
    assert deal.stage.name == "Discovery"
    assert entries("created")[-1].deal_id == deal.id
    assert count(StageVisit) == 1


def test_a_deal_does_not_begin_closed(cast, write, stages):
    with pytest.raises(Refused, match="open stage"):
        write(lambda: actions.create("Odd", stage=stages["Won"], by=cast["Eva"]))
    assert count(Deal) == 0


def test_moving_a_deal_ends_one_visit_and_begins_the_next(deal, cast, write, stages, the_clock):
    the_clock.set("2026-11-25T09:00")
    write(lambda: actions.move(deal, stages["Proposal"], cast["Eva"]))
    first, second = db.session.scalars(select(StageVisit).order_by(StageVisit.id))
    assert first.left_at.isoformat().startswith("2026-11-25T08:00")
    assert (second.stage_id, second.from_stage_id) == (stages["Proposal"].id, first.stage_id)
    assert second.left_at is None
    assert deal.stage_since == second.entered_at
    assert entries("stage")[0].details["to"] == "Proposal"


def test_a_card_lands_below_the_one_it_was_dropped_on(deal, cast, write, stages):
    eva, proposal = cast["Eva"], stages["Proposal"]
    made = write(
        lambda: [actions.create(name, stage=proposal, by=eva).id for name in ("C", "B", "A")]
    )
    write(lambda: actions.move(deal, proposal, eva, after_id=made[2]))
    names = db.session.scalars(
        select(Deal.name).where(Deal.stage_id == proposal.id).order_by(Deal.rank)
    )
    assert list(names) == ["A", "Hafen, start in February", "B", "C"]


def test_reordering_a_column_is_no_stage_move(deal, cast, write, stages):
    other = write(lambda: actions.create("Other", stage=stages["Discovery"], by=cast["Eva"]).id)
    write(lambda: actions.move(deal, stages["Discovery"], cast["Eva"], after_id=None))
    assert deal.rank < db.session.get(Deal, other).rank
    assert count(StageVisit) == 2
    assert entries("stage") == []


def test_closing_stages_are_reached_by_closing_only(deal, cast, write, stages):
    with pytest.raises(Refused, match="Won or Lost"):
        write(lambda: actions.move(deal, stages["Won"], cast["Eva"]))
    assert deal.stage.name == "Discovery"


def test_the_keys_go_one_stage_on_and_stop_at_the_ends(deal, cast, write):
    eva = cast["Eva"]
    assert write(lambda: actions.step(deal, eva, forward=True).name) == "Proposal"
    assert write(lambda: actions.step(deal, eva, forward=True).name) == "Negotiation"
    with pytest.raises(Refused, match="last open stage"):
        write(lambda: actions.step(deal, eva, forward=True))


def test_winning_a_deal_keeps_the_final_amount_and_the_day(deal, cast, write):
    write(
        lambda: actions.close(
            deal, cast["Eva"], is_won=True, amount_cents=2_400_000, closed_on=date(2026, 11, 23)
        )
    )
    closure = deal.closure
    assert (closure.is_won, closure.amount_cents) == (True, 2_400_000)
    assert closure.closed_on == date(2026, 11, 23)
    assert closure.closed_by_id == cast["Eva"].id
    assert deal.amount_cents == 2_400_000
    assert deal.stage.name == "Won"
    assert entries("closure")[0].outcome == "won"


def test_losing_a_deal_needs_a_reason(deal, cast, write):
    with pytest.raises(Refused) as refused:
        write(lambda: actions.close(deal, cast["Eva"], is_won=False))
    assert refused.value.field == "reason"
    assert count(Closure) == 0
    assert deal.stage.name == "Discovery"


def test_closing_a_deal_stops_its_reminders(deal, cast, write):
    eva = cast["Eva"]
    write(
        lambda: activities.add_task(
            "Call Mira", owner_id=eva.id, deal_id=deal.id, due_on=date(2026, 11, 24), by=eva
        )
    )
    write(lambda: actions.close(deal, eva, is_won=False, reason="silent"))
    task = db.session.scalars(select(Task)).one()
    assert task.closed_as == "cancelled"
    assert task.remind_at is None


def test_ask_again_makes_one_task_for_that_morning(deal, cast, write):
    write(
        lambda: actions.close(
            deal,
            cast["Eva"],
            is_won=False,
            reason="time",
            note="Budget resets in May.",
            ask_again_on=date(2027, 5, 21),
        )
    )
    task = db.session.scalars(select(Task)).one()
    # 09:00 in Berlin is 07:00 UTC in May: summer time.
    assert task.due_at == datetime.fromisoformat("2027-05-21T07:00:00+00:00")
    assert task.note == "Budget resets in May."
    assert (task.deal_id, task.contact_id) == (deal.id, deal.contact_id)
    assert task.is_open


def test_ask_again_lies_ahead(deal, cast, write):
    with pytest.raises(Refused, match="after today"):
        write(
            lambda: actions.close(
                deal, cast["Eva"], is_won=False, reason="time", ask_again_on=date(2026, 11, 24)
            )
        )


def test_a_closed_deal_is_neither_closed_again_nor_moved(deal, cast, write, stages):
    eva = cast["Eva"]
    write(lambda: actions.close(deal, eva, is_won=True))
    with pytest.raises(Refused, match="closed already"):
        write(lambda: actions.close(deal, eva, is_won=False, reason="price"))
    with pytest.raises(Refused, match="Reopen it first"):
        write(lambda: actions.move(deal, stages["Proposal"], eva))


def test_reopening_restores_the_stage_and_keeps_both_closings(deal, cast, write):
    eva = cast["Eva"]
    write(lambda: actions.close(deal, eva, is_won=False, reason="price"))
    write(lambda: actions.reopen(deal, eva))
    assert deal.closure is None
    assert deal.stage.name == "Discovery"
    write(lambda: actions.close(deal, eva, is_won=True))
    assert [closure.is_won for closure in deal.closures] == [False, True]
    assert deal.closures[0].reopened_by_id == eva.id


def test_reopening_an_open_deal_is_refused(deal, cast, write):
    with pytest.raises(Refused, match="open already"):
        write(lambda: actions.reopen(deal, cast["Eva"]))


def test_watchers_hear_of_a_closing_once_and_not_from_themselves(deal, cast, write):
    write(lambda: actions.close(deal, cast["Eva"], is_won=True, note="At last."))
    write(lambda: actions.tell_watchers(deal))
    write(lambda: actions.tell_watchers(deal))
    told = list(db.session.scalars(select(Notice)))
    assert [(one.user_id, one.url) for one in told] == [(cast["Mona"].id, f"/deals/{deal.id}")]


def test_a_stale_change_shows_both_values(deal, cast, write):
    with pytest.raises(Conflict) as conflict:
        write(lambda: actions.update(deal, cast["Eva"], version=0, name="Hafen 2"))
    assert conflict.value.fields == {"name": ("Hafen, start in February", "Hafen 2")}


def test_a_change_is_in_the_timeline_with_old_and_new(deal, cast, write):
    write(
        lambda: actions.update(
            deal, cast["Eva"], version=deal.version, amount_cents=100, name=deal.name
        )
    )
    assert entries("change")[0].details["amount_cents"] == ["2600000", "100"]
    assert "name" not in entries("change")[0].details


def test_a_deleted_deal_comes_back_as_it_was(deal, cast, write):
    write(lambda: actions.delete(deal, cast["Eva"]))
    assert deal.deleted_by_id == cast["Eva"].id
    write(lambda: actions.restore(deal, cast["Eva"]))
    assert deal.deleted_at is None
    assert deal.stage.name == "Discovery"
