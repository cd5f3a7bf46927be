"""Pages behind the links of a nurture mail: stop, undo, choose. They carry their own proof."""

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _

from crm.accounts.queries import workspace
from crm.contacts.queries import has_consent
from crm.core import signing, words
from crm.core.db import run
from crm.mail.queries import hash_is_suppressed
from crm.mail.rules import mask
from crm.quizzes.queries.spoken import spoken_by
from crm.sequences import queries
from crm.sequences.actions import unsubscribing as acts
from crm.sequences.actions.unsubscribing import Holder
from crm.web import limits
from crm.web.access import public
from crm.web.csrf import no_session
from crm.web.locale import speak_as_asked
from crm.web.page import changed, page

bp = Blueprint("mail_links", __name__, url_prefix="/m/<token>")
BLUEPRINTS = [bp]
LIMIT = "30 per 10 minutes"
DONE = "sequences/public/done.html"


@bp.get("/unsubscribe")
@public("the way out of a mail; opening it changes nothing")
def ask(token):
    holder = _holder(token)
    if _is_out(holder):
        return page(DONE, **_context(holder, token))
    return page("sequences/public/unsubscribe.html", **_context(holder, token))


@bp.post("/unsubscribe")
@public("one click without cookie or form token (RFC 8058); 30 in 10 minutes")
@no_session
def unsubscribe(token):
    holder = _holder(token)
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    run(lambda: acts.unsubscribe(holder, source="one_click" if one_click else "link"))
    if one_click:
        return page(DONE, **_context(_holder(token), token))
    return changed(url_for(".ask", token=token))


@bp.post("/resubscribe")
@public("undoes the way out; the link is the proof; 30 in 10 minutes")
@no_session
def resubscribe(token):
    holder = _holder(token)
    run(lambda: acts.resubscribe(holder))
    return changed(url_for(".preferences", token=token, saved=1))


@bp.post("/reason")
@public("why somebody left, once a mail; 30 in 10 minutes")
@no_session
def reason(token):
    holder, given = _holder(token), request.form.get("reason", "")
    if given in acts.REASONS:
        run(lambda: acts.keep_reason(holder, given))
    return changed(url_for(".ask", token=token, thanks=1))


@bp.get("/preferences")
@public("what somebody gets from us; opening it changes nothing")
def preferences(token):
    holder = _holder(token)
    return page("sequences/public/preferences.html", **_context(holder, token))


@bp.post("/preferences")
@public("saves what somebody wants to get; the link is the proof; 30 in 10 minutes")
@no_session
def choose(token):
    holder, form = _holder(token), request.form
    run(
        lambda: acts.save_preferences(
            holder,
            mails="followup" in form.getlist("list"),
            calls=bool(form.get("phone_contact")),
            pace=form.get("pace", ""),
        )
    )
    return changed(url_for(".preferences", token=token, saved=1))


@bp.post("/stop")
@public("ends all mails to an address; the link is the proof; 30 in 10 minutes")
@no_session
def stop(token):
    holder = _holder(token)
    run(lambda: acts.unsubscribe(holder, scope="all", source="preferences"))
    return changed(url_for(".ask", token=token))


def _holder(token: str) -> Holder:
    speak_as_asked()
    try:
        holder = acts.holder_of(token)
    except (signing.BadToken, ValueError, TypeError):
        limits.count(LIMIT, "unsubscribe")
        abort(404, _("This link is cut or not from us. Copy it whole from the mail."))
    # One mailbox provider sends the clicks of thousands from a few addresses: count the link.
    limits.count(LIMIT, "unsubscribe", key=signing.keyed_hash("limit", token)[:32])
    language, own = spoken_by(holder.contact)
    if language:
        words.speak(language, own)
    return holder


def _is_out(holder: Holder) -> bool:
    return bool(holder.hashes) and hash_is_suppressed(list(holder.hashes), "marketing")


def _context(holder: Holder, token: str) -> dict:
    contact, house = holder.contact, workspace()
    running = queries.active_enrolments(contact.id) if contact else []
    email = contact.email if contact else None
    return {
        "token": token,
        "house": house,
        "brand": house.name if house else "",
        "address": mask(email) if email else "",
        "enrolments": running,
        "is_out": _is_out(holder),
        "may_call": bool(contact and has_consent(contact.id, "phone_contact")),
        "has_phone": bool(contact and contact.phones),
        "thanks": "thanks" in request.args,
        "saved": "saved" in request.args,
    }
