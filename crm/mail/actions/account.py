"""The SMTP server entered in Settings: sealed, tried, and what it answered."""

import secrets
from dataclasses import replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import update

from crm.accounts.models import User
from crm.core import clock, signing
from crm.core.db import db, run
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.mail import queries, rules
from crm.mail.actions.outbox import kick, message_id_of
from crm.mail.message import WIRE
from crm.mail.models import MailAccount
from crm.mail.transport import Connection, Dropped, Reply, Server

ASKED = "asked "


def save(server: Server, *, from_address: str, from_name: str, by: User) -> None:
    """Keep the server, encrypted; an empty password keeps the one that is there.

    Raises Refused where that one would go elsewhere: to another host, port or user, or under
    another encryption. Else whoever may edit this could send it to a server of their own.
    """
    row = _row()
    if server.user and not server.password and row.sealed_url:
        server = _with_kept_password(server, Server.of(signing.unseal(row.sealed_url)))
    row.sealed_url = signing.seal(server.url)
    row.from_address, row.from_name = from_address, from_name
    row.tested_at, row.test_result = None, ""
    row.updated_at, row.updated_by_id = clock.now(), by.id
    for lane in rules.LANES:
        kick(lane)


def _with_kept_password(server: Server, old: Server) -> Server:
    kept = replace(server, host=server.host.lower(), password=old.password)
    if old.password and kept != old:
        raise Refused(
            _("Enter the password again: the one that is kept belongs to the server of before."),
            field="password",
        )
    return kept


def ask_for_test(by: User) -> None:
    """Have the worker send a test mail to `by`; Refused where no server is known."""
    if not queries.has_smtp():
        raise Refused(_("Enter the server first, then send a test mail."))
    row = _row()
    number = secrets.token_hex(4)
    row.tested_at, row.test_result = None, f"{ASKED}{number} {by.email}"
    row.updated_at = clock.now()
    ring("crm.mail.jobs.try_account", number)


def is_asked(row: MailAccount | None) -> bool:
    """Whether a test mail is on its way."""
    return bool(row and row.test_result.startswith(ASKED))


def try_now(number: str = "") -> None:
    """Send the test mail that was asked for under `number` and keep the server's own words.

    Without a number whichever was asked for last. What comes after the settings were saved or
    another test was begun is not kept: it tells of other settings than those shown.
    """
    row = queries.account()
    if row is None or not row.test_result.startswith(f"{ASKED}{number}"):
        return
    asked = row.test_result
    recipient = asked.rpartition(" ")[2]
    url, body = queries.smtp_url(), _test_mail(recipient)
    sender = queries.from_address()
    db.session.rollback()
    answer = _converse(Connection(Server.of(url), _own_name()), sender, recipient, body)
    run(lambda: _keep(asked, answer))


def _keep(asked: str, answer: str) -> None:
    db.session.execute(
        update(MailAccount)
        .where(MailAccount.test_result == asked)
        .values(test_result=answer[:300], tested_at=clock.now())
    )


def _converse(connection: Connection, sender: str, recipient: str, body: bytes) -> str:
    """The test mail and the server's words; uncertain once it may have the whole text."""
    outcome = "failed"
    try:
        connection.open()
        connection.envelope(sender, recipient)
        outcome = "uncertain"
        connection.send_text(body)
        if not connection.has_answer(30):
            return "uncertain: the server has the text and did not answer within 30 s"
        code, text = connection.answer()
        return f"accepted: {code} {text}"
    except Reply as reply:
        return f"refused: {reply.code} {reply.text}"
    except Dropped as error:
        return f"{outcome}: {error}"
    finally:
        connection.quit()


def _test_mail(recipient: str) -> bytes:
    now = clock.now()
    mail = EmailMessage(policy=WIRE)
    mail["From"] = Address(queries.from_name(), addr_spec=queries.from_address())
    mail["To"] = recipient
    mail["Subject"] = _("Test mail from Tend")
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id_of(f"test:{now.isoformat()}")
    mail["X-Tend-Kind"] = "person"
    mail["X-Tend-Id"] = "0"
    words = _("This is the test mail you asked for. Mail can leave.")
    mail.set_content(words + "\n")
    mail.add_alternative(f'<!doctype html><html lang="en"><p>{words}</p></html>', subtype="html")
    return mail.as_bytes()


def _own_name() -> str:
    base = str(current_app.extensions["tend.config"]["BASE_URL"])
    return urlsplit(base).hostname or "localhost"


def _row() -> MailAccount:
    row = queries.account()
    if row is None:
        row = MailAccount(updated_at=clock.now())
        db.session.add(row)
    return row
