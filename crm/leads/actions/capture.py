"""The one way in: an arrival from any source becomes a contact that somebody looks after."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Entry
from crm.companies import actions as companies
from crm.contacts import actions as contacts
from crm.contacts import queries as contact_queries
from crm.contacts.models import Contact
from crm.contacts.rules import canonical_email, domain_of
from crm.core import clock
from crm.core.db import db
from crm.core.inserts import insert_once
from crm.core.refusal import Refused
from crm.core.updates import update_whole
from crm.leads import queries
from crm.leads.actions.lifecycle import try_move
from crm.leads.actions.routing import route
from crm.leads.models import Assignment, Intake, Touch
from crm.leads.rules import Arrival, ConsentGiven
from crm.sequences.models import Enrolment


@dataclass(frozen=True)
class Captured:
    """What became of an arrival. `outcome`: created, attached, unrouted or quarantined."""

    contact: Contact | None
    intake: Intake
    outcome: str
    assignment: Assignment | None = None
    enrolment: Enrolment | None = None
    note: str = ""
    entry: Entry | None = None
    is_repeat: bool = False


def capture(arrival: Arrival) -> Captured:
    """Take in an arrival, in the caller's transaction: contact, consent, owner, task, clock, mails.

    The same `idem_key` again changes nothing and gives the first outcome. Raises Refused for a
    mail address that is none.
    """
    at = clock.now()
    intake = _new_intake(arrival, at)
    if intake is None:
        known = queries.intake_by_key(arrival.idem_key)
        assert known is not None
        return _again(known)
    if arrival.is_doubtful:
        intake.outcome = "quarantined"
        intake.payload = {**intake.payload, "arrival": asdict(arrival)}
        return Captured(None, intake, intake.outcome, note="Held back for a person to look at.")
    return _take(arrival, intake, at)


def release(intake: Intake, by: User) -> Captured:
    """Let an arrival in that was held back. Raises Refused when it is in already."""
    if intake.outcome != "quarantined":
        raise Refused(_("This one is in already."))
    kept = dict(intake.payload["arrival"])
    kept["consents"] = tuple(ConsentGiven(**consent) for consent in kept["consents"])
    kept |= {name: tuple(kept.get(name, ())) for name in ("tags", "first_tags")}
    kept["is_doubtful"] = False
    intake.payload = {**intake.payload, "released_by": by.id}
    return _take(Arrival(**kept), intake, clock.now())


def drop(intake: Intake, by: User) -> None:
    """Refuse an arrival that was held back; what it said is forgotten."""
    if intake.outcome != "quarantined":
        raise Refused(_("This one is in already."))
    intake.outcome = "refused"
    intake.payload = {"refused_by": by.id}


def _take(arrival: Arrival, intake: Intake, at: datetime) -> Captured:
    """Write it all down, in few flushes: each question asked in between needs none of its own."""
    with db.session.no_autoflush:
        return _take_in(arrival, intake, at)


def _take_in(arrival: Arrival, intake: Intake, at: datetime) -> Captured:
    touch = queries.touch_by_id(arrival.touch_id)
    contact, intake.matched_by = _contact_of(arrival, touch, at)
    intake.outcome = "attached" if intake.matched_by else "created"
    intake.contact_id = contact.id
    _add_facts(contact, arrival, touch)
    entry = _record(contact, arrival, intake, at)
    if contact.lifecycle == "incomplete" and not arrival.is_partial:
        try_move(contact, "captured", evidence=f"intake:{intake.id}")
    routed = route(contact, arrival, intake, touch)
    if routed.is_waiting:
        intake.outcome = "unrouted"
    update_whole(intake)
    return Captured(
        contact, intake, intake.outcome, routed.assignment, routed.enrolment, routed.note, entry
    )


def _again(intake: Intake) -> Captured:
    contact = db.session.get(Contact, intake.contact_id) if intake.contact_id else None
    assignment = queries.assignment_of(intake.id)
    return Captured(contact, intake, intake.outcome, assignment, is_repeat=True)


def _new_intake(arrival: Arrival, at: datetime) -> Intake | None:
    """The row that makes an arrival happen once; None if it is written already."""
    values = {
        "idem_key": arrival.idem_key,
        "source": arrival.source,
        "payload": arrival.payload,
        "received_at": at,
        "outcome": "created",
        "touch_id": arrival.touch_id,
    }
    return insert_once(Intake, values, "idem_key")


def _contact_of(arrival: Arrival, touch: Touch | None, at: datetime) -> tuple[Contact, str]:
    """Who this is by the identity ladder (email, mailbox), or a new contact ("")."""
    found = contact_queries.by_email(arrival.email) if arrival.email else None
    company_id = _company_of(arrival) if not found or not found[0].company_id else None
    if found is None:
        return _create(arrival, company_id, touch, at), ""
    contact, matched_by = found
    contacts.fill_empty(
        contact,
        name=arrival.name or None,
        phone=arrival.phone or None,
        company_id=company_id,
        locale=arrival.locale or None,
    )
    if matched_by == "mailbox":
        contacts.add_email(contact, arrival.email)
    return contact, matched_by


def _create(arrival: Arrival, company_id: int | None, touch: Touch | None, at: datetime) -> Contact:
    """A new contact with all that is known of it, so that it is written once."""
    facts = dict(arrival.first_facts)
    if touch is not None:
        facts["first_touch_id"] = touch.id
    if not arrival.is_partial:
        facts |= {"last_touch_at": at, "last_in_at": at}
    try:
        contact = contacts.create(
            name=arrival.name or arrival.email or "Nameless",
            emails=[arrival.email] if arrival.email else [],
            phones=[arrival.phone] if arrival.phone else [],
            company_id=company_id,
            team_id=arrival.team_id,
            source=arrival.title or arrival.source,
            locale=arrival.locale or None,
            lifecycle="incomplete" if arrival.is_partial else "captured",
            tags=(*arrival.tags, *arrival.first_tags),
            set_by=_set_by(arrival),
            facts=facts,
            has_looked=True,
        )
    except ValueError as error:
        raise Refused(str(error), field="email") from None
    if arrival.company and not company_id and not contact.company_id:
        contact.company_text = arrival.company[:200]
    return contact


def _company_of(arrival: Arrival) -> int | None:
    """The company of the mail domain or of the name typed; free mail names none."""
    try:
        domain = domain_of(canonical_email(arrival.email)) if arrival.email else ""
    except ValueError:
        return None
    house = people.workspace()
    company = companies.find_or_create_by_domain(
        domain,
        name=" ".join(arrival.company.split())[:200] or None,
        team_id=arrival.team_id or (house.default_team_id if house else None),
    )
    return company.id if company else None


def _add_facts(contact: Contact, arrival: Arrival, touch: Touch | None) -> None:
    if arrival.tags:
        contacts.tag_all(contact, arrival.tags, set_by=_set_by(arrival))
    contacts.record_consents(contact, [_consent(arrival, one) for one in arrival.consents])
    if touch is not None:
        if touch.contact_id is None:
            touch.contact_id = contact.id
        if contact.first_touch_id is None:
            contact.first_touch_id = touch.id


def _consent(arrival: Arrival, consent: ConsentGiven) -> dict[str, Any]:
    return {
        "purpose": consent.purpose,
        "is_granted": consent.is_granted,
        "text": consent.text,
        "text_version": consent.version,
        "locale": consent.locale,
        "source": arrival.source,
        "page_url": consent.page_url,
        "address_hash": consent.address_hash,
        "attempt_id": arrival.attempt_id,
        "state": consent.state,
        "details": consent.details,
    }


def _set_by(arrival: Arrival) -> str:
    return arrival.source if arrival.source in {"quiz", "import"} else "rule"


def _record(contact: Contact, arrival: Arrival, intake: Intake, at: datetime) -> Entry:
    kind = "quiz_result" if arrival.source == "quiz" else "intake"
    shown: dict[str, Any] = arrival.entry.get("details", {}) | {
        key: arrival.inputs[key]
        for key in ("pct", "tier", "tier_name", "level", "quiz", "quiz_name", "categories")
        if key in arrival.inputs
    }
    return activities.record(
        "quiz_start" if arrival.is_partial else kind,
        contact_id=contact.id,
        at=at,
        actor="prospect",
        title=arrival.entry.get("title")
        or arrival.title
        or _("Came in by %(source)s", source=arrival.source),
        body=arrival.entry.get("body") or str(arrival.payload.get("message", "")),
        direction="in",
        details={"intake_id": intake.id, "attempt_id": arrival.attempt_id, **shown},
        dedupe_key=f"intake:{intake.id}",
        is_new=True,
        moves_touch=contact.last_in_at != at,
    )
