"""The bell's page: what a person was told, newest first."""

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.core.numbers import row_number
from crm.notices import actions, queries, rules
from crm.web.access import anyone_signed_in, safe_next
from crm.web.locale import zone
from crm.web.page import changed, page, perform, toast

bp = Blueprint("notices", __name__, url_prefix="/notifications")
BLUEPRINTS = [bp]
PAGE = "notices/index.html"
LIMIT = 25


@bp.get("")
def index():
    return page(PAGE, **_context())


@bp.get("/bell")
def bell():
    """The bell alone, for the tick; nothing when its number is the one the page shows."""
    count = queries.unread_count(current_user)
    if request.args.get("seen", type=row_number) == count:
        return "", 204
    return page("ui/_bell.html")


@bp.post("/<int:notice_id>/opening")
@anyone_signed_in
def open_(notice_id):
    """Mark a notice read and go where it leads."""
    notice = queries.notice_for(current_user, notice_id) or abort(404)
    url = safe_next(notice.url)
    perform(None, actions.mark_read, notice, current_user)
    return changed(url)


@bp.post("/<int:notice_id>/reading")
@anyone_signed_in
def read(notice_id):
    notice = queries.notice_for(current_user, notice_id) or abort(404)
    perform(None, actions.mark_read, notice, current_user)
    return changed(url_for(".index"), PAGE, "bell", part="notices/_notice.html", notice=notice)


@bp.post("/reading")
@anyone_signed_in
def read_all():
    ids = rules.numbers(request.form.get("ids", ""))
    up_to = row_number(request.form.get("up_to")) or 0
    back = url_for(".index", **_place())
    if ids:
        perform(None, actions.mark_these_read, current_user, ids)
        return changed(back, PAGE, "notices", "bell", **_context())
    count = perform(None, actions.mark_all_read, current_user, up_to)
    toast(_("All read.") if count else _("Nothing was unread."))
    return changed(back, PAGE, "notices", "bell", **_context())


def _place() -> dict:
    """The tab and the page of it that are read, as their address says them."""
    before = row_number(request.args.get("before"))
    return {"show": "unread" if request.args.get("show") == "unread" else None, "before": before}


def _context() -> dict:
    place = _place()
    before, is_unread = place["before"], bool(place["show"])
    found = queries.notices_for(current_user, before=before, is_unread=is_unread, limit=LIMIT + 1)
    older = None
    if len(found) > LIMIT:
        older = url_for(".index", before=found[LIMIT - 1].id, show=place["show"])
    newest = queries.notices_for(current_user, limit=1)
    return {
        "bundles": rules.bundled(found[:LIMIT], zone()),
        "older": older,
        "reading": url_for(".read_all", **place),
        "is_unread": is_unread,
        "is_first": before is None,
        "up_to": newest[0].id if newest else 0,
        "count": queries.unread_count(current_user),
    }
