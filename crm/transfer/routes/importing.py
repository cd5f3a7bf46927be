"""Bringing in a file: upload, columns, the pages of its batch, the file of refused rows."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, abort, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from crm.accounts.queries import owners_for
from crm.accounts.rules import may
from crm.batches import queries as batches
from crm.batches.models import PLANNED, Batch
from crm.core.numbers import row_number
from crm.core.refusal import Refused
from crm.core.sheets import safe_cell
from crm.transfer import actions, queries
from crm.transfer.actions import MOST_BYTES
from crm.transfer.forms import RECORDS, LookForm, MapForm, UploadForm
from crm.transfer.models import Import
from crm.transfer.opening import REASON, FirstRows, first_rows, told_above
from crm.transfer.rules.habits import Habits
from crm.transfer.rules.mapping import POLICIES, Column
from crm.transfer.sampling import samples
from crm.transfer.writers import WRITERS
from crm.web.access import needs
from crm.web.headers import takes_uploads
from crm.web.page import changed, page, perform, toast

bp = Blueprint("transfer", __name__)
READ_BY = ("encoding", "delimiter", "sheet")
NEW_KINDS = {
    "text": _l("New field: text"),
    "long": _l("New field: long text"),
    "number": _l("New field: number"),
    "money": _l("New field: money"),
    "on": _l("New field: day"),
    "at": _l("New field: day and time"),
    "bool": _l("New field: yes or no"),
    "select": _l("New field: one of a list"),
    "multi": _l("New field: several of a list"),
    "url": _l("New field: web address"),
}


@bp.get("/import")
@needs("import_records")
def index():
    before = request.args.get("before", type=row_number)
    form = UploadForm(formdata=None, record=request.args.get("record", "contact"))
    return page("transfer/index.html", form=form, **_listed(before))


@bp.post("/import")
@needs("import_records")
@takes_uploads(MOST_BYTES)
def create():
    form = UploadForm()
    read = _read(form)
    found = perform(form, actions.take, read) if read else None
    if found:
        return changed(url_for(".show", import_id=found.id))
    return page("transfer/index.html", status=422, form=form, **_listed(None))


@bp.get("/import/<int:import_id>")
@needs("import_records")
def show(import_id: int):
    found = _import(import_id)
    if found.batch_id is not None and not (request.args.get("again") and found.sample):
        return changed(url_for("batches.show", batch_id=found.batch_id))
    return page("transfer/show.html", **_mapping(found, _map_form(found)))


@bp.post("/import/<int:import_id>/reading")
@needs("import_records")
def look(import_id: int):
    """Read the file again under other letters or marks."""
    found = _import(import_id)
    form = _look_form(found, is_sent=True)
    seen = _seen(form, found, _said(found))
    if seen and perform(form, lambda: _look(found, seen)):
        shown = _mapping(found, _map_form(found))
        return changed(_here(found), "transfer/show.html", "mapping", "looks", **shown)
    shown = _mapping(_import(import_id), _map_form(_import(import_id)), form)
    return page("transfer/show.html", status=422, block="looks", **shown)


def _said(found: Import) -> dict[str, str]:
    """How the file is to be read; where it is read otherwise, the line of names is sought anew."""
    said = {name: request.form[name] for name in READ_BY if request.form.get(name)}
    header, before = request.form.get("header", ""), found.habits.get("header", "")
    is_other_sheet = said.get("sheet", "") != found.habits.get("sheet", "")
    is_kept = header == before and any(said[one] != found.habits.get(one) for one in said)
    return {**said, "header": "" if is_other_sheet or is_kept else header or before}


def _look_form(found: Import, is_sent: bool = False) -> LookForm:
    form = LookForm(data=found.habits) if is_sent else LookForm(formdata=None, data=found.habits)
    if found.kind == "csv":
        del form.sheet
    else:
        del form.encoding, form.delimiter
        form.sheet.choices = [(name, name) for name in found.sample.get("sheets", ())]
    form.header.choices = [
        (str(number), _("Line %(n)s: %(cells)s", n=number, cells=cells))
        for number, cells in found.sample.get("top", ())
    ]
    return form


def _seen(form: LookForm, found: Import, said: dict[str, str]) -> FirstRows | None:
    if not form.validate():
        return None
    try:
        return first_rows(found, **said)
    except Refused as refusal:
        form.refuse(refusal)
        return None


def _look(found: Import, seen: FirstRows) -> bool:
    """Read it again; what was chosen beside the columns meanwhile stays."""
    if "column-0" in request.form:
        form = _map_form(found, is_sent=True)
        found.columns = [column.plain for column in _columns(found)]
        if form.validate():
            found.habits = {**found.habits, **form.habits}
    actions.look(found, current_user, seen)
    return True


def _here(found: Import) -> str:
    """The mapping of a file, its dry run behind it or not."""
    return url_for(".show", import_id=found.id, again=1 if found.batch_id else None)


@bp.post("/import/<int:import_id>/preset")
@needs("import_records")
def use_preset(import_id: int):
    found = _import(import_id)
    preset = queries.preset(row_number(request.form.get("preset_id")) or 0) or abort(404)
    if perform(None, actions.use_preset, found, preset, current_user):
        toast(_("Mapped as “%(name)s”.", name=preset.name))
    return changed(_here(_import(import_id)))


@bp.post("/import/<int:import_id>/mapping")
@needs("import_records")
def update(import_id: int):
    found, form = _import(import_id), _map_form(found=_import(import_id), is_sent=True)
    columns = _columns(found)
    said = {
        "columns": columns, "match": form.match.data, "habits": form.habits,
        "tags": form.tags.data or "", "preset": form.preset.data or "",
        "words": actions.new_choices(found, columns),
    }  # fmt: skip
    if perform(form, lambda: actions.map_columns(found, current_user, **said)):
        asked = actions.unknown(_import(import_id))
        if perform(form, lambda: actions.begin(_import(import_id), current_user, asked=asked)):
            return changed(after_mapping(_import(import_id)))
    shown = _mapping(_import(import_id), form)
    cells = samples(_import(import_id), columns, current_user)
    return page("transfer/show.html", status=422, **{**shown, "columns": columns, "cells": cells})


@bp.post("/import/<int:import_id>/samples")
@needs("import_records")
def sample(import_id: int):
    """The first cells as they are read under what is chosen; nothing is kept."""
    found = _import(import_id)
    form = _map_form(found, is_sent=True)
    is_valid = form.validate()
    columns, habits = _columns(found), Habits(**form.habits) if is_valid else None
    cells = samples(found, columns, current_user, habits)
    shown = {**_mapping(found, form), "columns": columns, "cells": cells}
    return page("transfer/show.html", status=200 if is_valid else 422, **shown)


@bp.get("/import/<int:import_id>/refused.csv")
@needs("import_records")
def refused(import_id: int):
    """The rows that were not taken, as they came, each with its reason: mend them and load it.

    With `rest` those that are left of an import that was stopped.
    """
    found = _import(import_id)
    batch = batches.batch_for(current_user, found.batch_id or 0) or abort(404)
    rest = bool(request.args.get("rest"))
    name = "rest" if rest else "refused"
    return Response(
        stream_with_context(_refused_lines(found, batch, PLANNED if rest else ("refused",))),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename={name}-{found.id}.csv"},
    )


def after_mapping(found: Import) -> str:
    """Where a mapped file goes on: its unknown words, else the dry run."""
    if found.batch_id is None:
        return url_for(".values", import_id=found.id)
    return url_for("batches.show", batch_id=found.batch_id)


def _read(form: UploadForm) -> Import | None:
    """The file that was sent, before the transaction that keeps it; None where it is refused."""
    if not form.validate():
        return None
    upload = form.file.data
    data = upload.stream.read(MOST_BYTES + 1)
    try:
        return actions.read(form.record.data, upload.filename, data, current_user)
    except Refused as refusal:
        form.refuse(refusal)
        return None


def _import(import_id: int) -> Import:
    return queries.import_for(current_user, import_id) or abort(404)


def _listed(before: int | None) -> dict[str, Any]:
    imports = queries.imports_for(current_user, before)
    older = imports[-1].id if len(imports) == queries.PAGE else None
    return {"imports": imports, "before": before, "older": older, "words": dict(RECORDS)}


def _map_form(found: Import, is_sent: bool = False) -> MapForm:
    known = {**found.habits, "match": found.match, "tags": found.tags}
    form = MapForm(data=known) if is_sent else MapForm(formdata=None, data=known)
    form.match.choices = list(WRITERS[found.record].matches.items())
    people = owners_for(current_user)
    form.owner.choices = [("", _("Nobody yet")), *((str(one.id), one.name) for one in people)]
    if found.record == "deal":  # those are of who imports them
        del form.owner
    return form


def _columns(found: Import) -> list[Column]:
    known = queries.labels(found.record)
    columns = []
    for place, plain in enumerate(found.columns):
        key = request.form.get(f"column-{place}", "")
        is_new = key.removeprefix(actions.NEW) in NEW_KINDS and key.startswith(actions.NEW)
        policy = request.form.get(f"policy-{place}", "")
        columns.append(
            Column(
                plain["name"],
                key if key in known or is_new else None,
                policy if policy in POLICIES else "fill",
            )
        )
    return columns


def _mapping(found: Import, form: MapForm, look_form: LookForm | None = None) -> dict[str, Any]:
    columns = [Column.from_plain(plain) for plain in found.columns]
    return {
        "found": found,
        "form": form,
        "look": look_form or _look_form(found),
        "beside": told_above(found),
        "columns": columns,
        "cells": samples(found, columns, current_user),
        "labels": queries.labels(found.record),
        "new_kinds": NEW_KINDS if may(current_user, "manage_fields") else {},
        "presets": queries.presets_of(found.record),
        "word": dict(RECORDS)[found.record],
    }


def _refused_lines(found: Import, batch: Batch, states: Sequence[str]) -> Iterator[str]:
    names = [column["name"] for column in found.columns]
    yield _line([*(name for name in names if name != REASON), REASON])
    for state in states:
        after = 0
        while items := batches.items_of(batch, state=state, after=after):
            for item in items:
                cells = (item.payload or {}).get("cells", [])
                kept = [cell for name, cell in zip(names, cells, strict=False) if name != REASON]
                reason = item.reason if state == "refused" else _("The import was stopped.")
                if line := (item.payload or {}).get("line"):
                    reason = _("Line %(n)s: %(words)s", n=line, words=reason)
                yield _line([*kept, reason, *cells[len(names) :]])
            after = items[-1].position


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()
