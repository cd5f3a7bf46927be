"""What the links of the day's mail open: a page with one button, which alone acts."""

from flask import Blueprint, abort, g, request, url_for
from flask_babel import gettext as _

from crm.accounts.models import User
from crm.accounts.rules import may
from crm.activities.models import Entry, Task
from crm.contacts.models import Contact
from crm.core import signing
from crm.core.db import db, run
from crm.core.numbers import row_number
from crm.core.refusal import Refused
from crm.deals.models import Deal
from crm.history.writing import acting
from crm.today import actions
from crm.today.rules import ANSWERS, Link, link_of
from crm.web import limits
from crm.web.access import public
from crm.web.csrf import no_session
from crm.web.page import changed, page

bp = Blueprint("day_links", __name__, url_prefix="/m/<token>/today")
BLUEPRINTS = [bp]
LIMIT = "30 per 10 minutes"
PAGE = "today/link.html"


@bp.get("")
@public("the page behind a link of the day's mail; opening it changes nothing")
def show(token: str):
    link, user = _read(token)
    wanted = request.args.get("act", "done")
    act = wanted if wanted in ANSWERS else "done"
    state, why = request.args.get("state", ""), ""
    if state != "done":
        try:
            actions.still_open(link, user, act)
        except Refused as refusal:
            state, why = "refused", refusal.message
    change = request.args.get("change", type=row_number)
    return page(PAGE, token=token, act=act, state=state, why=why,
                subject=_subject(link), link=link, change=change)  # fmt: skip


@bp.post("")
@public("done, or put off, by the signed link of the day's mail; 30 in 10 minutes a link")
@no_session
def act(token: str):
    link, user = _read(token)
    wanted = request.form.get("act", "")
    try:
        with acting("token", "day_links.act", user_id=user.id):
            run(lambda: actions.follow(link, db.session.get_one(User, user.id), wanted))
    except Refused as refusal:
        return page(PAGE, status=422, token=token, act=wanted, state="refused", link=link,
                    why=refusal.message, subject=_subject(link))  # fmt: skip
    set_id = g.get("change_set")
    return changed(url_for(".show", token=token, act=wanted, state="done", change=set_id))


def _read(token: str) -> tuple[Link, User]:
    try:
        link = link_of(token)
    except (signing.BadToken, ValueError, TypeError):
        limits.count(LIMIT, "day-links")
        abort(404, _("This link is too old, cut or not from us. Open Tend instead."))
    limits.count(LIMIT, "day-links", key=signing.keyed_hash("limit", token)[:32])
    user = db.session.get(User, link.user_id)
    if user is None or not user.is_active or not may(user, "edit_records"):
        abort(404, _("This link no longer works. Sign in to Tend instead."))
    return link, user


def _subject(link: Link) -> str:
    """What the link is about, in words; the mail it came with said no less."""
    if link.kind == "task":
        task = db.session.get(Task, link.id)
        return task.title if task else _("This task is gone")
    if link.kind == "deal":
        deal = db.session.get(Deal, link.id)
        return deal.name if deal and not deal.deleted_at else _("This deal is gone")
    entry = db.session.get(Entry, link.id)
    contact = db.session.get(Contact, entry.contact_id) if entry and entry.contact_id else None
    return contact.name if contact and not contact.deleted_at else _("This contact is gone")
