"""The box that tries a lead: what the rules would do with it, and why."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from crm.accounts.models import Leave
from crm.accounts.queries import visible
from crm.companies.rules import fold
from crm.contacts import queries as contacts
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.leads import queries
from crm.leads.forms import TryForm
from crm.leads.models import RoutingRule
from crm.leads.rules import Arrival
from crm.quizzes.models import Attempt


def result(form: TryForm, rules: list[RoutingRule], leaves: list[Leave]) -> dict[str, Any]:
    """What the box shows: nothing asked, nobody found, or the rule that takes it."""
    asked = bool(form.contact.data or (form.pct.raw_data and form.pct.raw_data[0]))
    if not asked or not form.validate():
        return {"tried": None, "subject": None, "missing": ""}
    contact = _find(form.contact.data) if form.contact.data else None
    if form.contact.data and contact is None:
        return {"tried": None, "subject": None, "missing": form.contact.data}
    at = _at(form.at.data)
    inputs = _inputs(contact, form)
    tried = queries.try_out(inputs, at, contact, rules=rules, leaves=_still(leaves, at))
    subject = contact.name if contact else _("a lead with %(pct)s", pct=form.pct.data)
    return {"tried": tried, "subject": subject, "missing": ""}


def _still(leaves: list[Leave], at: datetime) -> list[Leave] | None:
    """The leaves read for the page serve the box too, unless it asks about the past."""
    return leaves if at >= clock.now() - timedelta(hours=1) else None


def _find(text: str) -> Contact | None:
    found = contacts.by_email(text)
    if found:
        return contacts.contact_for(current_user, found[0].id)
    return db.session.scalars(
        select(Contact)
        .where(
            Contact.sort_name.startswith(fold(text)[:60], autoescape=True),
            Contact.deleted_at.is_(None),
            visible(current_user, Contact),
        )
        .order_by(Contact.sort_name, Contact.id)
        .limit(1)
    ).first()


def _at(typed: datetime | None) -> datetime:
    if typed is None:
        return clock.now()
    return typed.replace(tzinfo=current_user.zone).astimezone(UTC)


def _inputs(contact: Contact | None, form: TryForm) -> dict[str, Any]:
    inputs: dict[str, Any] = {"source": form.source.data or "quiz", "lifecycle": "captured"}
    if contact is not None:
        arrival = Arrival(form.source.data or "quiz", "", touch_id=contact.first_touch_id)
        touch = queries.touch_by_id(arrival.touch_id)
        inputs = queries.inputs_of(contact, arrival, touch) | _last_answers(contact)
    if form.pct.data is not None:
        inputs["pct"] = form.pct.data
    return inputs


def _last_answers(contact: Contact) -> dict[str, Any]:
    attempt = db.session.get(Attempt, contact.quiz_attempt_id) if contact.quiz_attempt_id else None
    known = {"pct": contact.quiz_score, "level": contact.quiz_level}
    if attempt is None:
        return known
    return known | {
        "tier": attempt.tier_id,
        "quiz": attempt.quiz_version.quiz.slug,
        "categories": {one["id"]: one["pct"] for one in attempt.categories},
        "answers": {one.question_id: one.option_ids for one in attempt.answers},
    }
