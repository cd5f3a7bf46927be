"""What one person is owed: what they agreed to, all that is known of them, being forgotten."""

from typing import Any

from flask import Blueprint, Response, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.contacts.models import Contact
from crm.contacts.queries import contact_for
from crm.contacts.queries.consents import consent_log
from crm.transfer import actions, subject
from crm.transfer.forms import PURPOSE_WORDS, ConsentForm, EraseForm
from crm.web.access import needs
from crm.web.limits import client, count
from crm.web.page import changed, page, perform, toast

bp = Blueprint("subjects", __name__, url_prefix="/contacts/<int:contact_id>")


@bp.get("/privacy")
def show(contact_id: int):
    return page("contacts/privacy.html", **_context(_contact(contact_id)))


@bp.post("/consents")
@needs("edit_records")
def consent(contact_id: int):
    contact, form = _contact(contact_id), ConsentForm()
    if perform(form, lambda: subject.note_consent(contact, form.said, current_user)):
        toast(_("Noted. What was said before stays below."))
        return changed(url_for(".show", contact_id=contact_id))
    return page("contacts/privacy.html", status=422, **_context(contact, form))


@bp.post("/data")
@needs("export_records")
def data(contact_id: int):
    """All that is known of a person, as JSON and as a CSV for each kind of row, in a zip."""
    count("30 per 1 hour", "export", str(current_user.id), always=True)
    contact = _contact(contact_id)
    packed = perform(None, lambda: subject.pack(contact, current_user, client()))
    headers = {"Content-Disposition": f"attachment; filename=person-{contact_id}.zip"}
    return Response(packed or b"", content_type="application/zip", headers=headers)


@bp.get("/erasure")
@needs("manage_workspace")
def ask(contact_id: int):
    form = EraseForm(formdata=None)
    return page("contacts/erasure.html", contact=_contact(contact_id), form=form)


@bp.post("/erasure")
@needs("manage_workspace")
def erase(contact_id: int):
    contact, form = _contact(contact_id), EraseForm()
    said: dict[str, str] = {"reason": form.reason.data or "", "address": client()}
    if perform(form, lambda: actions.erase(contact, current_user, **said)):
        toast(_("Erased. Counts and times stay, nothing says any more who it was."))
        return changed(f"/contacts/{contact_id}")
    return page("contacts/erasure.html", status=422, contact=contact, form=form)


def _contact(contact_id: int) -> Contact:
    return contact_for(current_user, contact_id) or abort(404)


def _context(contact: Contact, form: ConsentForm | None = None) -> dict[str, Any]:
    return {
        "contact": contact,
        "log": consent_log(contact.id),
        "purposes": dict(PURPOSE_WORDS),
        "form": form or ConsentForm(formdata=None),
    }
