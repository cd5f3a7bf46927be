"""The options of a list: adding, renaming, ordering, allowing."""

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.fields import actions
from crm.fields.forms import OptionForm
from crm.fields.models import CustomField, FieldOption
from crm.fields.routes.definitions import bp, edited, the_field
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast


@bp.post("/<int:field_id>/options")
@needs("manage_fields")
def add_option(field_id: int):
    row, form = the_field(field_id), OptionForm()
    if perform(form, actions.add_option, row, form.label.data, current_user):
        return _answer(row)
    return page("fields/edit.html", status=422, **edited(row) | {"added": form})


@bp.get("/<int:field_id>/options/<int:option_id>/edit")
@needs("manage_fields")
def edit_option(field_id: int, option_id: int):
    row, option = _both(field_id, option_id)
    return page("fields/option.html", row=row, option=option, form=_opened(option))


@bp.post("/<int:field_id>/options/<int:option_id>")
@needs("manage_fields")
def update_option(field_id: int, option_id: int):
    row, option = _both(field_id, option_id)
    form = OptionForm().over(lambda: _opened(option))
    if perform(form, lambda: actions.rename_option(row, option, form.label.data, current_user)):
        toast(_("Option renamed."), option.label, undo=True)
        return changed(url_for(".edit", field_id=field_id))
    return page("fields/option.html", status=422, row=row, option=option, form=form)


@bp.post("/<int:field_id>/options/<int:option_id>/place")
@needs("manage_fields")
def place_option(field_id: int, option_id: int):
    row, option = _both(field_id, option_id)
    up = request.form.get("to") == "up"
    perform(None, lambda: actions.place_option(row, option, current_user, up=up))
    return _answer(row)


@bp.post("/<int:field_id>/options/<int:option_id>/permission")
@needs("manage_fields")
def allow_option(field_id: int, option_id: int):
    row, option = _both(field_id, option_id)
    is_allowed = request.form.get("allowed") == "yes"
    perform(
        None,
        lambda: actions.allow_option(row, option, current_user, is_allowed=is_allowed),
    )
    return _answer(row)


def _opened(option: FieldOption) -> OptionForm:
    return OptionForm(formdata=None, label=option.label)


def _both(field_id: int, option_id: int) -> tuple[CustomField, FieldOption]:
    row = the_field(field_id)
    option = next((one for one in row.options if one.id == option_id), None)
    return row, option or abort(404)


def _answer(row: CustomField):
    url = url_for("fields.edit", field_id=row.id)
    return changed(url, "fields/edit.html", "options", **edited(row))
