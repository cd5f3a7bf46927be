"""Opening, changing, deleting and restoring deals."""

from datetime import date
from typing import Any

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.accounts.queries import home_team
from crm.accounts.rules import check_restorer
from crm.activities import actions as activities
from crm.contacts.models import Contact
from crm.contacts.rules import fold
from crm.core import clock
from crm.core.db import db
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.core.versions import merged
from crm.deals.actions.moving import begin_visit, passed, refuse_cleared, top_rank
from crm.deals.models import Deal, Stage
from crm.fields import actions as fields
from crm.fields import queries as field_queries

SETTLE = "crm.leads.jobs.settle"
SHOWN = ("name", "amount_cents", "close_on", "contact_id", "company_id", "owner_id")


def create(
    name: str,
    *,
    stage: Stage,
    by: User,
    owner: User | None = None,
    contact: Contact | None = None,
    company_id: int | None = None,
    amount_cents: int | None = None,
    close_on: date | None = None,
    custom: dict[str, Any] | None = None,
) -> Deal:
    """Open a deal on top of an open stage; company, source and team come from the contact.

    Amount in minor units of the pipeline's currency; `custom` are plain values by key, and who
    gives any must give those that the stage needs. Rings settle, which moves the contact's
    lifecycle and ends their sequences. Raises Refused for closing stages.
    """
    if stage.kind != "open":
        raise Refused(_("A new deal begins in an open stage."), field="stage_id")
    deal = unwritten(name, stage, owner or by, contact, company_id)
    deal.rank, deal.amount_cents, deal.close_on = top_rank(stage), amount_cents, close_on
    db.session.add(deal)
    db.session.flush()
    begin_visit(deal, stage, by, at=deal.created_at)
    fields.fill_defaults(deal)
    if custom is not None:
        fields.set_values(deal, custom, by)
        fields.require(deal, passed(stage), stage.name)
    activities.record(**told_of("created", deal, by, opening(stage, deal)))
    _settle(deal)
    return deal


def unwritten(
    name: str, stage: Stage, owner: User, contact: Contact | None, company_id: int | None
) -> Deal:
    """A new deal without a place in its column that is not in the session yet."""
    now = clock.now()
    deal = Deal(
        name=name.strip(),
        sort_name=fold(name),
        pipeline_id=stage.pipeline_id,
        stage=stage,
        stage_since=now,
        currency=stage.pipeline.currency,
        contact_id=contact.id if contact else None,
        company_id=company_id or (contact.company_id if contact else None),
        owner_id=owner.id,
        team_id=home_team(owner.id, contact.team_id if contact else None),
        source=contact.source if contact else "",
        attempt_id=contact.quiz_attempt_id if contact else None,
        created_at=now,
        updated_at=now,
    )
    # Said here, so that nobody has to ask the database.
    deal.field_values, deal.closures = [], []
    return deal


def opening(stage: Stage, deal: Deal) -> dict[str, Any]:
    """What the timeline says of how a deal began."""
    return {"stage": stage.name, "amount_cents": deal.amount_cents}


def update(
    deal: Deal, by: User, *, version: int, base: dict[str, Any] | None = None, **values: Any
) -> None:
    """Change what a deal says; `values`: any of SHOWN and plain values of custom fields.

    On a stale `version`, fields that only one side touched since `base` (a `snapshot`) are
    merged; one that both touched raises Conflict with (theirs, mine) as plain values. Raises
    Refused where its stage needs what is taken away.
    """
    if version != deal.version:
        plain = {name: _plain(value) for name, value in values.items()}
        mine = merged(snapshot(deal), plain, base or {})
        values = {name: value for name, value in values.items() if name in mine}
    now = field_queries.values_of(deal) | {name: getattr(deal, name) for name in SHOWN}
    changes = {
        name: (now.get(name), value) for name, value in values.items() if now.get(name) != value
    }
    if not changes:
        return
    custom = field_queries.only_custom({name: new for name, (_, new) in changes.items()})
    for key in fields.set_values(deal, custom, by):
        refuse_cleared(deal, key)
    changes = {name: pair for name, pair in changes.items() if name not in custom}
    for name, (_old, value) in changes.items():
        setattr(deal, name, value)
    if "owner_id" in changes:
        deal.team_id = home_team(deal.owner_id, deal.team_id)
    deal.sort_name = fold(deal.name)
    deal.updated_at = clock.now()
    if changes:
        told: dict[str, Any] = {name: [str(old), str(new)] for name, (old, new) in changes.items()}
        if "amount_cents" in changes:
            told["currency"] = deal.currency
        activities.record(**told_of("change", deal, by, told))
    _settle(deal)


def claim(deal: Deal, by: User) -> Deal:
    """Take a deal that nobody has. Raises Refused when somebody was faster."""
    if deal.owner_id is not None:
        raise Refused(_("Somebody has this already."))
    update(deal, by, version=deal.version, owner_id=by.id)
    return deal


def snapshot(deal: Deal, viewer: User | None = None) -> dict[str, Any]:
    """The fields of `update` as they are now, as plain values that JSON can hold.

    With a `viewer`, own fields whose values they may not see are left out.
    """
    now = {name: _plain(getattr(deal, name)) for name in SHOWN}
    return now | field_queries.values_of(deal, viewer)


def decide_next_step(
    deal: Deal, by: User, *, title: str, kind: str = "todo", due_on: date | None = None
) -> None:
    """Promise the next step of an open deal, as a task of its owner."""
    activities.add_task(
        title,
        owner_id=deal.owner_id or by.id,
        kind=kind,
        deal_id=deal.id,
        contact_id=deal.contact_id,
        company_id=deal.company_id,
        due_on=due_on,
        by=by,
        team_id=deal.team_id,
    )


def delete(deal: Deal, by: User) -> None:
    """Put a deal into the trash; its tasks and timeline stay with it."""
    if deal.deleted_at is None:
        deal.deleted_at, deal.deleted_by_id = clock.now(), by.id
        fields.free(deal)
        _settle(deal)


def restore(deal: Deal, by: User) -> list[str]:
    """Take a deal out of the trash, into the stage it was in; gives what another deal has by now.

    Raises Refused for the trash of others.
    """
    check_restorer(deal, by)
    if deal.deleted_at is None:
        return []
    deal.deleted_at = deal.deleted_by_id = None
    deal.updated_at = clock.now()
    _settle(deal)
    return fields.claim(deal)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def told_of(kind: str, deal: Deal, by: User | None, details: dict[str, Any]) -> dict[str, Any]:
    """An entry of the timeline about a deal, as `activities.record` takes it."""
    return {
        "kind": kind,
        "deal_id": deal.id,
        "contact_id": deal.contact_id,
        "company_id": deal.company_id,
        "user_id": by.id if by else None,
        "title": deal.name,
        "details": {"deal_id": deal.id, **details},
    }


def _settle(deal: Deal) -> None:
    if deal.contact_id:
        ring(SETTLE, deal.contact_id)
