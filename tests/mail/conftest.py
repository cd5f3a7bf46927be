"""An SMTP server that can refuse, hang and drop in each phase, and a plain kind of mail."""

import pytest
from sqlalchemy import select

from crm.contacts import actions as contacts
from crm.core.db import db, run
from crm.mail import actions
from crm.mail.models import Outbox
from crm.mail.rules import Letter, MailKind
from tests.mail.server import MailServer


def note_letter(row):
    return Letter(
        row.context.get("subject", "A note"),
        "mail/plain",
        {"words": row.context.get("words", "Good morning.")},
        headers=row.context.get("headers", {}),
    )


@pytest.fixture
def smtp(app):
    """A listening server, entered as SMTP_URL."""
    server = MailServer()
    enter(app, server)
    yield server
    server.stop()


def enter(app, server):
    """Name another SMTP_URL."""
    config = app.extensions["tend.config"]
    app.extensions["tend.config"] = type(config)(dict(config.values) | {"SMTP_URL": server.url})


@pytest.fixture
def kinds(app):
    """Three plain kinds, one a lane; tests may put a guard into them."""
    mails = app.extensions["tend.mails"]
    for lane in ("security", "urgent", "bulk"):
        mails[f"plain_{lane}"] = MailKind(f"plain_{lane}", lane, note_letter)
    return mails


@pytest.fixture
def post(kinds):
    """Write a mail into the outbox; its id."""

    def write(key="one", lane="urgent", to="ada@nordhafen.example", **more):
        return run(lambda: actions.queue(f"plain_{lane}", dedupe_key=key, to_address=to, **more))

    return write


@pytest.fixture
def row(app):
    """Read a mail afresh by its key."""

    def read(key="one"):
        db.session.rollback()
        return db.session.scalars(select(Outbox).where(Outbox.dedupe_key == key)).one()

    return read


@pytest.fixture
def server():
    """A listening server that nobody has entered yet."""
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture
def contact_of(cast):
    """A contact by first name; its number."""

    def make(name, team="sales"):
        contact = run(
            lambda: contacts.create(
                name=f"{name} Lorenz", emails=[f"{name.lower()}@nordhafen.example"],
                team_id=getattr(cast, team).id, source="quiz",
            )
        )  # fmt: skip
        return contact.id

    return make
