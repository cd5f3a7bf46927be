"""One custom field of a contact, company or deal, changed in its place on the record page."""

import json
from typing import Any

from flask import Blueprint, abort, request
from flask_babel import gettext as _
from flask_login import current_user
from wtforms import HiddenField, IntegerField
from wtforms.validators import Length, NumberRange, Optional

from crm.accounts.rules import check_claimed
from crm.companies.queries import company_for
from crm.contacts.queries import contact_for
from crm.core.refusal import Conflict
from crm.deals.actions.moving import refuse_cleared
from crm.deals.queries import deal_for
from crm.fields import actions, queries
from crm.fields.forms import ValueForm
from crm.fields.inputs import form_with
from crm.fields.typed import Custom
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("field_values", __name__)
FETCH: dict[str, Any] = {"contacts": contact_for, "companies": company_for, "deals": deal_for}
LARGEST = 2**53
PLACE = "/<any(contacts, companies, deals):plural>/<int:record_id>/fields/<int:field_id>"


class OneForm(ValueForm):
    """The input of the field is added; `base` is what the form began with."""

    version = IntegerField(validators=[Optional(), NumberRange(0, 2**31)])
    base = HiddenField(validators=[Length(max=20_000)])

    @property
    def began_with(self) -> Any:
        try:
            return json.loads(self.base.data or "null")
        except ValueError:
            return None


@bp.get(PLACE)
@needs("edit_records")
def edit(plural: str, record_id: int, field_id: int):
    row, custom = _both(plural, record_id, field_id)
    if request.args.get("as") == "shown" or row.owner_id is None:
        return _page(row, custom, None)
    form = _blank(row, custom)(formdata=None)
    return _page(row, custom, _begun(form, row, custom))


@bp.post(PLACE)
@needs("edit_records")
def save(plural: str, record_id: int, field_id: int):
    row, custom = _both(plural, record_id, field_id)
    form = _blank(row, custom)()
    if perform(form, lambda: _save(row, custom, form)):
        toast(_("Saved."), custom.label, undo=True)
        url = f"/{plural}/{record_id}"
        context = _context(row, custom, None)
        return changed(url, "fields/value.html", part="fields/_fact.html", **context)
    if form.conflict:
        _begun(form, row, custom)
    return _page(row, custom, form, status=422)


def _both(plural: str, record_id: int, field_id: int) -> tuple[Any, Custom]:
    row = FETCH[plural](current_user, record_id) if record_id < LARGEST else None
    if row is None:
        abort(404)
    shown = queries.shown_customs(current_user, queries.kind_of(row))
    return row, next((one for one in shown if one.id == field_id), None) or abort(404)


def _blank(row: Any, custom: Custom) -> type:
    return form_with(OneForm, custom.record, current_user, row=row, wanted=[custom])


def _begun(form: Any, row: Any, custom: Custom) -> Any:
    """The next save is over what is stored now."""
    form.version.raw_data, form.version.data = None, row.version
    form.base.data = json.dumps(queries.values_of(row)[custom.key])
    return form


def _save(row: Any, custom: Custom, form: Any) -> None:
    check_claimed(row)
    for key, plain in form.custom_values.items():
        actions.change_value(
            row, key, plain, current_user, version=form.version.data, base=form.began_with
        )
        if plain is None and custom.record == "deal":
            refuse_cleared(row, key)


def _context(row: Any, custom: Custom, form: Any) -> dict[str, Any]:
    fact = queries.shown_of(current_user, row, {custom.key})[0]
    return {"row": row, "fact": fact, "form": form, "is_conflict": _is_conflict(form)}


def _is_conflict(form: Any) -> bool:
    return form is not None and isinstance(form.conflict, Conflict)


def _page(row: Any, custom: Custom, form: Any, status: int = 200):
    context = _context(row, custom, form)
    return page("fields/value.html", status=status, part="fields/_fact.html", **context)
