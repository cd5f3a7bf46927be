"""What stands beside a contact on its page, table by table, in one statement."""

from functools import cache
from typing import Any

from crm.accounts.models import User
from crm.accounts.queries import sight
from crm.activities import queries as activities
from crm.contacts import queries
from crm.contacts.models import Contact
from crm.core.gathering import Gathered
from crm.deals import queries as deals
from crm.leads import queries as leads
from crm.quizzes.queries import record as quizzes
from crm.sequences import standing as sequences


def beside(user: User, contact: Contact) -> dict[str, list[Any]]:
    """The rows of each part of the page, as far as `user` may see them."""
    return _parts(user.sees_all).rows(queries.around_values(contact) | sight(user))


@cache
def _parts(sees_all: bool) -> Gathered:
    return Gathered(
        standing=leads.standing_part(),
        coming=activities.coming_part(sees_all),
        deals=deals.beside_part(sees_all),
        consents=queries.CONSENTS,
        enrolments=sequences.joined_part(),
        sequences=sequences.open_part(),
        attempts=quizzes.taken_part(),
        answers=quizzes.given_part(),
        **queries.around_parts(sees_all),
    )
