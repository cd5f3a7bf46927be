"""Putting contacts into a sequence and taking them out."""

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.contacts.models import Contact
from crm.contacts.queries import by_email, contact_for
from crm.core.numbers import row_number
from crm.core.refusal import Refused
from crm.sequences import actions, queries
from crm.sequences.forms import EnrolForm
from crm.sequences.models import Sequence
from crm.sequences.routes.sequences import SHOW, context, find
from crm.web.access import safe_next
from crm.web.page import changed, page, perform, toast

bp = Blueprint("enrolments", __name__)


@bp.post("/sequences/<int:sequence_id>/enrolments")
def create(sequence_id):
    sequence, form = find(sequence_id), EnrolForm()
    if not form.validate():
        return page(SHOW, status=422, block="enrol_form", **context(sequence, form))
    contact = _contact(form)
    if perform(form, _enrol, contact, sequence):
        toast(_("%(name)s is in it now.", name=contact.name if contact else ""), undo=True)
        return changed(_back(url_for("sequences.show", sequence_id=sequence_id)))
    if form.contact_id.data and contact:
        toast(" ".join(map(str, form.form_errors)), is_bad=True)
        return changed(_back(f"/contacts/{contact.id}"))
    return page(SHOW, status=422, block="enrol_form", **context(sequence, form))


@bp.post("/enrolments/<int:enrolment_id>/stop")
def stop(enrolment_id):
    enrolment = _find(enrolment_id)
    if perform(None, actions.stop, enrolment, reason="manual", by=current_user):
        toast(_("Stopped. No later mail leaves."), undo=True)
    return changed(_back(f"/contacts/{enrolment.contact_id}"))


@bp.post("/enrolments/<int:enrolment_id>/pause")
def pause(enrolment_id):
    enrolment = _find(enrolment_id)
    if perform(None, actions.pause, enrolment, current_user):
        toast(_("Paused."), undo=True)
    return changed(_back(f"/contacts/{enrolment.contact_id}"))


@bp.post("/enrolments/<int:enrolment_id>/resume")
def resume(enrolment_id):
    enrolment, keep = _find(enrolment_id), request.form.get("when") == "keep"
    if perform(None, actions.resume, enrolment, current_user, keep=keep):
        toast(_("Goes on."), undo=True)
    return changed(_back(f"/contacts/{enrolment.contact_id}"))


def _enrol(contact: Contact | None, sequence: Sequence) -> object:
    if contact is None:
        raise Refused(_("No contact of yours has this address."), "email")
    return actions.enrol(contact, sequence, source="user", by=current_user)


def _contact(form: EnrolForm) -> Contact | None:
    number = row_number(form.contact_id.data)
    if number is not None:
        return contact_for(current_user, number) or abort(404)
    found = by_email(form.email.data or "")
    return contact_for(current_user, found[0].id) if found else None


def _find(enrolment_id: int):
    return queries.enrolment_for(current_user, enrolment_id) or abort(404)


def _back(fallback: str) -> str:
    return safe_next(request.form.get("back"), fallback)
