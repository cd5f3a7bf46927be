"""How each address and number of a contact stands: works, bounced, opted out, not to be called."""

from flask import abort, url_for
from flask_babel import gettext as _

from crm.accounts.rules import check_claimed
from crm.contacts import actions
from crm.contacts.actions.ways import STATES
from crm.contacts.fields import ADDRESS_WORDS
from crm.contacts.forms import WayStateForm
from crm.contacts.models import Contact, ContactEmail, ContactPhone
from crm.contacts.routes.base import bp, the_record
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

Way = ContactEmail | ContactPhone


@bp.get("/<int:contact_id>/<any(emails, phones):kind>/<int:way_id>/state")
@needs("edit_records")
def way(contact_id: int, kind: str, way_id: int):
    contact = the_record(contact_id)
    row = _the_way(contact, kind, way_id)
    form = _form(row, formdata=None, state=row.state, reason=row.state_reason)
    return page("contacts/way.html", contact=contact, row=row, kind=kind, form=form)


@bp.post("/<int:contact_id>/<any(emails, phones):kind>/<int:way_id>/state")
def mark_way(contact_id: int, kind: str, way_id: int):
    contact = the_record(contact_id)
    row = _the_way(contact, kind, way_id)
    form = _form(row)
    if perform(form, _mark, contact, row, form):
        toast(_("Saved."), str(ADDRESS_WORDS[form.state.data]), undo=True)
        return changed(url_for(".show", contact_id=contact_id))
    return page("contacts/way.html", status=422, contact=contact, row=row, kind=kind, form=form)


def _mark(contact: Contact, row: Way, form: WayStateForm) -> bool:
    check_claimed(contact)
    actions.mark_way(contact, row, form.state.data, form.reason.data or "")
    return True


def _the_way(contact: Contact, kind: str, way_id: int) -> Way:
    rows: list[Way] = [*(contact.emails if kind == "emails" else contact.phones)]
    found = next((row for row in rows if row.id == way_id), None)
    if found is None:
        abort(404)
    return found


def _form(row: Way, **values) -> WayStateForm:
    form = WayStateForm(**values)
    form.state.choices = [(state, str(ADDRESS_WORDS[state])) for state in STATES[type(row)]]
    return form
