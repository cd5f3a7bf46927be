"""Leads that wait: nobody has them, or they were held back as doubtful."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import queries as people
from crm.contacts import queries as contacts
from crm.leads import actions, queries
from crm.leads.forms import TurnForm
from crm.leads.models import Intake
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("intakes", __name__, url_prefix="/intakes")


@bp.get("")
@needs("manage_routing")
def index():
    waiting = queries.waiting_intakes(current_user)
    ids = [contact.id for _intake, contact in waiting if contact]
    return page(
        "leads/intakes.html",
        waiting=waiting,
        reasons=queries.reasons_of(ids),
        people=people.owners_for(current_user),
    )


@bp.post("/<int:intake_id>/owner")
@needs("manage_routing")
def give(intake_id: int):
    intake, form = the_intake(intake_id), TurnForm()
    contact = contacts.contact_for(current_user, intake.contact_id)
    offered = {user.id: user for user in people.owners_for(current_user)}
    to = offered.get(form.user.data)
    if contact is None or to is None:
        abort(404)
    if perform(form, actions.hand_over, contact, to, current_user, _("From the waiting leads")):
        toast(_("%(name)s has an owner now.", name=contact.name), undo=True)
    return changed(url_for(".index"))


@bp.post("/<int:intake_id>/release")
@needs("manage_routing")
def release(intake_id: int):
    if perform(None, actions.release, the_intake(intake_id), current_user):
        toast(_("Let in and routed."))
    return changed(url_for(".index"))


@bp.post("/<int:intake_id>/refusal")
@needs("manage_routing")
def refuse(intake_id: int):
    if perform(None, actions.drop, the_intake(intake_id), current_user):
        toast(_("Refused. What it said is forgotten."))
    return changed(url_for(".index"))


def the_intake(intake_id: int) -> Intake:
    """An arrival that waits and that this person may see, or 404."""
    for intake, _contact in queries.waiting_intakes(current_user, limit=500):
        if intake.id == intake_id:
            return intake
    abort(404)
