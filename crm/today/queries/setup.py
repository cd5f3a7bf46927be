"""What is set up already, for the list of those who look after it."""

from sqlalchemy import exists, select

from crm.accounts.models import User
from crm.accounts.rules import may
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals.models import Deal
from crm.leads.models import RoutingRule
from crm.mail.queries import smtp_test
from crm.quizzes.models import Attempt, Quiz


def setup_for(user: User) -> dict[str, bool]:
    """What is set up already, as far as `user` may do it; empty for everybody else."""
    if not may(user, "manage_workspace"):
        return {}
    found = db.session.execute(
        select(
            exists().where(Contact.deleted_at.is_(None)),
            exists().where(Quiz.live_version_id.is_not(None)),
            exists().where(Attempt.completed_at.is_not(None)),
            exists().where(RoutingRule.archived_at.is_(None), ~RoutingRule.is_catch_all),
            exists().where(Deal.id.is_not(None)),
            smtp_test(),
        )
    ).one()
    contacts, quiz, answered, routing, deal, mail = (bool(one) for one in found)
    return {
        "contacts": contacts,
        "quiz": quiz or answered,
        "routing": routing,
        "mail": mail,
        "deals": deal,
    }
