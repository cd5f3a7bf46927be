"""Many new deals at once, as files bring them: open ones and closed ones, with a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.contacts.models import Contact
from crm.core.db import db, numbered
from crm.core.queue import ring
from crm.deals.actions.closing import closing_day, ending, need_all
from crm.deals.actions.deals import SETTLE, opening, told_of, unwritten
from crm.deals.actions.moving import passage, passed, stay, top_rank
from crm.deals.models import Closure, Deal, Stage, StageVisit
from crm.deals.rules import rank_before
from crm.fields import actions as fields


@dataclass(frozen=True)
class Seed:
    """A deal to be added; one whose `stage` closes deals is won or lost on `closed_on`.

    Amount in minor units, `currency` "" is that of the pipeline; `custom` are plain values by key.
    `reason` is one of LOST_REASONS.
    """

    name: str
    stage: Stage
    owner: User
    contact: Contact | None = None
    company_id: int | None = None
    amount_cents: int | None = None
    currency: str = ""
    close_on: date | None = None
    closed_on: date | None = None
    reason: str = "other"
    source: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)

    @property
    def begins(self) -> Stage:
        """The stage in which it is opened: its own, or the first where that one is an end."""
        if self.stage.kind == "open":
            return self.stage
        return next(stage for stage in self.stage.pipeline.stages if stage.kind == "open")


def create_many(seeds: Sequence[Seed], *, by: User) -> list[Deal]:
    """Add deals in the order of `seeds`, each on top of its column, and close those that are over.

    Nobody is told of what was closed elsewhere. Raises Refused where one lacks what its stage
    needs, closes in the future or has a unique value that is taken: none is added then.
    """
    deals = [_unwritten(seed) for seed in seeds]
    pairs = list(zip(deals, seeds, strict=True))
    _put_on_top(deals)
    numbered(deals)
    db.session.add_all(deals)
    db.session.flush()
    fields.set_first([(deal, seed.custom) for deal, seed in pairs], by)
    for deal in deals:
        if deal.stage.kind == "open":
            fields.require(deal, passed(deal.stage), deal.stage.name)
    closures = {deal.id: _closure(deal, seed, by) for deal, seed in pairs if _is_over(seed)}
    _write(closures.values())
    _write([visit for deal, seed in pairs for visit in _stays(deal, seed, by)])
    activities.record_all(
        [entry for deal, seed in pairs for entry in _told(deal, seed, closures.get(deal.id), by)]
    )
    for number in dict.fromkeys(deal.contact_id for deal in deals if deal.contact_id):
        ring(SETTLE, number)
    return deals


def check_ending(seed: Seed) -> None:
    """Raises Refused as `create_many` would for what a deal lacks in its stage."""
    if seed.stage.kind != "lost":
        fields.require_first("deal", seed.custom, passed(seed.stage), seed.stage.name)
    if _is_over(seed):
        closing_day(seed.closed_on, seed.owner.zone)


def _is_over(seed: Seed) -> bool:
    return seed.stage.kind != "open"


def _unwritten(seed: Seed) -> Deal:
    deal = unwritten(seed.name, seed.stage, seed.owner, seed.contact, seed.company_id)
    deal.amount_cents, deal.close_on = seed.amount_cents, seed.close_on
    deal.currency = seed.currency or deal.currency
    deal.source = seed.source or deal.source
    return deal


def _put_on_top(deals: Iterable[Deal]) -> None:
    tops: dict[int, str] = {}
    for deal in deals:
        stage = deal.stage
        deal.rank = rank_before(tops[stage.id]) if stage.id in tops else top_rank(stage)
        tops[stage.id] = deal.rank


def _closure(deal: Deal, seed: Seed, by: User) -> Closure:
    is_won = seed.stage.kind == "won"
    if is_won:
        need_all(deal)
    return Closure(
        deal_id=deal.id,
        is_won=is_won,
        reason="" if is_won else seed.reason,
        competitor="",
        note="",
        amount_cents=deal.amount_cents,
        closed_on=closing_day(seed.closed_on, seed.owner.zone),
        closed_at=deal.created_at,
        closed_by_id=by.id,
        stage_before_id=seed.begins.id,
    )


def _stays(deal: Deal, seed: Seed, by: User) -> list[StageVisit]:
    first = stay(deal, seed.begins, by, at=deal.created_at)
    if not _is_over(seed):
        return [first]
    last = stay(deal, seed.stage, by, at=deal.created_at)
    first.left_at, last.from_stage_id = last.entered_at, first.stage_id
    return [first, last]


def _told(deal: Deal, seed: Seed, closure: Closure | None, by: User) -> list[dict[str, Any]]:
    began = told_of("created", deal, by, opening(seed.begins, deal))
    if closure is None:
        return [began]
    return [began, passage(deal, seed.begins, seed.stage, by), ending(deal, by, closure)]


def _write(rows: Iterable[Closure] | Iterable[StageVisit]) -> None:
    found = list(rows)
    numbered(found)
    db.session.add_all(found)
