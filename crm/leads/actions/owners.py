"""Giving a contact to somebody, with the reason kept, and handing it over by hand."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.rules import check_let_go as check_released
from crm.accounts.rules import may
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.leads import queries
from crm.leads.actions.clocks import hand_on
from crm.leads.actions.lifecycle import try_move
from crm.leads.actions.telling import tell
from crm.leads.actions.turns import Choice
from crm.leads.models import Assignment, Intake, RoutingRule

# Tasks that come with being the owner of a lead, and go with it.
LEAD_TASKS = ("routing", "clock", "reply")
FACTS = ("pct", "tier_name", "level", "quiz", "source", "reply", "top_answers", "categories")


def assign(
    contact: Contact,
    user: User | None,
    *,
    reason: str,
    by: User | None = None,
    rule: RoutingRule | None = None,
    choice: Choice | None = None,
    inputs: dict[str, Any] | None = None,
    intake: Intake | None = None,
) -> Assignment:
    """Give a contact to `user` (None: it waits for one) and keep why, in a row and the timeline.

    `reason` names the rule, the place in turn, who was skipped and who is next.
    """
    assignment = Assignment(
        contact_id=contact.id,
        from_id=contact.owner_id,
        to_id=user.id if user else None,
        rule_id=rule.id if rule else None,
        rule_version=rule.version if rule else None,
        rule_name=rule.name if rule else "",
        pool_id=choice.pool.id if choice and choice.pool else None,
        pool_position=choice.position if choice else None,
        reason=reason,
        candidates=choice.candidates if choice else [],
        inputs={key: (inputs or {})[key] for key in FACTS if key in (inputs or {})},
        intake_id=intake.id if intake else None,
        user_id=by.id if by else None,
        at=clock.now(),
    )
    db.session.add(assignment)
    if user is not None and user.id != contact.owner_id:
        contacts.set_owner(contact, user, by)
    db.session.flush()
    db.session.expire(contact, ["owner"])
    activities.record(
        "assignment",
        contact_id=contact.id,
        actor="user" if by else "rule",
        user_id=by.id if by else None,
        title=_("Given to %(name)s", name=user.first_name) if user else _("Waits for an owner"),
        body=reason,
        details={"assignment_id": assignment.id, "to_id": assignment.to_id},
    )
    if user is not None:
        try_move(contact, "assigned", by=by, evidence=f"assignment:{assignment.id}")
    return assignment


def check_hand_over(contact: Contact, to: User) -> None:
    """Raises Refused when `to` has a contact already or can no longer have any."""
    if to.id == contact.owner_id:
        raise Refused(_("%(name)s has this contact already.", name=to.name), field="owner")
    if not to.is_active:
        raise Refused(_("%(name)s no longer works here.", name=to.name), field="owner")
    if not may(to, "edit_records"):
        raise Refused(
            _("%(name)s may only read, and cannot have contacts.", name=to.name), field="owner"
        )


def hand_over(
    contact: Contact, to: User, by: User, reason: str = "", *, tells: bool = True
) -> Assignment:
    """Give a contact to somebody by hand: its lead tasks and running promise go along.

    Without `tells` the new owner hears nothing: who gives many says it once. Raises Refused when
    they have it already or can no longer sign in.
    """
    check_hand_over(contact, to)
    before = contact.owner_id
    words = reason.strip() or (
        _("Claimed") if to.id == by.id else _("Given by %(name)s", name=by.name)
    )
    assignment = assign(contact, to, reason=words, by=by)
    for task in _lead_tasks(contact.id, before):
        activities.reassign_task(task, to, by, tells=tells)
    for clock_ in queries.running_clocks(contact.id):
        hand_on(clock_, to, keeps_due=True)
    if tells and to.id != by.id:
        tell(
            to,
            contact,
            kind="assignment",
            title=_("%(name)s is yours now", name=contact.name),
            body=words,
            key=f"assignment:{assignment.id}",
            mail_kind="notice",
            context={"assignment_id": assignment.id},
        )
    return assignment


def check_let_go(contact: Contact, by: User) -> None:
    """Raises Refused when a contact cannot be nobody's: nobody would see it, or it is promised."""
    check_released(contact, by)
    if queries.running_clocks(contact.id):
        raise Refused(_("Somebody has to answer it in time. Give it to a person instead."))


def let_go(contact: Contact, by: User) -> Assignment:
    """Make a contact nobody's: it waits for an owner; open tasks stay with who has them.

    Raises Refused as `check_let_go`.
    """
    check_let_go(contact, by)
    assignment = assign(contact, None, reason=_("Released by %(name)s", name=by.name), by=by)
    contacts.set_owner(contact, None, by)
    return assignment


def _lead_tasks(contact_id: int, owner_id: int | None) -> list[Task]:
    return list(
        db.session.scalars(
            select(Task).where(
                Task.contact_id == contact_id,
                Task.owner_id == owner_id,
                Task.closed_at.is_(None),
                Task.source.in_(LEAD_TASKS),
            )
        )
    )
