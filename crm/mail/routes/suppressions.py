"""Whom not to write to: found by address, added by hand, taken back where that is ours to do."""

from typing import Any

from flask import Blueprint, Response, abort, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from crm.accounts import actions as accounts
from crm.accounts.rules import may
from crm.core import keyset
from crm.core.db import run
from crm.mail import actions, lists, unwanted
from crm.mail.forms import LiftForm, ListForm, SuppressForm
from crm.web.access import needs
from crm.web.headers import takes_uploads
from crm.web.limits import client, count
from crm.web.page import changed, page, perform, toast

bp = Blueprint("suppressions", __name__, url_prefix="/settings/mail/suppressions")
PAGE, ONE = "mail/suppressions/index.html", "mail/suppressions/show.html"
LIST, MOST_BYTES = "mail/suppressions/import.html", 5 * 1024 * 1024


@bp.get("")
@needs("manage_mail")
def index():
    return page(PAGE, **_context())


@bp.post("")
@needs("manage_mail")
def create():
    form, by, network = SuppressForm(), current_user, client()
    said = form.said
    if perform(form, lambda: actions.suppress_by_hand(**said, by=by, network=network)):
        toast(_("Nothing of this kind goes to that address any more."))
        return changed(url_for(".index"))
    return page(PAGE, status=422, **_context(form))


@bp.get("/import")
@needs("manage_mail")
def ask():
    return page(LIST, form=ListForm(formdata=None), found=None)


@bp.post("/import")
@needs("manage_mail")
@takes_uploads(MOST_BYTES)
def take():
    """Look at a list first; with `act=do` put it on ours."""
    form, network = ListForm(), client()
    scope, why = form.scope.data or "", form.why.data or ""
    found = perform(form, lambda: _read(form, scope))
    if not found:
        return page(LIST, status=422, form=form, found=None)
    if request.form.get("act") != "do":
        return page(LIST, form=form, found=found)
    said = {"scope": scope, "why": why, "by": current_user, "network": network}
    added = perform(form, lambda: actions.suppress_listed(found, **said))
    if not added:
        return page(LIST, status=422, form=form, found=found)
    toast(ngettext("One address added.", "%(num)s addresses added.", added))
    return changed(url_for(".index"))


@bp.get("/export.csv")
@needs("manage_mail")
def export():
    """The list in force as a file, for those who may export; that it was taken is kept."""
    if not may(current_user, "export_records"):
        abort(403)
    count("30 per 1 hour", "export", str(current_user.id), always=True)
    run(lambda: accounts.note("export", current_user, by=current_user, what="suppressions"))
    return Response(
        stream_with_context(lists.written()),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=suppressions.csv"},
    )


@bp.get("/<int:number>")
@needs("manage_mail")
def show(number: int):
    return page(ONE, form=LiftForm(formdata=None), **_one(number))


@bp.post("/<int:number>/lifting")
@needs("manage_mail")
def lift(number: int):
    form, found = LiftForm(), _one(number)
    why, network = form.why.data or "", client()
    if perform(form, actions.lift_by_hand, found["row"], current_user, why=why, network=network):
        toast(_("Taken back. The reason stays in the log."))
        return changed(url_for(".index"))
    return page(ONE, status=422, form=form, **found)


def _read(form: ListForm, scope: str) -> lists.Found:
    form.file.data.seek(0)
    return lists.read(form.file.data.read(), scope)


def _one(number: int) -> dict:
    row = unwanted.suppression(number) or abort(404)
    return {"row": row, "is_theirs": unwanted.is_theirs(row), **_words()}


def _words() -> dict:
    return {
        "reasons": unwanted.REASONS,
        "sources": unwanted.SOURCES,
        "scopes": unwanted.SCOPES,
    }


def _context(form: SuppressForm | None = None) -> dict:
    address = request.args.get("q", "").strip()[:254]
    is_lifted = request.args.get("show") == "lifted"
    before = request.args.get("before")
    rows = unwanted.listed(is_lifted=is_lifted, address=address, before=before)
    asked: dict[str, Any] = {"q": address or None, "show": "lifted" if is_lifted else None}
    more = len(rows) > unwanted.PAGE
    place = keyset.pack(rows[unwanted.PAGE - 1].id) if more else None
    return {
        "rows": rows[: unwanted.PAGE],
        "q": address,
        "is_lifted": is_lifted,
        "next": url_for(".index", **asked, before=place) if place else None,
        "first": url_for(".index", **asked) if before else None,
        "form": form or SuppressForm(formdata=None),
        **_words(),
    }
