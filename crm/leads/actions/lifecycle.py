"""Moving a contact through its life, and what ends with it."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals.models import Closure, Deal, Stage
from crm.leads.actions.clocks import end_clocks
from crm.leads.models import LifecycleChange
from crm.leads.rules import LIFECYCLES, check_move
from crm.sequences import actions as sequences
from crm.sequences import queries as enrolments

ENDED = {"disqualified", "spam"}


def move(
    contact: Contact,
    to: str,
    *,
    by: User | None = None,
    reason: str = "",
    evidence: str = "",
    actor: str = "rule",
) -> LifecycleChange | None:
    """Move a contact to lifecycle `to` and write down why; None where it is there already.

    Raises Refused naming the guard that is missing (spec leads 3.7).
    """
    before = contact.lifecycle
    if before == to:
        return None
    check_move(before, to, _facts(contact, to, reason, evidence))
    now = clock.now()
    contact.lifecycle, contact.lifecycle_at = to, now
    change = LifecycleChange(
        contact_id=contact.id,
        from_lifecycle=before,
        to_lifecycle=to,
        reason=reason,
        evidence=evidence,
        actor="user" if by else actor,
        user_id=by.id if by else None,
        at=now,
    )
    db.session.add(change)
    db.session.flush()
    activities.record(
        "lifecycle",
        contact_id=contact.id,
        actor=change.actor,
        user_id=change.user_id,
        title=_("%(before)s to %(to)s", before=LIFECYCLES[before], to=LIFECYCLES[to]),
        body=reason,
        details={"from": before, "to": to, "evidence": evidence},
    )
    if to in ENDED:
        _end(contact, by, change)
    return change


def begin_as(contact: Contact, *, by: User, reason: str) -> None:
    """Write down why a contact that came just now is in its lifecycle from the start."""
    db.session.add(
        LifecycleChange(
            contact_id=contact.id,
            from_lifecycle=None,
            to_lifecycle=contact.lifecycle,
            reason=reason,
            evidence="",
            actor="user",
            user_id=by.id,
            at=contact.lifecycle_at,
        )
    )


def check_move_of(contact: Contact, to: str, reason: str = "") -> None:
    """Raises Refused as `move` by hand would."""
    check_move(contact.lifecycle, to, _facts(contact, to, reason, ""))


def try_move(contact: Contact, to: str, **why) -> LifecycleChange | None:
    """Move where the rules allow it, else leave the contact where it is."""
    try:
        return move(contact, to, **why)
    except Refused:
        return None


def disqualify(contact: Contact, *, by: User, reason: str) -> LifecycleChange | None:
    """Take a contact out of the work: tasks, sequences and clocks end. Needs a reason."""
    if not reason.strip():
        raise Refused(_("Say why this is no lead."), field="reason")
    return move(contact, "disqualified", by=by, reason=reason.strip())


def _end(contact: Contact, by: User | None, change: LifecycleChange) -> None:
    activities.close_tasks(contact.id, as_="cancelled", by=by)
    sequences.stop_for_contact(contact.id, reason="manual", cause=f"lifecycle:{change.id}")
    end_clocks(contact.id, as_="cancelled")


def _facts(contact: Contact, to: str, reason: str, evidence: str) -> frozenset[str]:
    """What of the guards holds; only those that `to` asks for are looked up."""
    facts = set()
    if contact.owner_id is not None:
        facts.add("owner")
    if reason.strip():
        facts.add("reason")
    if evidence:
        facts.add("evidence")
    if to == "nurture" and any(
        one.state in enrolments.RUNS for one in enrolments.active_enrolments(contact.id)
    ):
        facts.add("enrolment")
    if to in {"opportunity", "customer"}:
        facts |= _deals(contact.id)
    return frozenset(facts)


def _deals(contact_id: int) -> set[str]:
    kinds = db.session.scalars(
        select(Stage.kind)
        .join(Deal, Deal.stage_id == Stage.id)
        .where(Deal.contact_id == contact_id, Deal.deleted_at.is_(None))
    ).all()
    won = db.session.scalars(
        select(Closure.id)
        .join(Deal, Deal.id == Closure.deal_id)
        .where(
            Deal.contact_id == contact_id,
            Deal.deleted_at.is_(None),
            Closure.is_won,
            Closure.reopened_at.is_(None),
        )
        .limit(1)
    ).first()
    found = {"deal"} if "open" in kinds else set()
    return found | ({"won deal"} if won else set())
