"""One fact of a contact, changed in its place on the record page or on a page of its own."""

import json
from typing import Any

from flask import Response, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.rules import check_claimed
from crm.contacts import actions, queries
from crm.contacts.forms import FactForm, LifecycleForm, OwnerForm
from crm.contacts.languages import offered
from crm.contacts.models import Contact
from crm.contacts.routes.base import bp, owner_choices, the_record
from crm.contacts.routes.record import answer, context, lifecycle_choices
from crm.web.access import needs
from crm.web.page import page, perform, toast

FACTS = ("job_title", "company", "email", "phone", "locale", "timezone")
OTHERS = ("owner", "lifecycle")
WAYS = {"email": "emails", "phone": "phones"}


@bp.get("/<int:contact_id>/facts/<name>")
@needs("edit_records")
def fact(contact_id: int, name: str):
    contact = the_record(contact_id)
    if name not in FACTS + OTHERS:
        abort(404)
    is_free = name in FACTS and contact.owner_id is None  # it is claimed before it is changed
    return _page(contact, name, None if is_free else opened(contact, name))


@bp.post("/<int:contact_id>/facts/<name>")
def save_fact(contact_id: int, name: str):
    contact = the_record(contact_id)
    if name not in FACTS:
        abort(404)
    form = FactForm()
    form.fact, form.kept = name, _shown(actions.snapshot(contact, current_user), name)
    if perform(form, _save, contact, name, form):
        toast(_("Saved."), undo=True)
        blocks = ["fact_" + name] + (["who"] if name != "timezone" else [])
        return answer(contact, *blocks)
    if form.conflict:
        form.begin_again()
    return _page(contact, name, form, status=422)


def opened(contact: Contact, name: str):
    """The form of one fact with its present value."""
    if name == "owner":
        form = OwnerForm(formdata=None, owner=contact.owner_id)
        form.owner.choices = owner_choices(contact.owner_id)
        return form
    if name == "lifecycle":
        move = LifecycleForm(formdata=None, to=contact.lifecycle)
        move.to.choices = lifecycle_choices(contact)
        return move
    now = actions.snapshot(contact, current_user)
    return FactForm(
        formdata=None, value=_shown(now, name), version=contact.version, base=json.dumps(now)
    )


def _save(contact: Contact, name: str, form: FactForm) -> Contact:
    # One statement reads afresh what the comparison needs.
    queries.record_for(current_user, contact.id)
    check_claimed(contact)
    return actions.change(
        contact,
        _values(
            form.began_with or actions.snapshot(contact, current_user), name, form.value.data or ""
        ),
        by=current_user,
        version=form.version.data,
        base=form.began_with,
        field="value",
    )


def _values(now: dict[str, Any], name: str, text: str) -> dict[str, Any]:
    """The whole field that holds a fact: a number is the first choice among several."""
    if name not in WAYS:
        return {name: text or None} if name in {"job_title", "locale", "timezone"} else {name: text}
    field = WAYS[name]
    others = list(now.get(field) or [])[1:]
    first = (now.get(field) or [["", "work", True]])[0]
    return {field: ([[text, first[1], True]] if text else []) + others}


def _shown(now: dict[str, Any], name: str) -> str:
    if name in WAYS:
        rows = now[WAYS[name]]
        return rows[0][0] if rows else ""
    return now[name] or ""


def _page(contact: Contact, name: str, form: Any, status: int = 200) -> Response:
    return page(
        "contacts/fact.html",
        status=status,
        **context(
            contact,
            open=name,
            form=form,
            languages=offered(contact.locale),
            save_url=url_for(".save_fact", contact_id=contact.id, name=name)
            if name in FACTS
            else None,
        ),
    )
