"""Closing a deal as won or lost, and reopening it."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.activities.rules import morning
from crm.core import clock
from crm.core.db import db
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.deals.actions.moving import enter, passed, top_rank
from crm.deals.models import Closure, Deal, Stage
from crm.deals.rules import LOST_REASONS
from crm.fields import actions as fields

SETTLE = "crm.leads.jobs.settle"
WATCHERS = "crm.deals.jobs.tell_watchers"


def close(
    deal: Deal,
    by: User,
    *,
    is_won: bool,
    amount_cents: int | None = None,
    closed_on: date | None = None,
    reason: str = "",
    competitor: str = "",
    note: str = "",
    ask_again_on: date | None = None,
    tells_watchers: bool = True,
) -> Closure:
    """Close an open deal as won (with its final amount, minor units) or lost (with a reason).

    Its open tasks are closed, so nothing reminds of it any more; `ask_again_on` makes a new one
    for that morning. Raises Refused when it is closed already or something is missing.
    """
    if deal.closure:
        raise Refused(_("%(name)s was closed already. Reopen it to close it anew.", name=deal.name))
    if not is_won and reason not in LOST_REASONS:
        raise Refused(
            _("Choose the main reason. It is the only thing we must know."), field="reason"
        )
    if is_won:
        need_all(deal)
    zone = zone_of(deal, by)
    day = closing_day(closed_on, zone)
    if ask_again_on and ask_again_on <= clock.today(zone):
        raise Refused(_("Give a day after today."), field="ask_again_on")
    closure = Closure(
        deal_id=deal.id,
        is_won=is_won,
        reason="" if is_won else reason,
        competitor=competitor,
        note=note,
        ask_again_on=ask_again_on,
        amount_cents=amount_cents if is_won else deal.amount_cents,
        closed_on=day,
        closed_at=clock.now(),
        closed_by_id=by.id,
        stage_before_id=deal.stage_id,
    )
    deal.closures.append(closure)
    if is_won and amount_cents is not None:
        deal.amount_cents = amount_cents
    _enter_last(deal, by, "won" if is_won else "lost")
    _stop_tasks(deal, by)
    activities.record(**ending(deal, by, closure))
    if deal.contact_id:
        ring(SETTLE, deal.contact_id)
    if ask_again_on:
        _ask_again(deal, by, closure, zone)
    if tells_watchers:
        ring(WATCHERS, deal.id)
    return closure


def closing_day(said: date | None, zone: ZoneInfo) -> date:
    """The day on which a deal closed, today without one. Raises Refused for one to come."""
    today = clock.today(zone)
    if said and said > today:
        raise Refused(_("A deal closes today or earlier."), field="closed_on")
    return said or today


def need_all(deal: Deal) -> None:
    """Refuse to win a deal that lacks a field which a stage of its pipeline needs."""
    for stage in deal.pipeline.stages:
        if stage.kind == "won":
            fields.require(deal, passed(stage), stage.name)


def reopen(deal: Deal, by: User) -> None:
    """Open a closed deal again in the stage it was in; the closing stays in its history."""
    closure = deal.closure
    if closure is None:
        raise Refused(_("%(name)s is open already.", name=deal.name))
    closure.reopened_at, closure.reopened_by_id = clock.now(), by.id
    stage = db.session.get(Stage, closure.stage_before_id) or _first_open(deal)
    enter(deal, stage, by)
    deal.rank = top_rank(stage)
    deal.updated_at = clock.now()
    if deal.contact_id:
        ring(SETTLE, deal.contact_id)


def _enter_last(deal: Deal, by: User, kind: str) -> None:
    stage = next((stage for stage in deal.pipeline.stages if stage.kind == kind), None)
    if stage is None:
        raise Refused(
            _("This pipeline has no stage for %(kind)s deals. Add one in Settings.", kind=kind)
        )
    enter(deal, stage, by)
    deal.rank = top_rank(stage)
    deal.updated_at = clock.now()


def _first_open(deal: Deal) -> Stage:
    return next(stage for stage in deal.pipeline.stages if stage.kind == "open")


def _stop_tasks(deal: Deal, by: User) -> None:
    open_ones = select(Task).where(Task.deal_id == deal.id, Task.closed_at.is_(None))
    for task in db.session.scalars(open_ones):
        activities.cancel_task(task, by)


def ending(deal: Deal, by: User, closure: Closure) -> dict[str, Any]:
    """The entry of the timeline about a closing."""
    return {
        "kind": "closure",
        "deal_id": deal.id,
        "contact_id": deal.contact_id,
        "company_id": deal.company_id,
        "user_id": by.id,
        "title": deal.name,
        "body": closure.note,
        "outcome": "won" if closure.is_won else "lost",
        "details": {
            "deal_id": deal.id,
            "reason": closure.reason,
            "competitor": closure.competitor,
            "amount_cents": closure.amount_cents,
            "currency": deal.currency,
        },
    }


def _ask_again(deal: Deal, by: User, closure: Closure, zone: ZoneInfo) -> None:
    assert closure.ask_again_on is not None
    activities.add_task(
        f"Ask again: {deal.name}",
        owner_id=deal.owner_id or by.id,
        kind="call",
        deal_id=deal.id,
        contact_id=deal.contact_id,
        company_id=deal.company_id,
        due_at=morning(closure.ask_again_on, zone),
        note=closure.note,
        source="closure",
        by=by,
        team_id=deal.team_id,
    )


def zone_of(deal: Deal, by: User) -> ZoneInfo:
    """Where a deal closes: at its owner's."""
    owner = people.user_by_id(deal.owner_id) if deal.owner_id else None
    return (owner or by).zone
