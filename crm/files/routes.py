"""A record's files: the list, sending, taking down, downloading."""

from typing import Any

from flask import Blueprint, Response, abort, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.activities import actions as activities
from crm.activities.queries import may_read_entry
from crm.companies.queries import company_for
from crm.contacts.queries import contact_for
from crm.core.numbers import row_number
from crm.deals.queries import deal_for
from crm.files import actions, queries
from crm.files.forms import FilesForm
from crm.files.models import Attachment
from crm.files.rules import MOST_BYTES
from crm.web.headers import content_policy, takes_uploads
from crm.web.page import changed, page, perform, toast

bp = Blueprint("files", __name__)
BLUEPRINTS = [bp]
RECORD = "/<any(contacts,companies,deals):kind>/<int:record_id>/files"
FIND = {"contacts": contact_for, "companies": company_for, "deals": deal_for}
# The nearest first: what hangs on a deal stands on its contact too, but belongs to the deal.
NAMES = {"deals": "deal_id", "contacts": "contact_id", "companies": "company_id"}


@bp.get(RECORD)
def index(kind: str, record_id: int):
    return page("files/index.html", **_context(kind, _record(kind, record_id), FilesForm()))


@bp.post(RECORD)
@takes_uploads(MOST_BYTES)
def create(kind: str, record_id: int):
    record, form = _record(kind, record_id), FilesForm()
    ids = {NAMES[kind]: record.id}
    if perform(
        form,
        lambda: activities.add_files(form.kept, by=current_user, note=form.note.data or "", **ids),
    ):
        toast(_("File saved.") if len(form.kept) == 1 else _("Files saved."))
        return changed(url_for(".index", kind=kind, record_id=record.id))
    return page("files/index.html", status=422, **_context(kind, record, form))


@bp.get("/files/<int:attachment_id>")
def show(attachment_id: int):
    """The file itself, always as a download: nothing in it runs on our pages (security I5)."""
    found = _attachment(attachment_id)
    return _sent(found, "application/octet-stream", as_attachment=True)


@bp.get("/files/<int:attachment_id>/picture")
def picture(attachment_id: int):
    """A picture for looking at; we wrote it ourselves, so it is nothing else."""
    found = _attachment(attachment_id)
    return _sent(found, found.stored.media_type) if found.is_picture else abort(404)


@bp.post("/files/<int:attachment_id>/deletion")
def delete(attachment_id: int):
    found = _attachment(attachment_id)
    perform(None, actions.remove, found, current_user)
    toast(_("File removed."), found.name, undo=url_for(".restore", attachment_id=attachment_id))
    return changed(_list_of(found))


@bp.post("/files/<int:attachment_id>/restoration")
def restore(attachment_id: int):
    found = _attachment(attachment_id, removed=True)
    perform(None, actions.put_back, found)
    toast(_("File is back."), found.name)
    return changed(_list_of(found))


def _sent(found: Attachment, media_type: str, as_attachment: bool = False) -> Response:
    path = queries.path_of(found)
    if not path.is_file():
        abort(404)
    response = send_file(
        path, media_type, as_attachment=as_attachment, download_name=found.name, etag=False
    )
    response.headers["Content-Security-Policy"] = content_policy(sandbox="", script_src="'none'")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _record(kind: str, record_id: int) -> Any:
    return FIND[kind](current_user, record_id) or abort(404)


def _attachment(attachment_id: int, removed: bool = False) -> Attachment:
    """The file if this person may see its record and the entry that brought it, else 404."""
    found = queries.attachment(attachment_id)
    if found is None or (found.removed_at is not None) is not removed:
        abort(404)
    kind, record_id = _place(found)
    _record(kind, record_id)
    if found.entry_id and not may_read_entry(current_user, found.entry_id):
        abort(404)
    return found


def _place(found: Attachment) -> tuple[str, int]:
    return next((k, getattr(found, n)) for k, n in NAMES.items() if getattr(found, n) is not None)


def _list_of(found: Attachment) -> str:
    kind, record_id = _place(found)
    return url_for(".index", kind=kind, record_id=record_id)


def _context(kind: str, record: Any, form: FilesForm) -> dict[str, Any]:
    before = request.args.get("before", type=row_number)
    shown = queries.attachments_of(current_user, **{NAMES[kind]: record.id}, before=before)
    older = shown[-1].id if len(shown) == queries.PAGE else None
    return {
        "kind": kind, "record": record, "form": form, "files": shown, "before": before,
        "older": older, "record_url": f"/{kind}/{record.id}",
    }  # fmt: skip
