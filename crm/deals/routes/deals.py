"""One deal: opening, changing, moving, closing, reopening, deleting."""

import json
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import queries as people
from crm.accounts.rules import check_claimed, may
from crm.companies.queries import company_for
from crm.contacts.queries import contact_for
from crm.core import clock
from crm.core.numbers import row_number
from crm.deals import actions, queries, rules
from crm.deals.actions.moving import passed
from crm.deals.forms import CloseForm, DealForm, StepForm
from crm.deals.linking import opened_with
from crm.deals.models import Deal
from crm.deals.naming import written
from crm.fields.inputs import form_with
from crm.fields.queries import customs
from crm.web.access import needs
from crm.web.gone import not_there
from crm.web.page import changed, page, perform, toast

bp = Blueprint("deals", __name__, url_prefix="/deals")


@bp.get("/<int:deal_id>")
def show(deal_id: int):
    deal = _deal(deal_id)
    close = request.args.get("close")
    form = _close_form(deal, close) if close in {"won", "lost"} and not deal.closure else None
    return page("deals/show.html", **shown(deal, form))


@bp.get("/new")
@needs("edit_records")
def new():
    contact = contact_for(current_user, request.args.get("contact", type=row_number))
    company = company_for(current_user, request.args.get("company", type=row_number))
    return page("deals/new.html", form=_fresh(contact, company))


@bp.post("")
def create():
    form = _form()(current_user)
    deal = perform(
        form, lambda: _create(form), leads_to=lambda made: url_for(".show", deal_id=made.id)
    )
    if deal:
        toast(_("Deal saved."), deal.name, undo=True)
        return changed(url_for(".show", deal_id=deal.id))
    return page("deals/new.html", status=422, block="deal_form", form=form)


@bp.get("/<int:deal_id>/edit")
@needs("edit_records")
def edit(deal_id: int):
    deal = _deal(deal_id)
    return page("deals/edit.html", deal=deal, form=_filled(deal))


@bp.post("/<int:deal_id>")
def update(deal_id: int):
    deal = _deal(deal_id)
    form = _form(deal)(current_user, deal=deal)
    if perform(form, lambda: _update(deal, form)):
        toast(_("Deal saved."), deal.name, undo=True)
        return changed(url_for(".show", deal_id=deal_id))
    form.begin_again()
    deal = _deal(deal_id)
    return page("deals/edit.html", status=422, block="deal_form", deal=deal, form=form)


@bp.get("/<int:deal_id>/closure")
@needs("edit_records")
def closing(deal_id: int):
    deal = _deal(deal_id)
    form = _close_form(deal, request.args.get("as", "won"))
    return page("deals/closure.html", deal=deal, form=form, days=_days(deal))


@bp.post("/<int:deal_id>/closure")
def close(deal_id: int):
    deal = _deal(deal_id)
    form = CloseForm(currency=deal.currency)
    if perform(form, actions.close, deal, current_user, **_closing(deal, form)):
        toast(_("Won.") if form.is_won else _("Lost."), deal.name, undo=True)
        return changed(_url(deal), "deals/show.html", "deal_stage", "timeline", **shown(deal))
    return page("deals/show.html", status=422, **shown(deal, form))


@bp.post("/<int:deal_id>/reopening")
def reopen(deal_id: int):
    deal = _deal(deal_id)
    if perform(None, actions.reopen, deal, current_user):
        toast(_("Open again."), deal.name, undo=True)
    return changed(_url(deal), "deals/show.html", "deal_stage", "timeline", **shown(deal))


@bp.post("/<int:deal_id>/next-steps")
def decide(deal_id: int):
    deal, form = _deal(deal_id), StepForm()
    if perform(form, lambda: _decide(deal, form)):
        toast(_("Next step set."), form.title.data, undo=True)
        return changed(_url(deal), "deals/show.html", "next_step", "timeline", **shown(deal))
    return page("deals/show.html", status=422, **shown(deal) | {"step": form})


@bp.post("/<int:deal_id>/claim")
def claim(deal_id: int):
    deal = _deal(deal_id)
    if perform(None, actions.claim, deal, current_user):
        toast(_("It is yours now."), deal.name, undo=True)
    then = ".edit" if request.form.get("then") == "edit" else ".show"
    return changed(url_for(then, deal_id=deal_id))


@bp.post("/<int:deal_id>/deletion")
@needs("delete_records")
def delete(deal_id: int):
    deal = _deal(deal_id)
    if perform(None, actions.delete, deal, current_user):
        toast(_("Deleted."), deal.name, undo=True)
    return changed(url_for("board.index"))


@bp.post("/<int:deal_id>/restoration")
def restore(deal_id: int):
    deal = queries.deal_for(current_user, deal_id, trashed=True) or abort(404)
    lost = perform(None, actions.restore, deal, current_user)
    if lost is None:
        return changed(url_for("history.trash"))
    toast(_("Restored."), deal.name, undo=True)
    if lost:
        toast(_("Another deal has %(list)s by now.", list=", ".join(lost)), is_bad=True)
    return changed(_url(deal))


