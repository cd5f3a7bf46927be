"""What the pages about leads share: choices, and the page "Why Eva?"."""

from flask import Blueprint, abort
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import queries as people
from crm.contacts import queries as contacts
from crm.leads import queries
from crm.leads.models import Pool
from crm.leads.rules import LIFECYCLES
from crm.sequences import queries as sequences
from crm.web.page import page

assignments = Blueprint("assignments", __name__)


def people_choices(pools: list[Pool]) -> list[tuple[str, str]]:
    """Whom a rule may give leads to."""
    return [
        ("", _("Nobody")),
        *((f"pool:{pool.id}", _("%(pool)s in turn", pool=pool.name)) for pool in pools),
        *((f"user:{user.id}", user.name) for user in people.workers()),
    ]


def sequence_choices() -> list[tuple[str, str]]:
    """The sequences a rule may start."""
    return [("", _("None")), *((str(s.id), s.name) for s in sequences.live_sequences())]


@assignments.get("/contacts/<int:contact_id>/assignments")
def index(contact_id: int):
    contact = contacts.contact_for(current_user, contact_id)
    if contact is None:
        abort(404)
    return page(
        "leads/assignments.html",
        contact=contact,
        assignments=queries.assignments_of(contact.id),
        changes=queries.lifecycle_changes(contact.id),
        names={user.id: user.name for user in people.all_users()},
        lifecycles=LIFECYCLES,
    )
