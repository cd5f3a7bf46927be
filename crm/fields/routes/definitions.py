"""The settings pages of fields: which there are, adding, changing, ordering, archiving."""

from typing import Any

from babel.numbers import is_currency
from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.queries import workspace
from crm.batches.models import Batch
from crm.deals.queries import pipelines
from crm.fields import actions, filling, queries
from crm.fields.actions.definitions import CHOSEN, NO_DEFAULT
from crm.fields.forms import KIND_WORDS, RECORD_WORDS, FieldForm, OptionForm
from crm.fields.inputs import form_with
from crm.fields.models import CustomField
from crm.fields.typed import Custom
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("fields", __name__, url_prefix="/settings/fields")
LARGEST = 2**53


@bp.get("")
@needs("manage_fields")
def index():
    return page("fields/index.html", **shown(_record()))


@bp.get("/new")
@needs("manage_fields")
def new():
    record, kind = _record(), request.args.get("kind", "")
    if kind not in KIND_WORDS:
        return page("fields/kinds.html", record=record, kinds=KIND_WORDS, words=RECORD_WORDS)
    form = _new_form(record, kind)(formdata=None, label=request.args.get("label", "")[:80])
    return _new(record, kind, form.fit(record, kind, _stages(record), is_new=True))


@bp.post("")
@needs("manage_fields")
def create():
    record, kind = _record(), request.form.get("kind", "")
    if kind not in KIND_WORDS:
        abort(404)
    form = _new_form(record, kind)().fit(record, kind, _stages(record), is_new=True)
    made = perform(form, lambda: _create(record, kind, form))
    if made:
        toast(_("Field added."), made[0].label)
        return changed(_then(record, made[1]))
    return _new(record, kind, form, status=422)


@bp.get("/<int:field_id>/edit")
@needs("manage_fields")
def edit(field_id: int):
    row = the_field(field_id)
    return page("fields/edit.html", **edited(row))


@bp.post("/<int:field_id>/edit")
@needs("manage_fields")
def update(field_id: int):
    row = the_field(field_id)
    form = _form(row)()
    form.fit(row.record, row.kind, _stages(row.record)).over(lambda: _opened(row))
    made = perform(form, lambda: _change(row, form))
    if made:
        toast(_("Field saved."), made[0].label, undo=True)
        return changed(_then(made[0].record, made[1]))
    return page("fields/edit.html", status=422, **edited(row, form))


@bp.post("/<int:field_id>/place")
@needs("manage_fields")
def place(field_id: int):
    row = the_field(field_id)
    up = request.form.get("to") == "up"
    perform(None, lambda: actions.place(row, current_user, up=up))
    record = row.record
    return changed(url_for(".index", record=record), "fields/index.html", "list", **shown(record))


@bp.post("/<int:field_id>/archive")
@needs("manage_fields")
def archive(field_id: int):
    row = the_field(field_id)
    if perform(None, actions.archive, row, current_user):
        toast(_("Archived."), row.label, undo=url_for(".restore", field_id=field_id))
    return changed(url_for(".index", record=row.record))


@bp.post("/<int:field_id>/restoration")
@needs("manage_fields")
def restore(field_id: int):
    row = the_field(field_id)
    if perform(None, actions.restore, row, current_user):
        toast(_("Field is back."), row.label)
    return changed(url_for(".index", record=row.record))


def the_field(field_id: int) -> CustomField:
    """The field of the URL, else 404."""
    row = queries.definition(field_id) if field_id < LARGEST else None
    return row or abort(404)


def shown(record: str) -> dict[str, Any]:
    """What the list of fields needs."""
    rows, put_away = queries.defined(record), queries.archived(record)
    return {
        "record": record,
        "rows": rows,
        "archived": put_away,
        "use": queries.use_of([row.id for row in [*rows, *put_away]]),
        "kinds": KIND_WORDS,
        "words": RECORD_WORDS,
        "built_in": [
            one for one in queries.catalogue().fields.get(record, {}).values() if one.is_listed
        ],
    }


def edited(row: CustomField, form: FieldForm | None = None) -> dict[str, Any]:
    """What the page of one field needs."""
    return {
        "row": row,
        "form": form or _opened(row),
        "added": OptionForm(formdata=None),
        "kinds": KIND_WORDS,
        "words": RECORD_WORDS,
    }


def _opened(row: CustomField) -> FieldForm:
    """The form with what a field is now."""
    form = _form(row)(
        formdata=None,
        label=row.label,
        help_text=row.help,
        currency=row.currency,
        is_required=row.is_required,
        is_unique=row.is_unique,
        needs=[need.stage_id for need in row.needs],
    )
    return form.fit(row.record, row.kind, _stages(row.record))


def _form(row: CustomField) -> type:
    """The form of a field with an input for its default, of its own kind."""
    if row.kind in NO_DEFAULT or row.is_unique or row.archived_at:
        return FieldForm
    return form_with(
        FieldForm, row.record, current_user, wanted=[queries.custom_from(row)], is_default=True
    )


def _new_form(record: str, kind: str) -> type:
    """The form of a field that is not there yet, with an input for its default."""
    if kind in CHOSEN or kind in NO_DEFAULT:
        return FieldForm
    blank = Custom(0, record, "", kind, currency=_currency() if request.form else "")
    return form_with(FieldForm, record, current_user, wanted=[blank], is_default=True)


def _currency() -> str:
    """What sums of the field are in, where nobody writes another one."""
    house, said = workspace(), request.form.get("currency", "").strip().upper()
    return said if is_currency(said) else house.currency if house else "EUR"


def _create(record: str, kind: str, form: Any) -> tuple[CustomField, Batch | None]:
    row = actions.create(record, kind=kind, by=current_user, **_given(form))
    return row, _filled(row, form)


def _change(row: CustomField, form: Any) -> tuple[CustomField, Batch | None]:
    left_out = {"options", "target"}
    values = {name: value for name, value in _given(form).items() if name not in left_out}
    actions.change(row, by=current_user, **{"default": None, **values})
    return row, _filled(row, form)


def _given(form: Any) -> dict[str, Any]:
    """What was typed, with the default from the input of its own kind."""
    values = form.values
    if getattr(form, "customs", ()):
        values["default"] = next(iter(form.custom_values.values()), None)
    return values


def _filled(row: CustomField, form: Any) -> Batch | None:
    """The act that gives the default to the records there are, where that was asked for."""
    is_asked = "fills" in form and form.fills.data
    return filling.begin(row, current_user) if is_asked else None


def _then(record: str, batch: Batch | None) -> str:
    if batch is not None:
        return url_for("batches.show", batch_id=batch.id)
    return url_for(".index", record=record)


def _record() -> str:
    asked = request.values.get("record", "contact")
    return asked if asked in RECORD_WORDS else "contact"


def _stages(record: str) -> list[tuple[int, str]]:
    """Of deals every open stage and the won one, with its pipeline where there are several."""
    lines = pipelines() if record == "deal" else []
    return [
        (stage.id, f"{line.name}: {stage.name}" if len(lines) > 1 else stage.name)
        for line in lines
        for stage in line.stages
        if stage.kind != "lost"
    ]


def _new(record: str, kind: str, form: FieldForm, status: int = 200):
    return page(
        "fields/new.html",
        status=status,
        record=record,
        kind=kind,
        form=form,
        kinds=KIND_WORDS,
        words=RECORD_WORDS,
    )
