"""Every change to people, teams and sessions."""

import secrets
from datetime import timedelta

from crm.accounts.models import LoginSession, User
from crm.core import clock, signing
from crm.core.db import db

ABSOLUTE = timedelta(days=30)


def start_session(
    user: User, agent: str = "", address: str = "", remember: bool = False
) -> tuple[LoginSession, str]:
    """A new session of `user` and the token for its cookie (256 random bits, ASVS 5.0 V7)."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session = LoginSession(
        token_hash=signing.token_hash(token),
        user_id=user.id,
        created_at=now,
        seen_at=now,
        confirmed_at=now,
        expires_at=now + ABSOLUTE,
        is_remembered=remember,
        agent=agent[:200],
        address=address,
    )
    db.session.add(session)
    return session, token
