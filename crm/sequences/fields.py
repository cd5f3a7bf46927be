"""What sequences offer: their place in the frame, two kinds of mail, fields of an enrolment."""

from datetime import timedelta
from operator import attrgetter

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from crm.contacts.models import Contact
from crm.core.db import db
from crm.fields.rules import Field, Option, Relation, choices
from crm.mail.rules import MailKind
from crm.sequences.actions.running import settled
from crm.sequences.bulk import BATCHES  # noqa: F401 - offered to create_app
from crm.sequences.guard import guard
from crm.sequences.letters import compose, compose_test
from crm.sequences.models import Enrolment, Sequence
from crm.sequences.words import ENROLMENT, REASONS
from crm.web.shell import ShellItem

MAILS = [
    MailKind(
        "nurture",
        "bulk",
        compose,
        guard=guard,
        settled=settled,
        expires=timedelta(days=3),
        is_marketing=True,
    ),
    MailKind("person", "urgent", compose_test),
]

SHELL = [ShellItem(_("Sequences"), "/sequences", icon="list-ordered", order=70)]


def _sequence_options() -> list[Option]:
    rows = db.session.scalars(select(Sequence).order_by(Sequence.name))
    return [Option(str(row.id), row.name, row.state != "archived") for row in rows]


MODELS = [("enrolment", Enrolment)]
FIELDS: list[Field | Relation] = [
    Field("enrolment", "sequence", _("Sequence"), "select", Enrolment.sequence_id,
          attrgetter("sequence_id"), options=_sequence_options),
    Field("enrolment", "state", _("State"), "select", Enrolment.state, attrgetter("state"),
          options=choices({state: word for state, (word, _look) in ENROLMENT.items()})),
    Field("enrolment", "stop_reason", _("Why it stopped"), "select", Enrolment.stop_reason,
          attrgetter("stop_reason"), options=choices(REASONS)),
    Field("enrolment", "started_at", _("Began"), "at", Enrolment.started_at,
          attrgetter("started_at")),
    Field("enrolment", "stopped_at", _("Stopped"), "at", Enrolment.stopped_at,
          attrgetter("stopped_at")),
    Relation("contact", "enrolments", _("Sequences"), "enrolment",
             lambda: Enrolment.contact_id == Contact.id,
             lambda contact: list(db.session.scalars(
                 select(Enrolment).where(Enrolment.contact_id == contact.id)))),
]  # fmt: skip
