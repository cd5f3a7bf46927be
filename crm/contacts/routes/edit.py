"""Adding a contact and editing the whole of one."""

import json
import re
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from crm.accounts import queries as accounts
from crm.accounts.rules import check_claimed
from crm.companies import queries as companies
from crm.contacts import actions, queries
from crm.contacts.forms import ContactForm
from crm.contacts.languages import offered
from crm.contacts.models import Contact
from crm.contacts.routes.base import bp, number, owner_choices, the_contact, the_record
from crm.contacts.rules import parse_phone, tags_typed
from crm.core import clock
from crm.core.refusal import Refused
from crm.core.versions import merged
from crm.fields.inputs import form_with
from crm.leads import actions as leads
from crm.search import narrowing as search
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast
from crm.web.session import reader

MOST_ALIKE, MOST_OFFERED = 3, 20
ROW_ACT = re.compile(r"(add|remove)-(emails|phones)(?:-(\d{1,2}))?")


@bp.get("/new")
@needs("edit_records")
def new():
    form = blank(
        formdata=None,
        owner_id=reader().id,
        emails=[{"text": request.args.get("email", "")[:254]}],
        phones=[{}],
        name=request.args.get("name", "")[:200],
        company=_company_name(),
    )
    return _page("contacts/new.html", form)


@bp.post("")
def create():
    form = blank()
    if rows_changed(form):
        return _page("contacts/new.html", form)
    made = perform(form, _enter, form, leads_to=lambda made: made[0])
    if made:
        toast(_("Contact added."), made[1], undo=True)
        return changed(made[0])
    return _page("contacts/new.html", form, status=422)


@bp.get("/<int:contact_id>/edit")
@needs("edit_records")
def edit(contact_id: int):
    contact = the_record(contact_id)
    return _page("contacts/edit.html", filled(contact), contact=contact)


@bp.post("/<int:contact_id>/edit")
def update(contact_id: int):
    contact = the_contact(contact_id)
    form = blank(contact)
    if rows_changed(form):
        return _page("contacts/edit.html", form, contact=contact)
    url = url_for(".show", contact_id=contact_id)
    if perform(form, _save, contact, form, leads_to=lambda _contact: url):
        toast(_("Contact saved."), undo=True)
        return changed(url)
    if form.conflict:
        form.begin_again()
        queries.record_for(reader(), contact_id)
    return _page("contacts/edit.html", form, contact=contact, status=422)


def blank(contact: Contact | None = None, **values: Any) -> Any:
    """The form with the people it may be given to and the custom fields."""
    form = form_with(ContactForm, "contact", reader(), row=contact)(**values)
    present = contact.owner_id if contact else None
    form.owner_id.choices = [("", _("Nobody yet")), *owner_choices(present)]
    form.locale.choices = offered(contact.locale if contact else None)
    form.kept_zone = contact.timezone if contact else None
    return form


def filled(contact: Contact) -> Any:
    """The form with what is known; one empty row where there is no address or number."""
    now = actions.snapshot(contact, reader())
    form = blank(
        contact,
        formdata=None,
        **{name: now[name] for name in ("name", "job_title", "company", "locale", "timezone")},
        owner_id=contact.owner_id or "",
        tags=", ".join(now["tags"]),
        emails=[{"text": text, "kind": kind} for text, kind, _first in now["emails"]] or [{}],
        phones=[{"text": text, "kind": kind} for text, kind, _first in now["phones"]] or [{}],
        primary_email=0,
        primary_phone=0,
        version=contact.version,
        base=json.dumps(now | {"owner_id": contact.owner_id}),
    )
    return form


def rows_changed(form: ContactForm) -> bool:
    """Whether a button for one row more or less was pressed; changes the form if so."""
    act = ROW_ACT.fullmatch(request.form.get("row", ""))
    if not act:
        return False
    if act[1] == "add":
        form.grow(act[2])
    elif act[3]:
        form.drop(act[2], int(act[3]))
    return True


@bp.post("/look-alikes")
@needs("edit_records")
def look_alikes():
    """Who may be meant already, while a new contact is typed."""
    form = blank()
    rows = _look_alikes(form, None, is_typing=True)
    return _page("contacts/new.html", form, rows=rows, part="contacts/_known.html")


