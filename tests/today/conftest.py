"""A prospect of Eva's."""

import pytest

from crm.accounts.models import User
from crm.contacts import actions as contact_actions
from crm.core.db import db


@pytest.fixture
def people(cast):
    """A person by first name, read afresh: people("Eva")."""
    ids = {name: user.id for name, user in cast.users.items()}
    return lambda name: db.session.get(User, ids[name])


@pytest.fixture
def ben_id(cast, people, write):
    """Ben Achterberg, Eva's contact."""
    team_id = cast.sales.id
    return write(
        lambda: (
            contact_actions.create(
                name="Ben Achterberg",
                emails=["ben@velovoss.example"],
                phones=["+493023125772"],
                owner_id=people("Eva").id,
                team_id=team_id,
                by=people("Eva"),
            ).id
        )
    )
