"""Stars, follows and what was opened last."""

import logging
from typing import Any

from flask import Blueprint, Response, abort, g, request
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import DBAPIError

from crm.core.db import run
from crm.filters import actions
from crm.filters.queries.marks import marked, marks_on, record_for, seen_part
from crm.web.access import anyone_signed_in, safe_next
from crm.web.page import changed, is_htmx, page, perform, toast

bp = Blueprint("marks", __name__, url_prefix="/marks")
log = logging.getLogger("tend.web")
OPENED = {
    "contacts.show": ("contact", "contact_id"),
    "companies.show": ("company", "company_id"),
    "deals.show": ("deal", "deal_id"),
}
URLS = {"contact": "/contacts", "company": "/companies", "deal": "/deals"}


@bp.record_once
def _ask_beside(state: BlueprintSetupState) -> None:
    """Let the frame's own statement bring along what was opened last."""
    state.app.extensions.setdefault("tend.beside", {})["seen"] = seen_part


@bp.get("")
def index():
    return page("filters/marks.html", starred=marked(current_user, "star"),
                followed=marked(current_user, "follow"), seen=marked(current_user, "seen"),
                urls=URLS)  # fmt: skip


@bp.get("/<record>/<int:record_id>")
def show(record: str, record_id: int):
    return page(
        "filters/mark.html",
        name=_the(record, record_id).name,
        record=record,
        record_id=record_id,
        back=_url(record, record_id),
        held=marks_on(current_user, record, record_id),
    )


@bp.post("/<record>/<int:record_id>/<kind>")
@anyone_signed_in
def update(record: str, record_id: int, kind: str):
    _the(record, record_id)
    if kind not in {"star", "follow"}:
        abort(404)
    is_on = request.form.get("on") == "1"
    perform(None, actions.mark if is_on else actions.unmark, kind, record, record_id, current_user)
    words = {
        ("star", True): _("Starred."), ("star", False): _("Star removed."),
        ("follow", True): _("You will be told what happens here."),
        ("follow", False): _("You are no longer told."),
    }  # fmt: skip
    toast(words[kind, is_on])
    return changed(safe_next(request.form.get("back"), _url(record, record_id)))


def _the(record: str, record_id: int) -> Any:
    return (record in URLS and record_for(current_user, record, record_id)) or abort(404)


def _url(record: str, record_id: int) -> str:
    return f"{URLS[record]}/{record_id}"


@bp.after_app_request
def _note(response: Response) -> Response:
    """Remember which record was opened; being busy must not turn a good page into an error."""
    opened = OPENED.get(request.endpoint or "")
    if not opened or response.status_code != 200 or is_htmx() or not current_user.is_authenticated:
        return response
    record, name = opened
    number = (request.view_args or {}).get(name, 0)
    if g.get("frame_counts", {}).get("seen") == f"{record} {number}":
        return response
    try:
        user_id = current_user.id
        run(lambda: actions.note_seen(user_id, record, number))
    except DBAPIError as error:
        log.warning("%s %s not noted as opened: %s", record, number, type(error).__name__)
    return response