def _enter(form: Any) -> tuple[str, str]:
    """The address of the contact added and its name."""
    ways = form.mail_ways
    mails = [way.text for way in ways]
    known = queries.met(reader(), mails, _numbers(form), form.name.data or "")
    # An address that is taken is refused for itself: there no other person can have it.
    actions.check_free(ways, known.taken)
    if known.is_alike and not form.is_other.data:
        raise Refused(_("Somebody like this is known already. Open them, or say that it is a "
                        "different person."), field="is_other")  # fmt: skip
    contact = actions.enter(
        by=reader(),
        emails=ways,
        are_free=True,
        phones=form.phone_ways,
        owner_id=form.owner_id.data,
        tags=tags_typed(form.tags.data),
        **form.facts,
        custom=form.custom_values,
    )
    return url_for(".show", contact_id=contact.id), contact.name


def _save(contact: Contact, form: Any) -> Contact:
    # One statement reads afresh what the comparison needs.
    queries.record_for(reader(), contact.id)
    began, gives = form.began_with, {"owner_id": form.owner_id.data}
    if form.version.data not in (None, contact.version):
        gives = merged({"owner_id": contact.owner_id}, gives, began)
    check_claimed(contact, form.owner_id.data)
    actions.change(
        contact,
        form.values | form.custom_values,
        by=reader(),
        version=form.version.data,
        base=began,
    )
    owner = accounts.user_by_id(form.owner_id.data) if gives else None
    if owner and owner.id != contact.owner_id:
        leads.hand_over(contact, owner, reader())
    return contact


def _page(
    template: str,
    form: ContactForm,
    contact: Contact | None = None,
    *,
    status: int = 200,
    rows: list[Contact] | None = None,
    part: str | None = None,
) -> Response:
    if rows is None:
        rows = _look_alikes(form, contact) if form.errors else []
    typed = "" if contact else (form.company.data or "").strip()
    is_new = bool(typed) and companies.by_name(reader(), typed) is None
    firms = _firms(typed) if is_new else []
    context: dict[str, Any] = {
        "form": form,
        "contact": contact,
        "firms_alike": firms[:MOST_ALIKE],
        "tag_names": queries.tag_names(),
        "zones": sorted(clock.zones()),
        "look_alikes": rows,
    }
    return page(template, status=status, part=part, **context)


def _look_alikes(
    form: ContactForm, contact: Contact | None, *, is_typing: bool = False
) -> list[Contact]:
    """Up to three people with this mailbox, number or name; while typing, nearly such a one."""
    name = form.name.data or ""
    mails = [way.text for way in form.mail_ways]
    found = queries.look_alikes(reader(), mails, _numbers(form), name,
                                apart_from=contact.id if contact else None)  # fmt: skip
    if is_typing and len(found) < MOST_ALIKE:
        known = {one.id for one in found}
        near = search.near_names(reader(), "contact", name, MOST_ALIKE)
        rows = (queries.contact_for(reader(), one) for one in near if one not in known)
        found += [row for row in rows if row is not None]
    return found[:MOST_ALIKE]


def _firms(typed: str) -> list[str]:
    """Names of companies that may be meant by what is typed so far."""
    found = companies.names_like(reader(), typed, MOST_OFFERED)
    near = search.near_names(reader(), "company", typed, MOST_ALIKE)
    rows = (companies.company_for(reader(), one) for one in near)
    return list(dict.fromkeys([*found, *(row.name for row in rows if row is not None)]))


def _numbers(form: ContactForm) -> list[str]:
    """The numbers typed, as they are compared."""
    ways = form.phone_ways
    house = accounts.workspace() if ways else None
    found = (parse_phone(way.text, house.country if house else "") for way in ways)
    return [number for number in found if number]


def _company_name() -> str:
    found = companies.company_for(reader(), number(request.args.get("company")))
    if found is None:
        return ""
    several = len(companies.all_named(reader(), found.name)) > 1
    if not several:
        return found.name
    return _("%(name)s (no. %(number)s)", name=found.name, number=found.id)