def _deal(deal_id: int) -> Deal:
    deal = queries.deal_for(current_user, deal_id)
    return deal or not_there(queries.deal_for(current_user, deal_id, trashed=True))


def _url(deal: Deal) -> str:
    return url_for("deals.show", deal_id=deal.id)


def _days(deal: Deal) -> int:
    return rules.days_in(deal.stage_since, clock.now())


def shown(deal: Deal, form: CloseForm | None = None) -> dict[str, Any]:
    """What the page of a deal needs."""
    return {
        "deal": deal,
        "form": form,
        "step": StepForm(formdata=None),
        "visits": queries.visits(deal.id),
        "days": _days(deal),
        "now": clock.now(),
    }


def _closing(deal: Deal, form: CloseForm) -> dict[str, Any]:
    is_shown = may(current_user, "see_amounts")
    return {
        "is_won": form.is_won,
        "amount_cents": form.amount.data if is_shown else deal.amount_cents,
        "closed_on": form.closed_on.data,
        "reason": form.reason.data or "",
        "competitor": form.competitor.data or "",
        "note": form.note.data or "",
        "ask_again_on": None if form.is_won else form.ask_again_on.data,
    }


def _close_form(deal: Deal, outcome: str) -> CloseForm:
    return CloseForm(
        currency=deal.currency,
        formdata=None,
        data={
            "outcome": "lost" if outcome == "lost" else "won",
            "amount": deal.amount_cents,
            "closed_on": clock.today(current_user.zone),
        },
    )


def _form(deal: Deal | None = None) -> type:
    """The form of a deal with its custom fields; what its stage needs must be filled."""
    needed = [
        one.key for one in customs("deal") if deal and set(one.needs) & set(passed(deal.stage))
    ]
    return form_with(DealForm, "deal", current_user, row=deal, needed=needed)


def _fresh(contact, company) -> Any:
    data = {"owner_id": current_user.id} | _named(contact, company)
    form = _form()(current_user, formdata=None, data=data)
    form.stage_id.data = request.args.get("stage", type=row_number)
    if company:
        form.name.data = company.name
    if contact:
        company = people.seen(current_user, contact.company)
        form.name.data = company.name if company else contact.name
    return form


def _filled(deal: Deal) -> Any:
    contact, company = (people.seen(current_user, one) for one in (deal.contact, deal.company))
    return _form(deal)(
        current_user,
        deal=deal,
        formdata=None,
        data={
            "name": deal.name,
            "stage_id": deal.stage_id,
            "amount": deal.amount_cents,
            "close_on": deal.close_on,
            **_named(contact, company),
            "owner_id": deal.owner_id,
            "version": deal.version,
            "base": json.dumps(_shown_before(deal)),
        },
    )


def _named(contact, company) -> dict[str, str]:
    return opened_with(
        contact=(contact, written(contact) if contact else ""),
        company=(company, company.name if company else ""),
    )


def _shown_before(deal: Deal) -> dict[str, Any]:
    """What the form begins with; a sum that this person may not see is not in it."""
    now = actions.snapshot(deal, current_user)
    return now if may(current_user, "see_amounts") else now | {"amount_cents": None}


def _create(form: Any) -> Deal:
    deal = actions.create(
        form.name.data,
        stage=queries.stage_by_id(form.stage_id.data) or abort(404),
        by=current_user,
        owner=people.user_by_id(form.owner_id.data),
        contact=form.found.get("contact"),
        company_id=form.found["company"].id if "company" in form.found else None,
        amount_cents=form.amount.data,
        close_on=form.close_on.data,
        custom=form.custom_values,
    )
    _promise(deal, form)
    return deal


def _update(deal: Deal, form: Any) -> None:
    check_claimed(deal, form.owner_id.data)
    # What the form could not show stays as it is.
    contact = form.found.get("contact") or _hidden(deal.contact)
    company = form.found.get("company") or _hidden(deal.company)
    actions.update(
        deal,
        current_user,
        version=form.version.data or 0,
        base=form.began_with,
        name=form.name.data,
        close_on=form.close_on.data,
        contact_id=contact.id if contact else None,
        company_id=company.id if company else None,
        owner_id=form.owner_id.data,
        **({"amount_cents": form.amount.data} if form.amount else {}),
        **form.custom_values,
    )
    _promise(deal, form)


def _hidden(record):
    return None if people.seen(current_user, record) else record


def _promise(deal: Deal, form) -> None:
    if form.next_title.data:
        actions.decide_next_step(
            deal, current_user, title=form.next_title.data, due_on=form.next_on.data
        )


def _decide(deal: Deal, form: StepForm) -> None:
    actions.decide_next_step(deal, current_user, title=form.title.data, due_on=form.day.data)
