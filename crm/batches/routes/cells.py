"""One cell of a list, changed in its place or on a page of its own."""

import json
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from wtforms import HiddenField

from crm.accounts.queries import visible
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Conflict, Refused
from crm.fields.queries import catalogue, fields_of
from crm.fields.setting import Setting, setting_of
from crm.filters.queries.cells import cells
from crm.web.access import needs, safe_next
from crm.web.forms import Form
from crm.web.page import changed, is_htmx, page, perform, toast

bp = Blueprint("cells", __name__, url_prefix="/cells")
LISTS = {
    "contact": "/contacts",
    "company": "/companies",
    "deal": "/deals?as=table",
    "task": "/tasks",
}
# Cells that lists draw in their own way.
OWN_CELLS = {"task": "activities/_task_cell.html"}
LARGEST = 2**53


@bp.get("/<record>/<int:number>/<key>")
@needs("edit_records")
def edit(record: str, number: int, key: str):
    row, setting = _row(record, number), _setting(record, key)
    if "shown" in request.args:
        return _shown(row, setting)
    if setting.needs_owner and row.owner_id is None:
        return page(
            "batches/cell.html", part="batches/_cell_claim.html", is_free=True,
            **_context(row, setting),
        )  # fmt: skip
    form = _form(setting, row)(formdata=None, base=_said(setting, row))
    return _page(row, setting, form)


@bp.post("/<record>/<int:number>/<key>")
def save(record: str, number: int, key: str):
    row, setting = _row(record, number), _setting(record, key)
    form: Any = _form(setting, row)()
    if perform(form, lambda: _save(row, setting, form)):
        toast(_("Saved."), undo=True)
        return _shown(row, setting) if is_htmx() else changed(_back(record))
    if form.conflict:
        form.base.raw_data, form.base.data = None, _said(setting, row)
    return _page(row, setting, form, status=422)


@bp.post("/<record>/<int:number>/<key>/claim")
def claim(record: str, number: int, key: str):
    """What nobody has becomes the reader's, and its cell opens."""
    row = _row(record, number)
    if perform(None, _claim, row, record):
        toast(_("It is yours now."), _name(row, record), undo=True)
    if is_htmx():
        return _with_row(edit(record, number, key), row, record, key)
    back = _back(record)
    return changed(url_for(".edit", record=record, number=number, key=key, back=back))


def _with_row(answer: Response, row: Any, record: str, key: str) -> Response:
    """The opened cell, and what else of its row shows whose it is, as far as that is there."""
    known = (setting_of(record, one, current_user) for one in fields_of(record) if one != key)
    others = [one for one in known if one is not None]
    drawn = render_template("batches/_claimed.html", settings=others, row=row, record=record,
                            name=_name(row, record))  # fmt: skip
    answer.set_data(answer.get_data(as_text=True) + drawn)
    return answer


def _claim(row: Any, record: str) -> bool:
    """Take what nobody has. Raises Refused when somebody was faster."""
    if row.owner_id is not None:
        raise Refused(_("Somebody has this already."))
    _setting(record, "owner").save(row, "owner", current_user.id, current_user)
    return True


def _save(row: Any, setting: Setting, form: Any) -> bool:
    """Save what was typed, unless somebody else changed the field since the form was opened."""
    value, now = setting.value_of(form.value), _said(setting, row)
    if form.base.data != now and now != json.dumps(value):
        raise Conflict(_("Somebody changed this meanwhile. Save again to write over it."))
    try:
        setting.save(row, setting.key, value, current_user)
    except Conflict:
        raise
    except Refused as refusal:
        raise Refused(refusal.message, field="value") from None  # there is no other input
    return True


def _row(record: str, number: int) -> Any:
    if record not in LISTS or number >= LARGEST:
        abort(404)
    model: Any = catalogue().models[record]
    seen = db.select(model).where(model.id == number, visible(current_user, model))
    if hasattr(model, "deleted_at"):
        seen = seen.where(model.deleted_at.is_(None))
    return db.session.scalars(seen).first() or abort(404)


def _setting(record: str, key: str) -> Setting:
    return setting_of(record, key, current_user) or abort(404)


def _form(setting: Setting, row: Any) -> type[Form]:
    inputs = {"value": setting.ask(current_user, row), "base": HiddenField()}
    return type("CellForm", (Form,), inputs)


def _said(setting: Setting, row: Any) -> str:
    return json.dumps(setting.read(row))


def _back(record: str) -> str:
    """The list as it was looked at: said by the form, or where its pencil was pressed."""
    came_from = urlsplit(request.referrer or "")
    usual = LISTS[record]
    if came_from.path == usual.partition("?")[0] and came_from.query:
        usual = f"{came_from.path}?{came_from.query}"
    return safe_next(request.values.get("back"), safe_next(usual, LISTS[record]))


def _context(row: Any, setting: Setting) -> dict[str, Any]:
    record = setting.record
    place = {"record": record, "number": row.id, "key": setting.key}
    return {
        "row": row,
        "name": _name(row, record),
        "record": record,
        "key": setting.key,
        "label": str(setting.label),
        "url": url_for(".edit", **place),
        "back": _back(record),
    }


def _name(row: Any, record: str) -> str:
    name: str = row.title if record == "task" else row.name
    return name


def _page(row: Any, setting: Setting, form: Form, status: int = 200):
    return page(
        "batches/cell.html", status=status, part="batches/_cell_form.html", form=form,
        now=_in_words(setting, row, form),
        **_context(row, setting),
    )  # fmt: skip


def _in_words(setting: Setting, row: Any, form: Any) -> str:
    """What the field says now, as its input would write it."""
    value = setting.read(row)
    words = getattr(form.value, "words", setting.words)
    return "–" if value is None else str(words(value))


def _shown(row: Any, setting: Setting):
    """The cell as the list shows it."""
    found = cells(current_user, setting.record, [row.id], [setting.key])
    own = OWN_CELLS.get(setting.record, "batches/_cell.html")
    return page(
        "batches/cell_shown.html", part=own, cell=found[row.id].get(setting.key), is_back=True,
        own=own, now=clock.now(), **_context(row, setting),
    )  # fmt: skip
