"""A contact of Eva's and short ways to act, look and undo."""

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.history import actions, writing
from crm.history.models import ChangeSet, ChangeValue


@pytest.fixture
def ada(cast, write):
    """The number of Ada Lorenz, Eva's contact."""
    eva = cast["Eva"]
    return write(
        lambda: contacts.create(
            name="Ada Lorenz",
            emails=["ada@nordhafen.example"],
            owner_id=eva.id,
            team_id=cast.sales.id,
            by=eva,
        )
    ).id


@pytest.fixture
def act(cast, write):
    """Do something as a person: act("Eva", lambda eva: …); the number of its change set."""
    ids = {name: user.id for name, user in cast.users.items()}

    def do(name, work):
        with writing.acting("user", "test", user_id=ids[name]):
            write(lambda: work(db.session.get_one(User, ids[name])))
        return last().id

    return do


@pytest.fixture
def undo(cast, act):
    """Undo a change set as Eva; the number of the undo."""

    def do(set_id, name="Eva"):
        return act(name, lambda who: actions.undo(db.session.get_one(ChangeSet, set_id), who))

    return do


def last():
    """The latest change set."""
    return db.session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc()).limit(1)).one()


def kept(set_id):
    """What a set keeps: (op, table, old, new) in order."""
    rows = db.session.scalars(
        select(ChangeValue).where(ChangeValue.change_set_id == set_id).order_by(ChangeValue.id)
    )
    return [(row.op, row.table, row.old, row.new) for row in rows]


def contact(number):
    """The contact as it is now."""
    db.session.rollback()
    return db.session.get_one(Contact, number)
