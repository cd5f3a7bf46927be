"""A prospect answered: mails stop, somebody owns it and has a task, the timeline says so."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import may_see
from crm.activities import actions as activities
from crm.activities.models import Entry
from crm.contacts.models import Contact
from crm.core import business_time, clock
from crm.core.db import db
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.deals.models import Deal
from crm.leads import queries
from crm.leads.actions.lifecycle import try_move
from crm.leads.actions.owners import assign
from crm.leads.actions.telling import short_time, tell, tell_managers
from crm.leads.actions.turns import Choice, choose
from crm.leads.models import RoutingRule
from crm.leads.rules import ANSWER_HOURS, Lead
from crm.sequences import actions as sequences

# By hand there is no message to tell two replies apart: one a contact and minute.
SAME_REPLY = timedelta(minutes=1)


def take_reply(
    *,
    contact_id: int,
    at: datetime,
    text: str = "",
    message_id: str = "",
    matched_by: str = "hand",
    by: User | None = None,
    deal: Deal | None = None,
) -> Entry:
    """Take in an answer of a contact that came `at`; a `message_id` is taken once.

    Stops every sequence, adds the mail to the timeline, gives an ownerless contact to somebody,
    adds a task due in four working hours and moves the lifecycle. One that was written down on a
    `deal` stays with it: what it says is told to those who see the deal. Raises Refused where the
    contact is gone.
    """
    contact = db.session.get(Contact, contact_id)
    if contact is None or contact.deleted_at is not None:
        raise Refused(_("This contact is gone."))
    key = _key(contact_id, at, message_id) + (f":{deal.id}" if deal else "")
    known = db.session.scalars(select(Entry).where(Entry.dedupe_key == key)).first()
    if known is not None:
        return known
    was = contact.lifecycle
    entry = activities.record(
        "mail_in",
        contact_id=contact.id,
        deal_id=deal.id if deal else None,
        at=at,
        actor="prospect",
        user_id=by.id if by else None,
        title=_title(contact, by, deal),
        body=text,
        direction="in",
        details={"message_id": message_id, "matched_by": matched_by},
        dedupe_key=key,
    )
    cause = message_id or f"entry:{entry.id}"
    sequences.stop_for_contact(contact.id, reason="replied", cause=cause, at=at)
    owner = _owner_of(contact)
    if was in {"assigned", "attempted"}:
        try_move(contact, "contacted", evidence=f"entry:{entry.id}")
    else:
        try_move(contact, "assigned", evidence=f"entry:{entry.id}")
    _give_task(contact, owner, entry, by, deal)
    ring("crm.leads.jobs.settle", contact.id)
    return entry


def _title(contact: Contact, by: User | None, deal: Deal | None) -> str:
    """Who answered; on a deal of somebody who may not see them, without their name."""
    if deal is not None and by is not None and not may_see(by, contact):
        return _("Answer on %(name)s", name=deal.name)
    return _("Answer from %(name)s", name=contact.first_name or contact.name)


def _key(contact_id: int, at: datetime, message_id: str) -> str:
    if message_id:
        return f"reply:{message_id}"
    return f"reply:{contact_id}:{int(at.timestamp() // SAME_REPLY.total_seconds())}"


def _owner_of(contact: Contact) -> User | None:
    """Who answers: the owner, else whoever the rules choose, else nobody yet."""
    if contact.owner is not None and contact.owner.is_active:
        return contact.owner
    place, rule, choice = _choose(contact)
    words = (
        _("Rule %(place)s, “%(name)s”", place=place, name=rule.name)
        if rule
        else _("An answer came")
    )
    assign(
        contact,
        choice.user,
        reason=f"{words}: {choice.reason}"
        + ("" if choice.user else " " + _("It waits for a manager.")),
        rule=rule,
        choice=choice,
        inputs={"reply": True, "pct": contact.quiz_score, "tier_name": contact.quiz_tier},
    )
    return choice.user


def _choose(contact: Contact) -> tuple[int, RoutingRule | None, Choice]:
    """The first rule that fits an answer and gives to people; the catch-all's people at last."""
    inputs = {
        "reply": True,
        "pct": contact.quiz_score,
        "level": contact.quiz_level,
        "lifecycle": contact.lifecycle,
        "source": "reply",
    }
    at = clock.now()
    lead = Lead(inputs, contact, at)
    for place, rule in enumerate(queries.rules_in_order(), start=1):
        if not queries.gives_to_people(rule):
            continue
        if rule.is_catch_all or (rule.is_on and queries.fits(rule.conditions, lead)):
            return place, rule, choose(rule.steps, at)
    return 0, None, Choice(None, _("no rule gives answers to anybody."))


def _told(contact: Contact, owner: User, entry: Entry, deal: Deal | None) -> dict[str, Any]:
    """What the task says: on a deal that its owner may not see, nothing but that they answered."""
    if deal is not None and not may_see(owner, deal):
        return {"note": "", "team_id": contact.team_id}
    team_id = deal.team_id if deal else contact.team_id
    return {"note": entry.body[:500], "team_id": team_id, "deal_id": entry.deal_id}


def _give_task(
    contact: Contact,
    owner: User | None,
    entry: Entry,
    by: User | None,
    deal: Deal | None,
) -> None:
    title = _("Answer %(name)s", name=contact.name)
    if owner is None:
        managers = tell_managers(
            contact,
            kind="reply",
            title=_("%(name)s answered and nobody has them", name=contact.name),
            body="" if deal else entry.body[:200],
            key=f"entry:{entry.id}",
            mail_kind="notice",
            context={"entry_id": entry.id},
        )
        owner = managers[0] if managers else None
    if owner is None:
        return
    due = business_time.add_minutes(
        entry.at, ANSWER_HOURS * 60, queries.calendar_for(owner, contact)
    )
    activities.add_task(
        title,
        owner_id=owner.id,
        kind="mail",
        contact_id=contact.id,
        due_at=due,
        source="reply",
        priority=1,
        dedupe_key=f"task:{entry.dedupe_key}",
        **_told(contact, owner, entry, deal),
    )
    if by is None or by.id != owner.id:
        tell(
            owner,
            contact,
            kind="reply",
            title=_("%(name)s answered", name=contact.name),
            body=_("Answer by %(time)s.", time=short_time(due, owner)),
            key=f"entry:{entry.id}",
            mail_kind="notice",
            context={"entry_id": entry.id},
        )
