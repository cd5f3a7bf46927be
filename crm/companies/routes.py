"""The team's pages about companies."""

import json
from functools import cache, cached_property
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.queries import owners_for, sight, user_by_id
from crm.accounts.rules import check_claimed
from crm.activities import queries as activities
from crm.companies import actions, lists, queries
from crm.companies.forms import CompanyForm
from crm.companies.models import Company
from crm.contacts import queries as contacts
from crm.core.gathering import Gathered
from crm.core.refusal import Refused
from crm.deals.queries import Beside, beside_part
from crm.fields.inputs import form_with
from crm.filters.queries import MOST
from crm.search.narrowing import narrowing, near_names
from crm.web.access import needs
from crm.web.gone import not_there
from crm.web.page import changed, page, perform, toast
from crm.web.session import reader

bp = Blueprint("companies", __name__, url_prefix="/companies")
BLUEPRINTS = [bp]
LARGEST, MOST_ALIKE = 2**53, 3


class Record:
    """What stands around a company, asked for by the part of the page that shows it."""

    def __init__(self, company: Company) -> None:
        self.company = company

    @cached_property
    def beside(self) -> dict[str, list[Any]]:
        """The rows of what stands beside it, as far as the reader may see them."""
        return _parts(reader().sees_all).rows({"of_company": self.company.id} | sight(reader()))

    @cached_property
    def people(self) -> list[contacts.Person]:
        return [contacts.Person._make(row) for row in self.beside["people"]]

    @cached_property
    def coming(self) -> list[activities.Coming]:
        """Open tasks, the farthest first."""
        return activities.coming_from(self.beside["coming"])

    @cached_property
    def group(self) -> queries.Group:
        """What the company belongs to, and what belongs to it."""
        return queries.group_of(current_user, self.company)

    @cached_property
    def deals(self) -> list[Beside]:
        return [Beside._make(row) for row in self.beside["deals"]]

    @cached_property
    def totals(self) -> dict[str, int]:
        """The sums of open deals by currency, in minor units."""
        sums: dict[str, int] = {}
        for deal in self.deals:
            if deal.is_open and deal.amount_cents is not None:
                sums[deal.currency] = sums.get(deal.currency, 0) + deal.amount_cents
        return sums


@cache
def _parts(sees_all: bool) -> Gathered:
    return Gathered(
        people=contacts.people_part(sees_all),
        coming=activities.coming_part(sees_all, contacts.ids_part(sees_all)),
        deals=beside_part(sees_all, "company"),
    )


@bp.get("")
def index():
    asked = lists.asked_for(current_user, request.args)
    words = narrowing(asked)
    listed = lists.listed(asked, words, request.args.get("after"), request.args.get("before"))
    total = lists.counted(asked, words)
    return page("companies/index.html", listed=listed, total=total, most=MOST, asked=asked)


@bp.get("/new")
@needs("edit_records")
def new():
    form = _blank(formdata=None, name=request.args.get("name", "")[:200], owner_id=current_user.id)
    return page("companies/new.html", form=form)


@bp.post("")
def create():
    form = _blank()
    company = perform(
        form,
        _enter,
        form,
        leads_to=lambda made: url_for(".show", company_id=made.id),
    )
    if company:
        toast(_("Company added."), company.name, undo=True)
        return changed(url_for(".show", company_id=company.id))
    return page("companies/new.html", status=422, form=form, alike=_alike(form))


@bp.post("/look-alikes")
@needs("edit_records")
def look_alikes():
    """Which company may be meant already, while a new one is typed."""
    form = _blank()
    found = _alike(form)
    for number in near_names(current_user, "company", form.name.data or "", MOST_ALIKE):
        row = queries.company_for(current_user, number)
        found += [row] if row is not None and row not in found else []
    context = {"form": form, "alike": found[:MOST_ALIKE]}
    return page("companies/new.html", part="companies/_known.html", **context)


@bp.get("/<int:company_id>")
def show(company_id: int):
    company = queries.record_for(current_user, min(company_id, LARGEST))
    if company is None:
        abort(404)
    if company.id != company_id:  # it was merged into another one
        return redirect(url_for(".show", company_id=company.id), code=301)
    return page("companies/show.html", company=company, record=Record(company))


@bp.get("/<int:company_id>/edit")
@needs("edit_records")
def edit(company_id: int):
    company = the_company(company_id)
    now = actions.snapshot(company, current_user)
    values = {**now, "domains": ", ".join(now["domains"]), "owner_id": company.owner_id or ""}
    form = _blank(company, formdata=None, **values, version=company.version, base=json.dumps(now))
    return page("companies/edit.html", form=form, company=company)


@bp.post("/<int:company_id>/edit")
def update(company_id: int):
    company = the_company(company_id)
    form = _blank(company)
    if perform(form, _save, company, form):
        toast(_("Company saved."), undo=True)
        return changed(url_for(".show", company_id=company.id))
    if form.conflict:
        form.begin_again()
    return page("companies/edit.html", status=422, form=form, company=company)


@bp.post("/<int:company_id>/claim")
def claim(company_id: int):
    company = the_company(company_id)
    if perform(None, actions.claim, company, by=current_user):
        toast(_("It is yours now."), company.name, undo=True)
    then = ".edit" if request.form.get("then") == "edit" else ".show"
    return changed(url_for(then, company_id=company.id))


@bp.post("/<int:company_id>/deletion")
@needs("delete_records")
def delete(company_id: int):
    company = the_company(company_id)
    perform(None, actions.delete, company, by=current_user)
    toast(
        _("Moved to the trash."),
        _("%(name)s stays there for 30 days.", name=company.name),
        undo=True,
    )
    return changed(url_for(".index"))


@bp.post("/<int:company_id>/restoration")
def restore(company_id: int) -> Response:
    company = the_company(company_id, trashed=True)
    lost = perform(None, actions.restore, company, by=current_user)
    if lost is None:
        return changed(url_for("history.trash"))
    toast(_("%(name)s is back.", name=company.name), undo=True)
    if lost:
        toast(_("Another company has %(list)s by now.", list=", ".join(lost)), is_bad=True)
    return changed(url_for(".show", company_id=company.id))


def the_company(company_id: int, trashed: bool = False) -> Company:
    """The company of the URL if this person may see it, else 404."""
    if company_id >= LARGEST:
        abort(404)
    company = queries.company_for(current_user, company_id, trashed)
    return company or not_there(queries.company_for(current_user, company_id, trashed=True))


def _blank(company: Company | None = None, **values: Any) -> Any:
    form = form_with(CompanyForm, "company", current_user, row=company)(**values)
    people = {user.id: user.name for user in owners_for(current_user, company)}
    present = company.owner_id if company else None
    if present and present not in people:
        owner = user_by_id(present)
        people[present] = owner.name if owner else ""
    form.owner_id.choices = [("", _("Nobody yet")), *people.items()]
    return form


def _alike(form: Any) -> list[Company]:
    return queries.look_alikes(current_user, form.name.data or "", form.typed_domains)


def _enter(form: Any) -> Company:
    # A domain that is taken is refused for itself: there no different company can have it.
    actions.clean_domains(form.typed_domains)
    if not form.is_other.data and _alike(form):
        raise Refused(_("Such a company is known already. Open it, or say that it is a different "
                        "one."), field="is_other")  # fmt: skip
    return actions.create(**form.values, by=current_user, custom=form.custom_values)


def _save(company: Company, form: Any) -> Company:
    check_claimed(company, form.owner_id.data)
    return actions.change(
        company,
        form.values | form.custom_values,
        by=current_user,
        version=form.version.data,
        base=form.began_with,
    )
