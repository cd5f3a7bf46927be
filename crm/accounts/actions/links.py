"""Links used once: set-up, invitation, reset, sign-in. Only the hash of their text is kept."""

import secrets
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import update

from crm.accounts.models import Token, User
from crm.accounts.rules import LINK_LIFE
from crm.core import clock, signing
from crm.core.db import db
from crm.core.refusal import Refused


def issue(
    purpose: str,
    *,
    user: User | None = None,
    email: str | None = None,
    details: dict[str, Any] | None = None,
    by: User | None = None,
) -> tuple[Token, str]:
    """A new link of `purpose` (rules.LINK_LIFE) and its text of 256 random bits."""
    text = secrets.token_urlsafe(32)
    now = clock.now()
    row = Token(
        purpose=purpose,
        token_hash=signing.token_hash(text),
        user_id=user.id if user else None,
        email=email,
        details=details or {},
        created_by_id=by.id if by else None,
        created_at=now,
        expires_at=now + LINK_LIFE[purpose],
    )
    db.session.add(row)
    db.session.flush()
    return row, text


def spend(purpose: str, text: str) -> Token:
    """Use a link up and return it. Raises Refused when it is used, too old or unknown.

    One statement that names the unused state: of many posts at once exactly one goes on.
    """
    now = clock.now()
    spent = db.session.scalars(
        update(Token)
        .where(
            Token.purpose == purpose,
            Token.token_hash == signing.token_hash(text),
            Token.used_at.is_(None),
            Token.expires_at > now,
        )
        .values(used_at=now)
        .returning(Token)
    ).first()
    if spent is None:
        raise Refused(_("This link was used already or is too old. Ask for a new one."))
    return spent


def spend_all(user: User) -> None:
    """End every open reset and sign-in link of a person: password or address changed."""
    db.session.execute(
        update(Token)
        .where(Token.user_id == user.id, Token.used_at.is_(None))
        .values(used_at=clock.now())
    )
