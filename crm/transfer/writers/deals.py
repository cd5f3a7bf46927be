"""Deals from a file."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.companies.models import Company
from crm.core.db import db
from crm.core.folding import fold
from crm.core.refusal import Refused
from crm.deals import actions
from crm.deals.actions import Seed
from crm.deals.models import Deal, Pipeline, Stage
from crm.fields import actions as fields
from crm.fields import queries as field_queries
from crm.transfer.drafts import Draft
from crm.transfer.stages import is_planned, made, planned
from crm.transfer.writers.base import (
    Writer,
    by_number,
    by_own_number,
    custom_of,
    defaults_of,
    folded,
    set_custom,
)
from crm.transfer.writers.links import link
from crm.transfer.writers.sums import amount_of, tell_currencies


class DealWriter(Writer):
    """Deals: found by number elsewhere, or name with company; won and lost ones are closed."""

    record = "deal"
    model = Deal
    guarded = frozenset({"stage"})
    has_many = True
    loads = (selectinload(Deal.closures), selectinload(Deal.field_values))
    matches = {
        "id": _l("Number in the other program"),
        "tend": _l("Number in Tend"),
        "name": _l("Name and company"),
    }  # fmt: skip

    def keys_of(self, draft: Draft, match: str) -> list[str]:
        if match in {"id", "tend"}:
            return [draft[match]] if draft[match] else []
        key = folded(draft["name"], draft["company"])
        return [key] if key else []

    def numbers(self, drafts: Sequence[Draft], match: str, by: User) -> dict[str, int]:
        if match == "tend":
            return by_own_number(drafts)
        return by_number("deal", drafts) if match == "id" else self._by_name(drafts, by)

    @staticmethod
    def _by_name(drafts: Sequence[Draft], by: User) -> dict[str, int]:
        names = [fold(draft["name"]) for draft in drafts if draft["name"] and draft["company"]]
        rows = db.session.execute(
            select(Deal.id, Deal.name, Company.name)
            .join(Company, Company.id == Deal.company_id)
            .where(Deal.sort_name.in_(names), Deal.deleted_at.is_(None), visible(by, Deal))
            .order_by(Deal.id.desc())
        )
        return {folded(name, company): number for number, name, company in rows}

    def keys_held(self, draft: Draft, values: Mapping[str, Any], match: str) -> list[str]:
        return self.keys_of(draft, match) if values else []

    def link(self, drafts: Sequence[Draft], by: User) -> None:
        link(drafts, by)
        said = {one["stage"] for one in drafts if one["stage"]}
        asked = {value: planned(value) for value in said if is_planned(value)}
        numbers = {int(value) for value in said - asked.keys()}
        rows = db.session.scalars(select(Stage).where(Stage.id.in_(numbers))) if numbers else ()
        stages = {**asked, **{str(row.id): row for row in rows}}
        for draft in drafts:
            draft.stage = stages.get(draft["stage"] or "")
            if draft.stage is not None and draft.stage.id:
                draft.values["stage"] = str(draft.stage.id)
        tell_currencies(drafts)

    def unlinked(self, draft: Draft) -> str:
        return amount_of(draft)[1]

    def refuse_new(self, draft: Draft, by: User) -> None:
        stage = _stage_of(draft) or _first_stage(draft)
        if is_planned(draft["stage"]):  # it will be the last of the open ones
            stages = db.session.get_one(Pipeline, stage.pipeline_id).stages
            needed = [one.id for one in stages if one.kind == "open"]
            fields.require_first("deal", custom_of(draft), needed, stage.name)
            return
        actions.check_ending(_seed(draft, stage, by))

    def begun(self, draft: Draft, by: User) -> dict[str, Any]:
        contact, found = draft.links.get("contact"), super().begun(draft, by)
        found["source"] = found["source"] or (contact.source if contact else "")
        if draft.values.get("owner", by.id) is None:
            found["owner"] = None
        if not found["stage"] and (first := _first_stage_or_none(draft)):
            found["stage"] = str(first.id)
        return found

    def fault(self, draft: Draft) -> str:
        if not draft["name"]:
            return _("No name stands in this row.")
        return self._fault_of_links(draft)

    @staticmethod
    def _fault_of_links(draft: Draft) -> str:
        texts = {key: (draft[key] or "")[:60] for key in ("contact", "company")}
        stage = _stage_of(draft)
        if draft["stage"] and stage is None:
            return _("This stage is not one of the pipeline's.")
        if stage and stage.kind == "lost" and not draft["lost_reason"]:
            return _why_lost(stage)
        if texts["contact"] and draft.links.get("contact") is None:
            return _(
                "The contact “%(text)s” is not there. Import people first.", text=texts["contact"]
            )
        if texts["company"] and draft.links.get("company") is None:
            return _(
                "The company “%(text)s” is not there. Import companies first.",
                text=texts["company"],
            )
        return ""

    def create(self, draft: Draft, by: User) -> Deal:
        return self.create_many([draft], (), by)[0]

    def create_many(self, drafts: Sequence[Draft], tags: Sequence[str], by: User) -> list[Deal]:
        firsts: dict[Any, Stage] = {}
        for draft in drafts:
            if is_planned(draft["stage"]):
                draft.stage = _made(draft["stage"], by)
            if not draft["stage"] and draft["pipeline"] not in firsts:
                firsts[draft["pipeline"]] = _first_stage(draft)
        made = actions.create_many(
            [_seed(one, _stage_of(one) or firsts[one["pipeline"]], by) for one in drafts], by=by
        )
        for deal, draft in zip(made, drafts, strict=True):
            if draft.values.get("owner", by.id) is None:  # it was said that nobody has it
                deal.owner_id = None
        return made

    def snapshot(self, row: Deal, by: User) -> dict[str, Any]:
        return {
            "name": row.name,
            "amount": (row.amount_cents, row.currency) if row.amount_cents is not None else None,
            "close_on": row.close_on,
            "owner": row.owner_id,
            "stage": str(row.stage_id),
            "source": row.source,
            **field_queries.values_of(row),
        }

    def blank(self, by: User) -> dict[str, Any]:
        texts = dict.fromkeys(("name", "amount", "close_on", "stage"))
        return {**texts, "owner": by.id, "source": "", **defaults_of("deal")}

    def left(self, draft: Draft) -> dict[str, tuple[Any, Any]]:
        deal, found = draft.found, dict[str, tuple[Any, Any]]()
        for key in ("company", "contact"):
            named = draft.links.get(key)
            if named is not None and named.id != getattr(deal, f"{key}_id"):
                found[key] = getattr(deal, f"{key}_id"), named.id
        if draft["pipeline"] and draft["pipeline"] != str(deal.pipeline_id) and not draft["stage"]:
            found["pipeline"] = str(deal.pipeline_id), draft["pipeline"]
        closing, said = deal.closure, draft["lost_reason"]
        if said and closing and not closing.is_won and closing.reason != said:
            found["lost_reason"] = closing.reason, said
        if closing and draft["closed_on"] not in {None, closing.closed_on}:
            found["closed_on"] = closing.closed_on, draft["closed_on"]
        return found

    def along(self, draft: Draft, changes: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
        stage = _stage_of(draft) if "stage" in changes else None
        asked = {"lost": ("lost_reason", "closed_on"), "won": ("closed_on",)}
        keys = asked.get(stage.kind, ()) if stage else ()
        return {key: (None, draft[key]) for key in keys if draft[key]}

    def plain(self, draft: Draft) -> dict[str, Any]:
        keys = ("name", "close_on", "owner", "source")
        found: dict[str, Any] = {key: draft[key] for key in keys if draft[key]}
        if (amount := amount_of(draft)[0]) is not None:
            found["amount"] = amount
        stage = _stage_of(draft)
        value = draft["stage"] if is_planned(draft["stage"]) else str(stage.id) if stage else ""
        return {**found, **({"stage": value} if stage else {}), **custom_of(draft)}

    def change(self, draft: Draft, changes: Mapping[str, Any], by: User) -> None:
        deal, then = draft.found, {key: pair[1] for key, pair in changes.items()}
        values: dict[str, Any] = {key: then[key] for key in ("name", "close_on") if key in then}
        if "amount" in then:
            values["amount_cents"], deal.currency = then["amount"]
        if "owner" in then:
            values["owner_id"] = then["owner"]
        actions.update(deal, by, version=deal.version, **values)
        if "source" in then:
            deal.source = then["source"]
        set_custom(deal, changes, by)
        if "stage" in then:
            said = then["stage"]
            number = None if is_planned(said) else int(said)
            stage = db.session.get_one(Stage, number) if number else _made(said, by)
            _move(deal, stage, draft, by)


def _seed(draft: Draft, stage: Stage, by: User) -> Seed:
    company = draft.links.get("company")
    cents, currency = amount_of(draft)[0] or (None, "")
    return Seed(
        draft["name"][:200],
        stage,
        owner=db.session.get_one(User, draft["owner"]) if draft["owner"] else by,
        contact=draft.links.get("contact"),
        company_id=company.id if company else None,
        amount_cents=cents,
        currency=currency,
        close_on=draft["close_on"],
        closed_on=draft["closed_on"],
        reason=draft["lost_reason"] or "",
        source=draft["source"] or "",
        custom=custom_of(draft),
    )


def _made(said: str, by: User) -> Stage:
    """The stage that a row asks for, made if need be: a refused row takes it along."""
    found = made(said, by)
    if found is None:
        raise Refused(_("This stage is not one of the pipeline's."))
    return found


def _stage_of(draft: Draft) -> Stage | None:
    if draft.stage is None and draft["stage"]:
        said = draft["stage"]
        draft.stage = planned(said) if is_planned(said) else db.session.get(Stage, int(said))
    return draft.stage


def _first_stage(draft: Draft) -> Stage:
    found = _first_stage_or_none(draft)
    if found is None:
        raise Refused(_("There is no pipeline for this deal. Add one in Settings."))
    return found


def _first_stage_or_none(draft: Draft) -> Stage | None:
    wanted = select(Pipeline).where(Pipeline.archived_at.is_(None))
    if draft["pipeline"]:
        wanted = wanted.where(Pipeline.id == int(draft["pipeline"]))
    pipeline = db.session.scalars(wanted.order_by(Pipeline.position, Pipeline.id)).first()
    return _open_stage(pipeline) if pipeline else None


def _open_stage(pipeline: Pipeline) -> Stage:
    return next(stage for stage in pipeline.stages if stage.kind == "open")


def _why_lost(stage: Stage) -> str:
    label = field_queries.fields_of("deal")["lost_reason"].label
    words = {"stage": stage.name, "column": label}
    return _("%(stage)s needs a reason. Map a column of the file to “%(column)s”.", **words)


def _close(deal: Deal, stage: Stage, draft: Draft, by: User) -> None:
    is_won, reason = stage.kind == "won", draft["lost_reason"] or ""
    if not is_won and not reason:
        raise Refused(_why_lost(stage))
    cents = deal.amount_cents if is_won else None
    said: dict[str, Any] = {
        "amount_cents": cents, "closed_on": draft["closed_on"], "reason": reason,
    }  # fmt: skip
    actions.close(deal, by, is_won=is_won, tells_watchers=False, **said)


def _move(deal: Deal, stage: Stage, draft: Draft, by: User) -> None:
    if stage.kind == "open" and deal.closure is None:
        actions.move(deal, stage, by)
    elif stage.kind == "open":
        actions.reopen(deal, by)
    else:
        _close(deal, stage, draft, by)
