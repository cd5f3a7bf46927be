"""A pipeline, a prospect and a deal to work on."""

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.contacts import actions as contact_actions
from crm.core.db import db
from crm.deals import actions
from crm.deals.models import Deal, Pipeline


@pytest.fixture
def pipeline(cast, write):
    """Sales: Lead in, Discovery, Proposal, Negotiation, Won, Lost."""
    write(actions.create_default_pipeline)
    return db.session.scalars(select(Pipeline)).one()


@pytest.fixture
def stages(pipeline):
    """Its stages by name."""
    return {stage.name: stage for stage in pipeline.stages}


@pytest.fixture
def mira(cast, write):
    """Mira Sommer, Eva's contact."""
    eva = cast["Eva"]
    return write(
        lambda: contact_actions.create(
            name="Mira Sommer",
            emails=["mira@hafen.example"],
            owner_id=eva.id,
            team_id=cast.sales.id,
            source="quiz",
            by=eva,
        )
    )


@pytest.fixture
def deal(cast, write, stages, mira):
    """Eva's deal with Mira in Discovery, worth 26,000 euros."""
    write(
        lambda: actions.create(
            "Hafen, start in February",
            stage=stages["Discovery"],
            by=cast["Eva"],
            contact=mira,
            amount_cents=2_600_000,
        )
    )
    return db.session.scalars(select(Deal)).one()


@pytest.fixture
def deal_id(deal):
    """Its id, which stays good when the browser has let the session go."""
    return deal.id


@pytest.fixture
def mira_id(mira):
    return mira.id


@pytest.fixture
def stage_ids(stages):
    return {name: stage.id for name, stage in stages.items()}


@pytest.fixture
def people(cast):
    """A person by first name, read afresh: people("Eva")."""
    ids = {name: user.id for name, user in cast.users.items()}
    return lambda name: db.session.get(User, ids[name])
