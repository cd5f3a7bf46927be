"""What mail offers to the frame: its settings page, the outbox and the banner.

MAILS holds the kinds of mail that belong to no feature below.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Flask
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from crm.accounts.models import User
from crm.accounts.rules import may
from crm.mail import letters, queries
from crm.mail.rules import MailKind
from crm.web.shell import ShellItem

LATE_SECONDS = 120

MAILS: list[MailKind] = [*letters.MAILS]

SHELL = [
    ShellItem(
        _("Mail"),
        "/settings/mail",
        icon="mail",
        order=50,
        place="settings",
        right="manage_mail",
        help=_("The server that takes your mail, and a test mail"),
    ),
    ShellItem(
        _("Outbox"),
        "/outbox",
        icon="send",
        order=51,
        place="settings",
        right="see_outbox",
        help=_("Every mail that left or waits, and why"),
    ),
    ShellItem(
        _("Whom not to write to"),
        "/settings/mail/suppressions",
        icon="mail-x",
        order=52,
        place="settings",
        right="manage_mail",
        help=_("Who unsubscribed or asked to be deleted, and who you added by hand"),
    ),
]


def init_app(app: Flask) -> None:
    """Tell those who can act when mail does not leave."""
    app.extensions["tend.banner"] = banner
    beside = app.extensions.setdefault("tend.beside", {})
    beside |= {name: partial(queries.flow_part, name) for name in queries.FLOW}


def banner(user: User, beside: Mapping[str, Any]) -> str | None:
    """One line while mail waits longer than two minutes, cannot leave or is held."""
    if not may(user, "see_outbox"):
        return None
    is_held, seconds, can_leave = queries.flow(beside)
    if is_held:
        return gettext("All mail is held. Nothing leaves until somebody lets it go.")
    if seconds and not can_leave:
        return gettext("Mails wait: no mail server is entered in Settings.")
    if seconds <= LATE_SECONDS:
        return None
    minutes = seconds // 60
    return ngettext(
        "The oldest mail has been waiting for %(num)d minute.",
        "The oldest mail has been waiting for %(num)d minutes.",
        minutes,
    )


# What /healthz and /metrics say of the outbox.
HEALTH = [("outbox_oldest_seconds", queries.oldest_waiting_seconds)]
METRICS = [("outbox", queries.counts_by_state)]
