"""Mails that let people in: invitation, new password, sign-in link.

Their links are powers, so the outbox holds them sealed and forgets the text once it has left.
"""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from crm.accounts import actions as accounts
from crm.accounts import queries as people
from crm.accounts.models import Token, User
from crm.core import clock, signing
from crm.core.db import db
from crm.core.links import absolute
from crm.mail.actions.outbox import kick, queue
from crm.mail.models import Outbox
from crm.mail.rules import Letter, MailKind


def invite(
    email: str, *, role: str, team_ids: list[int], by: User, is_mailed: bool = True
) -> tuple[Token, str]:
    """Invite an address by mail; the invitation and its link, to be handed over by hand too.

    Raises Refused as accounts.actions.invite does.
    """
    invitation, text = accounts.invite(email, role=role, team_ids=team_ids, by=by)
    path = f"/invite/{text}"
    if is_mailed:
        _queue("invite", invitation, path, str(invitation.email), context={"by": by.name})
    return invitation, absolute(path)


def send_reset(address: str) -> None:
    """Mail a link to a new password if somebody has this address; nobody learns which it is."""
    _send_link("reset", "/login/reset/", address)


def send_sign_in_link(address: str) -> None:
    """Mail a sign-in link if somebody has this address; nobody learns which it is."""
    _send_link("login", "/login/mail/", address)


def _send_link(purpose: str, path: str, address: str) -> None:
    user = people.user_by_email(address)
    if user is None or not user.is_active:
        # The same work for an address nobody has: a link whose text nobody will ever see.
        accounts.issue(purpose, email=address)
        kick("security")
        return
    link, text = accounts.issue(purpose, user=user)
    _queue(purpose, link, path + text, user.email, user=user)


def _queue(
    kind: str,
    link: Token,
    path: str,
    address: str,
    *,
    user: User | None = None,
    context: dict[str, Any] | None = None,
) -> None:
    queue(
        kind,
        dedupe_key=f"{kind}:{link.id}",
        to_address=address,
        to_name=user.name if user else "",
        user_id=user.id if user else None,
        context={"link": signing.seal(absolute(path)), "token": link.id, **(context or {})},
        expires_at=link.expires_at,
    )


def is_dead(row: Outbox) -> str | None:
    """Guard: why a mail with a used or late link should not leave any more."""
    link = db.session.get(Token, row.context["token"])
    if link is None or link.used_at is not None or link.expires_at <= clock.now():
        return "the link was used, withdrawn or is too old"
    return None


def compose_invite(row: Outbox) -> Letter:
    """The invitation, in the name of the one who sent it."""
    house = people.workspace()
    company = house.name if house else "Tend"
    return _letter(
        row,
        _("%(name)s invites you to %(company)s on Tend", name=row.context["by"], company=company),
        company=company,
        by=row.context["by"],
    )


def compose_reset(row: Outbox) -> Letter:
    """The link to a new password."""
    return _letter(row, _("Choose a new password for Tend"))


def compose_login(row: Outbox) -> Letter:
    """The sign-in link."""
    return _letter(row, _("Your sign-in link for Tend"))


def _letter(row: Outbox, subject: str, **context: str) -> Letter:
    link = db.session.get(Token, row.context["token"])
    names = {
        "link": signing.unseal(row.context["link"]),
        "until": link.expires_at if link else row.expires_at,
        **context,
    }
    return Letter(subject, f"mail/{row.kind}", names, from_name="Tend")


MAILS = [
    MailKind("invite", "security", compose_invite, is_dead, expires=timedelta(hours=48)),
    MailKind("reset", "security", compose_reset, is_dead),
    MailKind("login", "security", compose_login, is_dead),
]
