"""What the tests of accounts share."""

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.core.db import db


@pytest.fixture
def person(app):
    """Somebody of the cast read afresh: person("Eva")."""
    return lambda name: db.session.scalars(select(User).where(User.name.like(f"{name} %"))).one()
