"""Reading people, teams and sessions."""

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from crm.accounts.models import LoginSession, User
from crm.core import clock, signing
from crm.core.db import db


def session_by_token(token: str) -> LoginSession | None:
    """The living session of a cookie, with its user: one indexed statement."""
    now = clock.now()
    return db.session.scalars(
        select(LoginSession)
        .join(LoginSession.user)
        .options(contains_eager(LoginSession.user))
        .where(
            LoginSession.token_hash == signing.token_hash(token),
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
            User.deactivated_at.is_(None),
        )
    ).first()
