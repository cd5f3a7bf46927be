"""Every mail that left or waits, and what a person may decide about it."""

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.queries import workspace
from crm.accounts.rules import may
from crm.core.numbers import row_number
from crm.mail import actions, queries
from crm.mail.words import STATES
from crm.web.access import needs
from crm.web.forms import Form
from crm.web.page import changed, page, perform, toast

bp = Blueprint("outbox", __name__, url_prefix="/outbox")
LIST, SHOW = "mail/outbox/index.html", "mail/outbox/show.html"


@bp.get("")
@needs("see_outbox")
def index():
    return page(LIST, **_context())


@bp.get("/<int:mail_id>")
@needs("see_outbox")
def show(mail_id):
    row = _mail(mail_id)
    return page(SHOW, mail=row, events=queries.events_of(row), states=STATES)


@bp.post("/<int:mail_id>/resending")
@needs("see_outbox")
def resend(mail_id):
    return _decide(mail_id, actions.resend, _("Sent again."))


@bp.post("/<int:mail_id>/cancellation")
@needs("see_outbox")
def cancel(mail_id):
    return _decide(mail_id, actions.cancel, _("Taken back."), "manual")


@bp.post("/<int:mail_id>/release")
@needs("see_outbox")
def release(mail_id):
    return _decide(mail_id, actions.release, _("Let go."))


@bp.post("/holding")
@needs("manage_mail")
def hold():
    is_held = request.form.get("is_held") == "yes"
    if perform(Form(), actions.hold_all, is_held):
        toast(_("All mail is held.") if is_held else _("Mail leaves again."))
        return changed(url_for(".index"))
    return page(LIST, status=422, **_context())


def _decide(mail_id: int, act, words: str, *args):
    row = _mail(mail_id)
    if perform(None, act, row, *args):
        toast(words)
    return changed(url_for(".show", mail_id=mail_id))


def _mail(mail_id: int):
    return queries.mail_for(current_user, mail_id) or abort(404)


def _context() -> dict:
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    before = request.args.get("before", type=row_number)
    rows = queries.outbox_for(current_user, state, before)
    house = workspace()
    more = rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
    return {
        "mails": rows[: queries.PAGE],
        "next": url_for(".index", state=state or None, before=more) if more else None,
        "first": url_for(".index", state=state or None) if before else None,
        "state": state,
        "states": STATES,
        "counts": queries.outbox_counts(current_user),
        "is_held": bool(house and house.is_mail_held),
        "has_smtp": queries.has_smtp(),
        "can_hold": may(current_user, "manage_mail"),
    }
