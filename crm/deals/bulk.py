"""What may be done to many deals at once."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import DateField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.accounts.models import User
from crm.accounts.queries import owners_for, user_by_id, visible
from crm.accounts.rules import check_let_go
from crm.batches.models import Batch
from crm.batches.rules import BatchKind, Skip
from crm.batches.telling import tell_new_owner
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals import actions, queries
from crm.deals.models import Deal
from crm.deals.rules import LOST_REASONS
from crm.fields.setting import person, set_many

MOST_DAYS = 730


def load(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, Deal]:
    """The deals that this person may see, by number; none from the trash."""
    rows = (
        select(Deal)
        .where(Deal.id.in_(ids), Deal.deleted_at.is_(None), visible(user, Deal))
        .options(
            joinedload(Deal.stage), selectinload(Deal.field_values), selectinload(Deal.closures)
        )
        .execution_options(populate_existing=True)
    )
    return {deal.id: deal for deal in db.session.scalars(rows)}


def names(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, tuple[str, str]]:
    """Name and address of the deals that this person may see."""
    found = db.session.execute(
        select(Deal.id, Deal.name).where(Deal.id.in_(ids), visible(user, Deal))
    )
    return {number: (name, f"/deals/{number}") for number, name in found}


def _move(deal: Deal, options: Mapping[str, Any], by: User) -> None:
    stage = queries.stage_by_id(options["stage"])
    if stage is None:
        raise Refused(_("The stage is not there any more."))
    if deal.stage_id == stage.id:
        raise Skip(_("It is in this stage already."))
    actions.move(deal, stage, by)


def _may_give(deal: Deal, options: Mapping[str, Any], by: User) -> None:
    if not options["to"]:
        if deal.owner_id is None:
            raise Skip(_("Nobody has it already."))
        check_let_go(deal, by)
        return
    to = user_by_id(options["to"])
    if to is None or not to.is_active:
        raise Refused(_("Who should have it no longer works here."))
    if deal.owner_id == to.id:
        raise Skip(_("%(name)s has it already.", name=to.name))


def _give(deal: Deal, options: Mapping[str, Any], by: User) -> None:
    _may_give(deal, options, by)
    actions.update(deal, by, version=deal.version, owner_id=options["to"] or None)


def _may_shift(deal: Deal, options: Mapping[str, Any], by: User) -> None:
    _refuse_closed(deal)
    if deal.close_on is None:
        raise Skip(_("It has no expected close."))


def _shift(deal: Deal, options: Mapping[str, Any], by: User) -> None:
    _may_shift(deal, options, by)
    assert deal.close_on is not None
    try:
        there = deal.close_on + timedelta(days=options["days"])
    except OverflowError:
        raise Refused(_("There is no such day.")) from None
    actions.update(deal, by, version=deal.version, close_on=there)


def _close(deal: Deal, options: Mapping[str, Any], by: User) -> None:
    _refuse_closed(deal)
    actions.close(
        deal,
        by,
        is_won=options["as"] == "won",
        amount_cents=deal.amount_cents,
        reason=options["reason"],
        note=options["note"],
        ask_again_on=_day(options.get("ask_again_on")),
    )


def _trash(deal: Deal, options: Mapping[str, Any], by: User) -> None:
    actions.delete(deal, by)


def _refuse_closed(deal: Deal) -> None:
    if deal.closure:
        raise Skip(_("It is closed already."))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _stages(user: User, picked: str) -> dict[str, Any]:
    choices = {
        line.name: [(stage.id, stage.name) for stage in line.stages if stage.kind == "open"]
        for line in queries.pipelines()
    }
    return {"stage": SelectField(_l("Stage"), choices=choices, coerce=int)}


def _stage(form: Any, by: User, picked: str) -> dict[str, Any]:
    found = queries.stage_by_id(form["stage"].data)
    return {"stage": form["stage"].data, "name": found.name if found else ""}


def _people(user: User, picked: str) -> dict[str, Any]:
    choices = [*((one.id, one.name) for one in owners_for(user)), (0, _("Nobody"))]
    return {"to": SelectField(_l("Owner"), choices=choices, coerce=int)}


def _given(form: Any, by: User, picked: str) -> dict[str, Any]:
    number = form["to"].data
    return {"to": number, "name": person(number) if number else _("nobody")}


def _days(user: User, picked: str) -> dict[str, Any]:
    bounds = NumberRange(-MOST_DAYS, MOST_DAYS, _l("Give days between -730 and 730."))
    return {
        "days": IntegerField(
            _l("Days later"), [InputRequired(_l("Give a number of days.")), bounds], default=7,
            description=_l("A number below 0 brings them forward."),
        )
    }  # fmt: skip


def _closing(user: User, picked: str) -> dict[str, Any]:
    note = StringField(_l("What should we remember?"), [Optional(), Length(max=500)])
    if picked == "won":
        return {"note": note}
    reasons = [(reason, words) for reason, words in LOST_REASONS.items()]
    return {
        "reason": RadioField(_l("Why were they lost?"), choices=reasons),
        "note": note,
        "ask_again_on": DateField(_l("Ask again on"), [Optional()]),
    }


def _closed(form: Any, by: User, picked: str) -> dict[str, Any]:
    again = form["ask_again_on"].data if "ask_again_on" in form else None
    return {
        "as": picked,
        "reason": form["reason"].data if "reason" in form else "",
        "note": form["note"].data or "",
        "ask_again_on": again.isoformat() if again else None,
    }


def _title(batch: Batch) -> str:
    return ngettext(
        "%(name)s gave you %(num)s deal", "%(name)s gave you %(num)s deals",
        batch.counts["done"], name=batch.user.name,
    )  # fmt: skip


def _kind(  # noqa: PLR0917 - a row of the table below
    key: str, words: Any, act: Any, label: Any, place: int, right: str = "edit_records", **more: Any
) -> BatchKind:
    return BatchKind(
        f"deals.{key}", "deal", right, words, load, act, names,
        label=label, place=place, **more,
    )  # fmt: skip


BATCHES = [
    _kind("stage", lambda o: _("Move to %(stage)s", stage=o["name"]), _move,
          _l("Move to a stage"), 10, asks=_stages, options=_stage),
    _kind("give", lambda o: _("Give to %(name)s", name=o["name"]), _give,
          _l("Give to somebody"), 20, check=_may_give, asks=_people, options=_given,
          finish=tell_new_owner(_title, "/deals?as=table&owner=me"),
          text=_l("Of what goes to nobody, open tasks stay with who has them. It is claimed before "
                  "it is changed again.")),
    _kind("shift", lambda o: _("Move the expected close by %(n)s days", n=o["days"]), _shift,
          _l("Shift the close date"), 30, check=_may_shift, asks=_days,
          options=lambda form, _by, _picked: {"days": form["days"].data}),
    set_many("deal", "deals.set", load, names),
    _kind("close", lambda o: _("Close as won") if o["as"] == "won" else _("Close as lost"), _close,
          _l("Close"), 60, asks=_closing, options=_closed,
          picks=lambda _user: [("won", _l("Won")), ("lost", _l("Lost"))],
          text=_l("Their open tasks are closed. Won deals keep their value as final.")),
    _kind("trash", lambda o: _("Move to the trash"), _trash, _l("Move to the trash"), 90,
          "delete_records",
          check=lambda *_row: None, is_grave=True,
          text=_l("They stay in the trash for 30 days.")),
]  # fmt: skip
