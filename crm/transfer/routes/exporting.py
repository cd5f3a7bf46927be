"""Writing lists into files: what and as what, how far it is, fetching it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.core import clock
from crm.core.numbers import row_number
from crm.filters.queries.pinned import menus
from crm.transfer import actions, queries
from crm.transfer.forms import EXPORT_KINDS, EXPORTED, ExportForm
from crm.transfer.models import Export
from crm.transfer.rules.outgoing import TYPES
from crm.web.access import needs
from crm.web.limits import client, count
from crm.web.page import changed, page, perform

bp = Blueprint("exports", __name__, url_prefix="/exports")
MOST_CHOSEN = 500
PLURALS = {"contact": "contacts", "company": "companies", "deal": "deals", "task": "tasks"}


@dataclass
class Wanted:
    """What is to be written: rows chosen in a list, or the list that a query string asks for."""

    record: str
    query: str
    ids: list[int]

    @property
    def is_chosen(self) -> bool:
        return bool(self.ids)

    @property
    def back(self) -> str:
        url = menus()[self.record].url
        return f"{url}?{self.query}" if self.query else url


@bp.get("")
@needs("export_records")
def index():
    before = request.args.get("before", type=row_number)
    found = queries.exports_for(current_user, before)
    older = found[-1].id if len(found) == queries.PAGE else None
    return page("exports/index.html", exports=found, before=before, older=older, **_words())


@bp.get("/new")
@needs("export_records")
def new():
    wanted = _wanted()
    return page("exports/new.html", wanted=wanted, form=_form(wanted, False), **_words())


@bp.post("")
@needs("export_records")
def create():
    count("30 per 1 hour", "export", str(current_user.id), always=True)
    wanted = _wanted()
    form = _form(wanted, True)
    export = perform(form, lambda: _plan(wanted, form))
    if export:
        return changed(url_for(".show", export_id=export.id))
    return page("exports/new.html", status=422, wanted=wanted, form=form, **_words())


@bp.get("/<int:export_id>")
@needs("export_records")
def show(export_id: int):
    export = _export(export_id)
    is_late = export.expires_at is not None and export.expires_at < clock.now()
    return page("exports/show.html", export=export, is_late=is_late, **_words())


@bp.get("/<int:export_id>/file")
@needs("export_records")
def fetch(export_id: int):
    """The file, for the one who asked for it and for a day."""
    export = _export(export_id)
    if export.state != "ready" or not export.expires_at or export.expires_at < clock.now():
        abort(404)
    at = export.finished_at.astimezone(current_user.zone) if export.finished_at else clock.now()
    name = f"{PLURALS[export.record]}-{at:%Y-%m-%d}-{export.id}.{export.kind}"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(export.data, content_type=TYPES[export.kind], headers=headers)


def _plan(wanted: Wanted, form: ExportForm) -> Export:
    return actions.plan_export(
        wanted.record,
        form.kind.data,
        by=current_user,
        query=wanted.query,
        scope="chosen" if wanted.is_chosen else form.scope.data,
        ids=wanted.ids,
        has_all_fields=form.columns.data == "all",
        address=client(),
    )


def _wanted() -> Wanted:
    said = request.values
    record = said.get("record", "")
    if record not in menus() or record not in PLURALS:
        abort(404)
    ids = [] if said.get("all") == "1" else said.getlist("id")[:MOST_CHOSEN]
    numbers = [number for text in ids if (number := row_number(text)) is not None]
    return Wanted(record, said.get("query", "")[:10_000], numbers)


def _form(wanted: Wanted, is_sent: bool) -> ExportForm:
    form = ExportForm() if is_sent else ExportForm(formdata=None)
    form.kind.choices = [
        one for one in EXPORT_KINDS if one[0] != "vcf" or wanted.record == "contact"
    ]
    if wanted.is_chosen:
        del form.scope
    return form


def _export(export_id: int) -> Export:
    return queries.export_for(current_user, export_id) or abort(404)


def _words() -> dict[str, Any]:
    scopes = {"list": _("as listed"), "all": _("all"), "chosen": _("chosen rows")}
    return {"records": dict(EXPORTED), "kinds": dict(EXPORT_KINDS), "scopes": scopes}
