"""What people have in their hands, and how each kind is handed on when somebody leaves (O3)."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, select

from crm.accounts.models import Leave, User
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.batches.holding import Holding
from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.filters.models import SavedView, Segment
from crm.leads.actions.owners import hand_over
from crm.leads.models import Pool, PoolMember, RoutingRule
from crm.sequences.models import Enrolment, Sequence

OPEN = ("active", "paused", "waiting")


def _contact(row: Contact, leaver: User, to: User, by: User) -> None:
    hand_over(row, to, by, f"{leaver.name} left", tells=False)


def _company(row: Company, leaver: User, to: User, by: User) -> None:
    companies.change(row, {"owner_id": to.id}, by=by)


def _deal(row: Deal, leaver: User, to: User, by: User) -> None:
    deals.update(row, by, version=row.version, owner_id=to.id)


def _task(row: Task, leaver: User, to: User, by: User) -> None:
    activities.reassign_task(row, to, by, tells=False)


def _place(row: PoolMember, leaver: User, to: User, by: User) -> None:
    """The place in the turn; who is in the pool already keeps the one they have."""
    has_one = select(PoolMember.id).where(
        PoolMember.pool_id == row.pool_id, PoolMember.user_id == to.id
    )
    if db.session.scalar(has_one) is None:
        row.user_id = to.id
    else:
        db.session.delete(row)
    db.session.flush()


def _rule(row: RoutingRule, leaver: User, to: User, by: User) -> None:
    row.steps, row.updated_at = {**row.steps, "user_id": to.id}, clock.now()


def _sender(row: Any, leaver: User, to: User, by: User) -> None:
    row.sender_id = to.id


def _owner(row: Any, leaver: User, to: User, by: User) -> None:
    row.owner_id = to.id


def _stand_in(row: Leave, leaver: User, to: User, by: User) -> None:
    """Nobody stands in for themselves: then nobody does."""
    row.delegate_id = to.id if to.id != row.user_id else None


HOLDINGS = [
    Holding(1, "contact", _l("Contacts"), Contact,
            lambda who: (Contact.owner_id == who, Contact.deleted_at.is_(None)), _contact,
            url=lambda row: f"/contacts/{row.id}", sheet=True, one=_l("Contact"),
            links=(("contact", Contact.id), ("company", Contact.company_id))),
    Holding(2, "company", _l("Companies"), Company,
            lambda who: (Company.owner_id == who, Company.deleted_at.is_(None)), _company,
            url=lambda row: f"/companies/{row.id}", sheet=True, one=_l("Company"),
            links=(("company", Company.id),)),
    Holding(3, "deal", _l("Open deals"), Deal,
            lambda who: (Deal.owner_id == who, Deal.deleted_at.is_(None),
                         Deal.stage.has(kind="open")), _deal,
            url=lambda row: f"/deals/{row.id}", sheet=True, one=_l("Open deal"),
            links=(("deal", Deal.id), ("contact", Deal.contact_id),
                   ("company", Deal.company_id))),
    Holding(4, "task", _l("Open tasks"), Task,
            lambda who: (Task.owner_id == who, Task.closed_at.is_(None)), _task,
            name=lambda row: row.title, url=lambda row: f"/tasks/{row.id}", sheet=True,
            one=_l("Open task"),
            links=(("task", Task.id), ("contact", Task.contact_id), ("deal", Task.deal_id),
                   ("company", Task.company_id))),
    Holding(5, "pool", _l("Places in pools"), PoolMember,
            lambda who: (PoolMember.user_id == who,), _place,
            name=lambda row: db.session.get_one(Pool, row.pool_id).name,
            url=lambda row: f"/settings/routing/pools/{row.pool_id}", one=_l("Place in a pool")),
    Holding(6, "rule", _l("Rules that give them leads"), RoutingRule,
            lambda who: (RoutingRule.archived_at.is_(None),
                         RoutingRule.steps["user_id"].as_string().cast(Integer) == who), _rule,
            url=lambda row: f"/settings/routing/{row.id}", one=_l("Rule that gives them leads")),
    Holding(7, "sequence", _l("Sequences they sign"), Sequence,
            lambda who: (Sequence.sender_id == who, Sequence.state != "archived"), _sender,
            url=lambda row: f"/sequences/{row.id}", one=_l("Sequence they sign")),
    Holding(8, "enrolment", _l("Running sequences they sign"), Enrolment,
            lambda who: (Enrolment.sender_id == who, Enrolment.state.in_(OPEN)), _sender,
            name=lambda row: row.contact.name,
            url=lambda row: f"/contacts/{row.contact_id}", one=_l("Running sequence"),
            links=(("enrolment", Enrolment.id), ("contact", Enrolment.contact_id))),
    Holding(9, "view", _l("Saved views"), SavedView,
            lambda who: (SavedView.owner_id == who, SavedView.archived_at.is_(None)), _owner,
            url=lambda row: "/views", one=_l("Saved view")),
    Holding(10, "segment", _l("Segments"), Segment,
            lambda who: (Segment.owner_id == who, Segment.archived_at.is_(None)), _owner,
            url=lambda row: f"/segments/{row.id}", one=_l("Segment")),
    Holding(12, "leave", _l("Leaves in which they stand in"), Leave,
            lambda who: (Leave.delegate_id == who, Leave.ends_on >= clock.now().date()), _stand_in,
            name=lambda row: db.session.get_one(User, row.user_id).name,
            url=lambda row: f"/settings/time/{row.user_id}", one=_l("Standing in")),
]  # fmt: skip
