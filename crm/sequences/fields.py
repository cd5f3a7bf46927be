"""What sequences offer to the frame, and the two kinds of mail they send."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from crm.mail.rules import MailKind
from crm.sequences.actions.running import settled
from crm.sequences.guard import guard
from crm.sequences.letters import compose, compose_test
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
