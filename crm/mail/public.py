"""Links in the team's mails: they open a record, after sign-in, and give no power."""

from flask import Blueprint, abort, redirect, url_for
from flask_login import current_user

from crm.core import signing
from crm.core.links import RECORDS
from crm.mail import queries
from crm.web import limits
from crm.web.access import public
from crm.web.page import page

bp = Blueprint("go", __name__)
BLUEPRINTS = [bp]
PLACES = {
    "contact": "/contacts/{}",
    "company": "/companies/{}",
    "deal": "/deals/{}",
    "task": "/tasks/{}",
    "outbox": "/outbox/{}",
}


@bp.get("/go/<token>")
@public("a link from a mail: leads to sign-in, then to the record; 120 a minute")
def open(token):
    limits.count("120 per minute", "go")
    kind, id = _read(token)
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in", next=f"/go/{token}"), 303)
    id = queries.survivor(kind, id)
    if not queries.exists(kind, id):
        return page("mail/gone.html", status=410, kind=kind)
    return redirect(PLACES[kind].format(id), 303)


def _read(token: str) -> tuple[str, int]:
    try:
        kind, id = signing.unsign("go", token)
    except (signing.BadToken, ValueError, TypeError):
        abort(404)
    if kind not in RECORDS or not isinstance(id, int):
        abort(404)
    return kind, id
