"""Fields of every kind on contacts, companies and deals, and records to say something for them."""

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.companies import actions as company_actions
from crm.companies.models import Company
from crm.contacts import actions as contact_actions
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals import actions as deal_actions
from crm.deals.models import Deal, Pipeline
from crm.fields import actions

EVERY_KIND = (
    ("Nickname", "text", {}),
    ("Background", "long", {}),
    ("Seats", "number", {}),
    ("Budget", "money", {"currency": "EUR"}),
    ("Birthday", "on", {}),
    ("Demo at", "at", {}),
    ("Is partner", "bool", {}),
    ("Sector", "select", {"options": ["Crafts", "Food", "Solar"]}),
    ("Languages", "multi", {"options": ["English", "German", "Polish"]}),
    ("Profile", "url", {}),
    ("Account manager", "user", {}),
    ("Referred by", "reference", {"target": "contact"}),
)


@pytest.fixture
def add(cast, write):
    """Add a field, by Olga: add("contact", "Nickname", "text") gives its key."""

    olga = cast["Olga"].id

    def make(record, label, kind, more):
        by = db.session.get(User, olga)
        return actions.create(record, label, kind, by=by, **more).key

    def one(record, label, kind, **more):
        return write(lambda: make(record, label, kind, more))

    return one


@pytest.fixture
def keys(add):
    """A contact field of each kind; their keys by kind."""
    return {kind: add("contact", label, kind, **more) for label, kind, more in EVERY_KIND}


@pytest.fixture
def mira(cast, write):
    """Mira Sommer, Eva's contact."""
    return _contact(cast, write, "Mira Sommer", "Eva")


@pytest.fixture
def holger(cast, write):
    """Holger Petersen, Eva's contact too."""
    return _contact(cast, write, "Holger Petersen", "Eva")


@pytest.fixture
def hafen(cast, write):
    """Hafen GmbH, Eva's company."""
    eva = cast["Eva"]
    write(lambda: company_actions.create("Hafen GmbH", owner_id=eva.id, by=eva))
    return db.session.scalars(select(Company)).one()


@pytest.fixture
def pipeline(cast, write):
    """The stages of the pipeline Sales by name."""
    write(deal_actions.create_default_pipeline)
    return {stage.name: stage for stage in db.session.scalars(select(Pipeline)).one().stages}


@pytest.fixture
def stages(pipeline):
    return pipeline


@pytest.fixture
def deal(cast, write, pipeline):
    """Eva's deal in Discovery."""
    eva = cast["Eva"]
    write(lambda: deal_actions.create("Hafen 2027", stage=pipeline["Discovery"], by=eva))
    return db.session.scalars(select(Deal)).one()


def _contact(cast, write, name, owner):
    who = cast[owner]
    write(
        lambda: contact_actions.create(
            name=name,
            emails=[f"{name.split()[0].lower()}@hafen.example"],
            owner_id=who.id,
            team_id=cast.sales.id,
            by=who,
        )
    )
    return db.session.scalars(select(Contact).where(Contact.name == name)).one()
